import { serve } from './serve.ts';

/** A third-party site on its own origin: an empty page, until a snippet is pasted into it. */
export interface ForeignSite {
  readonly origin: string;
  readonly paste: (html: string) => void;
  /** Sets the script that the page's script tag loads, if it has one. */
  readonly putScript: (code: string) => void;
}

export async function serveForeignSite(): Promise<ForeignSite> {
  let body = '';
  let script = '';
  const origin = await serve(({ url }, response) => {
    if (url === '/script.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`);
    }
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
