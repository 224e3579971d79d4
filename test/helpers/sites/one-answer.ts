import { serve } from './serve.ts';

/**
 * A server on its own origin that gives the same answer to every request, until the test is over. Resolves
 * with its origin.
 */
export function serveOneAnswer(
  headers: Readonly<Record<string, string>> = {},
  status = 200,
  body = '',
): Promise<string> {
  return serve((_request, response) => response.writeHead(status, headers).end(body));
}

/** One page, the same at every path. */
export function servePage(html: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return serveOneAnswer({ 'content-type': 'text/html; charset=utf-8', ...headers }, 200, html);
}
