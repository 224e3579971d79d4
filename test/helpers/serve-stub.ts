import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { stubProxy, type Context } from './stub-proxy.ts';

/** The stub of the proxy on an origin of its own, open to every page; resolves with its port. */
export async function serveStub(): Promise<number> {
  const answer = stubProxy();
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const context: Context = { method, path: url, req: request, status: 404, type: 'text/plain', body: '' };
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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
