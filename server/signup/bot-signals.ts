import type { BrowserHeaders } from './signup-post.ts';

/** What a sign-up shows about its sender, besides the proof. */
export interface Traces {
  /** The value of the honeypot field; `undefined` if it is empty. */
  readonly trap: string | undefined;
  /** The values of the fields that ask for a name. */
  readonly names: readonly string[];
  /** Time from the first interaction with the form to the sign-up, in ms; `undefined` if unknown. */
  readonly ageMs: number | undefined;
  readonly headers: BrowserHeaders;
}

interface Rule {
  readonly name: string;
  readonly weight: number;
  readonly holds: (traces: Traces) => boolean;
}

/** People take longer to fill in a form, in ms. */
export const fastestPersonMs = 1500;

/**
 * The signs of a robot. Each also occurs with people, so no single one refuses a sign-up. Neither do the
 * first two together, which a password manager causes when it fills in every field at once and submits.
 */
export const rules: readonly Rule[] = [
  { name: 'honeypot', weight: 2, holds: ({ trap }) => trap !== undefined },
  {
    name: 'faster than people',
    weight: 1,
    holds: ({ ageMs }) => ageMs !== undefined && ageMs < fastestPersonMs,
  },
  { name: 'no browser headers', weight: 3, holds: ({ headers }) => !looksLikeBrowser(headers) },
  { name: 'link in a name', weight: 3, holds: ({ names }) => names.some(hasLink) },
];

/** Sign-ups of this weight or more are refused. */
export const refusedFrom = 4;

export interface Suspicion {
  readonly weight: number;
  readonly rules: readonly string[];
}

export function suspect(traces: Traces): Suspicion {
  const held = rules.filter(({ holds }) => holds(traces));
  return { weight: held.reduce((sum, { weight }) => sum + weight, 0), rules: held.map(({ name }) => name) };
}

function looksLikeBrowser({ userAgent, acceptLanguage, secFetchSite }: BrowserHeaders): boolean {
  return userAgent !== undefined && (acceptLanguage !== undefined || secFetchSite !== undefined);
}

/**
 * Matches `https://…`, `www.…`, or a host name with an ending that is common in spam; not `J.R.R.` or
 * `St.John`.
 */
function hasLink(name: string): boolean {
  return /:\/\/|\bwww\.|[\p{L}\d-]\.(?:com|net|org|info|biz|ru|cn|top|xyz|site|online|shop|club|link|click|io|co|me|ly)\b/iu.test(
    name,
  );
}
