import { request as forward } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Sandbox } from '../../server/sandbox/sandbox.ts';
import { serve } from './sites/serve.ts';

export interface Recorder {
  readonly url: string;
  /** The statuses of the token requests, by API key. */
  readonly mints: ReadonlyMap<string, readonly number[]>;
  /** The method and path of each call. */
  readonly calls: readonly string[];
}

/** Records the traffic to the sandbox. A new token is held back until `onMinted` resolves. */
export async function recordCalls(
  sandbox: Pick<Sandbox, 'port'>,
  onMinted: () => Promise<void> = () => Promise.resolve(),
): Promise<Recorder> {
  const mints = new Map<string, number[]>();
  const calls: string[] = [];
  const url = await serve((request, response) => {
    const { method = '', url: path = '', headers } = request;
    calls.push(`${method} ${path}`);
    void buffer(request).then((sent) => {
      forward({ host: '127.0.0.1', port: sandbox.port, method, path, headers }, (answer) => {
        const { statusCode: status = 0 } = answer;
        void buffer(answer).then(async (content) => {
          if (method === 'POST' && path === '/v1/tokens') await note(sent.toString(), status);
          response.writeHead(status, answer.headers).end(content);
        });
      })
        .on('error', () => response.destroy())
        .end(sent);
    });
  });
  return { url, mints, calls };

  async function note(body: string, status: number): Promise<void> {
    const { key } = JSON.parse(body) as { readonly key: string };
    mints.set(key, [...(mints.get(key) ?? []), status]);
    if (status === 201) await onMinted();
  }
}
