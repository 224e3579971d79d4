import type { IncomingHttpHeaders } from 'node:http';
import { readUrl, isLoopback } from '../system/urls.ts';

/**
 * Decides which pages may use this proxy. The intake, the CORS headers and the pages all use this one
 * decision.
 */
export interface Origins {
  /**
   * `origin` is the Origin header. A request without one does not come from another site's page and passes.
   * The proxy's own pages always pass: those at `PUBLIC_URL`, or without it those on the host in `host`, the
   * Host header.
   */
  allow(origin: string | undefined, host: string | undefined): boolean;
  /** The same origins as Content-Security-Policy sources, for the pages that they may frame. */
  readonly sources: readonly string[];
  /** The origins that the operator listed. Pages of this proxy and of its own machine are not among them. */
  readonly listed: readonly string[];
}

export interface OriginsOptions {
  /** In the form of `URL.origin`. */
  readonly allowedOrigins: readonly string[];
  readonly allowLocalhost: boolean;
  /** The origin of the proxy's own pages; `undefined` without `PUBLIC_URL`. */
  readonly publicOrigin?: string | undefined;
}

export function createOrigins({ allowedOrigins, allowLocalhost, publicOrigin }: OriginsOptions): Origins {
  const listed = new Set(allowedOrigins);
  return {
    listed: [...listed],
    sources: ["'self'", ...listed, ...(allowLocalhost ? localSources : [])],
    allow(origin, host) {
      if (origin === undefined || listed.has(origin)) return true;
      const url = readUrl(origin);
      if (!url) return false;
      const isOwn =
        publicOrigin === undefined ? url.host !== '' && url.host === host : origin === publicOrigin;
      return isOwn || (allowLocalhost && isLoopback(url.hostname));
    },
  };
}

/**
 * Whether a browser sends this for a page of another host without naming the page's origin: an image, a link
 * or a `no-cors` fetch. No page can read the answer, so none of ours asks like that.
 */
export function isFromUnnamedPage({ origin, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return origin === undefined && (site === 'cross-site' || site === 'same-site');
}

/**
 * Whether a page that may not use the form can have made a visitor's browser ask: one of another host that
 * loads something into itself, a frame included, or a script of one that is not listed. What visitors open,
 * such as a link in a mail, is not meant.
 */
export function isFromOtherPage(
  { origin, host, ...headers }: IncomingHttpHeaders,
  origins: Origins,
): boolean {
  if (origin !== undefined) return !origins.allow(origin, host);
  return isFromUnnamedPage(headers) && headers['sec-fetch-dest'] !== 'document';
}

const localSources = ['localhost', '127.0.0.1'].flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);
