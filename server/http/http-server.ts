import { once } from 'node:events';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback } from '../system/urls.ts';

/** A listening HTTP server that can be closed without interrupting requests. */
export interface HttpServer {
  /** Its URL on this machine, without a trailing slash. */
  readonly url: string;
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
  /** 0 picks a free port. */
  readonly port: number;
}

/** Starts a server. Rejects with the system's error if it cannot listen, such as EADDRINUSE. */
export async function listen(
  handler: RequestListener,
  { host, port, timeout = 0, maxHeadersCount, ...options }: HttpServerOptions,
): Promise<HttpServer> {
  const server = createServer(options, handler);
  server.timeout = timeout;
  if (maxHeadersCount !== undefined) server.maxHeadersCount = maxHeadersCount;
  let closing = false;
  const closeIdle = () => {
    server.closeIdleConnections();
  };
  server.on('request', (_request, response) => {
    response.once('close', () => {
      // A connection that was busy at `close` would otherwise stay open until its time-out.
      if (closing) setImmediate(closeIdle);
    });
  });
  server.listen({ port, ...(host !== undefined && { host }) });
  await once(server, 'listening');
  const { address, family, port: boundPort } = server.address() as AddressInfo;
  const hostname = family === 'IPv6' ? `[${address}]` : address;
  const isLocal = isLoopback(hostname) || hostname === '[::]' || hostname === '0.0.0.0';

  return {
    url: `http://${isLocal ? 'localhost' : hostname}:${boundPort}`,
    port: boundPort,
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
