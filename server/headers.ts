import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const own = ["'self'"];

/** For every page: nothing inline, nothing from elsewhere, nobody may frame it. */
export const pageHeaders = helmet({
  // Without a referrer a browser sends `Origin: null` with the plain form of our own page.
  referrerPolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: own,
      styleSrc: own,
      imgSrc: own,
      connectSrc: own,
      formAction: own,
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});

/** The same on a response without Express, for a page whose form may lead on to another site when it was sent. */
export function setPageHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  leadsTo: string | undefined,
): void {
  pageHeaders(request, response, () => undefined);
  if (leadsTo === undefined) return;
  // Browsers hold redirects against `form-action` too.
  const policy = String(response.getHeader('Content-Security-Policy'));
  response.setHeader(
    'Content-Security-Policy',
    policy.replace("form-action 'self'", `form-action 'self' ${new URL(leadsTo).origin}`),
  );
}

/** For answers that no page is made of: helmet takes longer to say it than all of a sign-up's checks (68 µs of CPU). */
export const dataHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
};
