import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { serve } from './serve.ts';

/** A third-party site on its own origin: an empty page, until a snippet is pasted into it. */
export interface ForeignSite {
  readonly origin: string;
  readonly paste: (html: string) => void;
  /** Sets the script that the page's script tag loads, if it has one. */
  readonly putScript: (code: string) => void;
}

/** A slow site sends its page in four pieces, so that browsers paint what has come. */
export async function serveForeignSite({ isSlow = false } = {}): Promise<ForeignSite> {
  let body = '';
  let script = '';
  const write = async (response: ServerResponse) => {
    const page = `<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`;
    const piece = isSlow ? Math.ceil(page.length / 4) : page.length;
    for (let at = 0; at < page.length; at += piece) {
      if (at > 0) await setTimeout(60);
      response.write(page.slice(at, at + piece));
    }
    response.end();
  };
  const origin = await serve(({ url }, response) => {
    if (url === '/script.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else void write(response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }));
  });
  return {
    origin,
    paste: (html) => {
      body = html;
    },
    putScript: (code) => {
      script = code;
    },
  };
}
