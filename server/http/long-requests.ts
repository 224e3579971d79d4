import type { Server, ServerResponse } from 'node:http';

/** Connections whose request may take as long as it needs. */
const long = new WeakSet<object>();

/** Lifts the limit on the time of the whole request. A connection on which nothing moves is still closed. */
export function allowLong(response: ServerResponse): void {
  const { socket } = response;
  if (!socket) return;
  long.add(socket);
  // The connection may serve others, where a web server is in front.
  response.once('close', () => long.delete(socket));
}

/**
 * Node has one limit for all requests. It reports a request beyond it as `clientError`, once, and answers and
 * closes where nobody takes the event. A listener would have to answer malformed HTTP as well, so the event
 * is held back for long requests only.
 */
export function spareLongRequests(server: Server): void {
  const emit = server.emit.bind(server) as (name: string, ...rest: unknown[]) => boolean;
  server.emit = (name: string, ...rest: unknown[]) => {
    const [error, socket] = rest as [NodeJS.ErrnoException, object];
    const isOverTime = name === 'clientError' && error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    return (isOverTime && long.has(socket)) || emit(name, ...rest);
  };
}
