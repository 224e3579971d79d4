import { readUrl, isLoopback } from '../system/urls.ts';

/** Which pages may talk to this proxy: the one answer that the intake, CORS headers and pages all go by. */
export interface Origins {
  /**
   * `origin` is the Origin header; without one the sender is no page of a browser and passes. `host` is the Host
   * header: the proxy's own pages always pass, whatever stands in front of it and speaks TLS.
   */
  allow(origin: string | undefined, host: string | undefined): boolean;
  /** The same as sources of a Content-Security-Policy, for the pages that they may frame. */
  readonly sources: readonly string[];
}

export interface OriginsOptions {
  /** As `URL.origin` writes them. */
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
