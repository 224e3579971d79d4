import { serve } from './serve.ts';
import { stubProxy, type Context } from './stub-proxy.ts';

/** Starts the stub of the proxy on its own origin, open to every page. Resolves with its port. */
export async function serveStub(): Promise<number> {
  const answer = stubProxy();
  const origin = await serve((request, response) => {
    const { method = '', url = '' } = request;
    const context: Context = {
      method,
      path: url.replace(/\?.*/, ''),
      req: request,
      status: 404,
      type: 'text/plain',
      body: '',
    };
    void answer(context, () => Promise.resolve()).then(() => {
      response
        .writeHead(context.status, {
          'content-type': context.type,
          'access-control-allow-origin': '*',
          'cache-control': 'no-store',
        })
        .end(context.body);
    });
  });
  return Number(new URL(origin).port);
}
