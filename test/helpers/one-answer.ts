import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on an origin of its own that answers everything in one way, until the test is over; resolves with its origin. */
export async function serveOneAnswer(
  headers: Readonly<Record<string, string>> = {},
  status = 200,
  body = '',
): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** One page, the same at every path. */
export function servePage(html: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return serveOneAnswer({ 'content-type': 'text/html; charset=utf-8', ...headers }, 200, html);
}
