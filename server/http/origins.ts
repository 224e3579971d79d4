import { readUrl, isLoopback } from '../system/urls.ts';

/**
 * Decides which pages may use this proxy. The intake, the CORS headers and the pages all use this one
 * decision.
 */
export interface Origins {
  /**
   * `origin` is the Origin header. A request without one does not come from another site's page and passes.
   * `host` is the Host header: the proxy's own pages always pass, even behind a server that terminates TLS.
   */
  allow(origin: string | undefined, host: string | undefined): boolean;
  /** The same origins as Content-Security-Policy sources, for the pages that they may frame. */
  readonly sources: readonly string[];
}

export interface OriginsOptions {
  /** In the form of `URL.origin`. */
  readonly allowedOrigins: readonly string[];
  readonly allowLocalhost: boolean;
}

export function createOrigins({ allowedOrigins, allowLocalhost }: OriginsOptions): Origins {
  const listed = new Set(allowedOrigins);
  return {
    sources: ["'self'", ...listed, ...(allowLocalhost ? localSources : [])],
    allow(origin, host) {
      if (origin === undefined || listed.has(origin)) return true;
      const url = readUrl(origin);
      if (!url) return false;
      return (url.host !== '' && url.host === host) || (allowLocalhost && isLoopback(url.hostname));
    },
  };
}

const localSources = ['localhost', '127.0.0.1'].flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);
