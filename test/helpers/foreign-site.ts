import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Somebody else's site, on an origin of its own: an empty page, until something is pasted into it. */
export interface ForeignSite {
  readonly origin: string;
  readonly paste: (html: string) => void;
  /** What its page loads by its script tag, where it has one. */
  readonly putScript: (code: string) => void;
}

export async function serveForeignSite(): Promise<ForeignSite> {
  let body = '';
  let script = '';
  const server = createServer(({ url }, response) => {
    if (url === '/script.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    paste: (html) => {
      body = html;
    },
    putScript: (code) => {
      script = code;
    },
  };
}
