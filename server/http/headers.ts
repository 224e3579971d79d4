import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

export interface PagePolicy {
  /** The origins whose pages may frame this page; by default none. */
  readonly framedBy?: readonly string[];
  /** Whether this page may frame other pages of the proxy; by default not. */
  readonly framesOwn?: boolean;
  /** Whether its forms may be submitted; by default they may. */
  readonly sends?: boolean;
  /**
   * The URL that its form finally redirects to, if outside the proxy: browsers apply `form-action` to
   * redirects too.
   */
  readonly leadsTo?: string | undefined;
}

export const hstsModes = ['on', 'subdomains', 'off'] as const;
export type HstsMode = (typeof hstsModes)[number];

/**
 * Tells browsers to use only https for this host during the next year (RFC 6797). One answer with
 * `includeSubDomains` does so for every host below it, also for those of others, and cannot be taken back.
 */
export function strictTransport(mode: HstsMode): Headers {
  if (mode === 'off') {
    return (_request, _response, next) => {
      next();
    };
  }
  return helmet.strictTransportSecurity({ maxAge: 31_536_000, includeSubDomains: mode === 'subdomains' });
}

type Headers = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

const own = "'self'";

/** Security headers for an HTML page: no inline code or styles, nothing from other origins. */
export function pageHeaders({
  framedBy = [],
  framesOwn = false,
  sends = true,
  leadsTo,
}: PagePolicy = {}): Headers {
  const headers = headersSetBy(
    helmet({
      // Without a referrer, browsers send `Origin: null` with the plain form of the proxy's own page.
      referrerPolicy: { policy: 'same-origin' },
      // With this policy, a window that a form in a sandboxed frame has opened would show an error, not the
      // answer.
      crossOriginOpenerPolicy: false,
      // Set for every answer alike: `strictTransport`.
      strictTransportSecurity: false,
      // X-Frame-Options cannot list origins; `frame-ancestors` below does.
      xFrameOptions: framedBy.length === 0 ? { action: 'deny' } : false,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: [own],
          styleSrc: [own],
          imgSrc: [own],
          connectSrc: [own],
          ...(framesOwn && { frameSrc: [own] }),
          formAction: !sends ? ["'none'"] : leadsTo === undefined ? [own] : [own, new URL(leadsTo).origin],
          baseUri: ["'none'"],
          frameAncestors: framedBy.length === 0 ? ["'none'"] : framedBy,
        },
      },
    }),
  );
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** Helmet sets the same headers each time, and takes 68 µs of CPU for it: a tenth of a whole sign-up. */
function headersSetBy(middleware: Headers): ReadonlyMap<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  middleware(response.req, response, () => undefined);
  return new Map(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
