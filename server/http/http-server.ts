import { once } from 'node:events';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import { lstat, unlink } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { isLoopback } from '../system/urls.ts';
import { spareLongRequests } from './long-requests.ts';

/** A listening HTTP server that can be closed without interrupting requests. */
export interface HttpServer {
  /** Its URL on this machine, without a trailing slash; `unix:` and the path for a socket. */
  readonly url: string;
  /** 0 for a socket. */
  readonly port: number;
  /**
   * Accepts no new connections and lets running requests finish. After `graceMs` the remaining connections
   * are cut.
   */
  close(graceMs: number): Promise<void>;
}

export interface HttpServerOptions extends ServerOptions {
  /**
   * Closes a connection after this many ms without traffic in either direction. Default 0, as in Node: never.
   */
  readonly timeout?: number;
  /** Node silently drops the headers beyond this number; Node's default is 1,000. */
  readonly maxHeadersCount?: number;
  /** `undefined` listens on every interface. */
  readonly host: string | undefined;
  /** 0 picks a free port; a path listens on a Unix socket, or on a named pipe of Windows. */
  readonly port: number | string;
}

/** Starts a server. Rejects with the system's error if it cannot listen, such as EADDRINUSE. */
export async function listen(
  handler: RequestListener,
  { host, port, timeout = 0, maxHeadersCount, ...options }: HttpServerOptions,
): Promise<HttpServer> {
  const server = createServer(options, handler);
  spareLongRequests(server);
  server.timeout = timeout;
  if (maxHeadersCount !== undefined) server.maxHeadersCount = maxHeadersCount;
  let closing = false;
  const closeIdle = () => {
    server.closeIdleConnections();
  };
  // Node remembers the address once it was asked for. Else one who disconnects at once would have none, as on
  // a Unix socket, where only a program of this machine can be.
  server.on('connection', ({ remoteAddress: _remembered }) => undefined);
  server.on('request', (_request, response) => {
    response.once('close', () => {
      // A connection that was busy at `close` would otherwise stay open until its time-out.
      if (closing) setImmediate(closeIdle);
    });
  });
  if (typeof port === 'string') await removeStaleSocket(port);
  server.listen(typeof port === 'string' ? { path: port } : { port, ...(host !== undefined && { host }) });
  await once(server, 'listening');
  // Application servers such as Passenger have us listen on a socket of their own.
  const bound = server.address();
  const isSocket = bound === null || typeof bound === 'string';

  return {
    url: isSocket ? `unix:${bound ?? ''}` : urlOf(bound),
    port: isSocket ? 0 : bound.port,
    async close(graceMs) {
      closing = true;
      const closed = once(server, 'close');
      server.close();
      const cutOff = setTimeout(() => {
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  const hostname = family === 'IPv6' ? `[${address}]` : address;
  const isLocal = isLoopback(hostname) || hostname === '[::]' || hostname === '0.0.0.0';
  return `http://${isLocal ? 'localhost' : hostname}:${port}`;
}

/**
 * A process that was killed leaves the file of its socket behind, and nobody can listen there until it is
 * gone. One that is in use, and a file of another kind, stay where they are: listening then fails.
 */
async function removeStaleSocket(path: string): Promise<void> {
  const probe = connect(path);
  const [error] = (await Promise.race([once(probe, 'connect'), once(probe, 'error')]).catch(
    (error: unknown) => [error],
  )) as [NodeJS.ErrnoException | undefined];
  probe.destroy();
  // Linux refuses a connection to a file of another kind too.
  if (error?.code === 'ECONNREFUSED' && (await lstat(path)).isSocket()) await unlink(path);
}
