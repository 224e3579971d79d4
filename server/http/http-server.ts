import { once } from 'node:events';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback } from '../system/urls.ts';

/** A listening HTTP server that can be closed without cutting anybody off. */
export interface HttpServer {
  /** Where to call it from this machine, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets the answers under way finish, for `graceMs` at most. */
  close(graceMs: number): Promise<void>;
}

export interface HttpServerOptions extends ServerOptions {
  /** How long a connection may neither bring nor take anything, in ms; Node's own default is for ever. */
  readonly timeout?: number;
  /** Node leaves out the headers beyond it without a word; 1,000 by default. */
  readonly maxHeadersCount?: number;
  /** `undefined` listens on every interface. */
  readonly host: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Rejects with the system's error where the address cannot be had, such as EADDRINUSE. */
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
      // Otherwise a connection that was busy when we closed would idle until its time-out.
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
      const impatience = setTimeout(() => {
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(impatience);
    },
  };
}
