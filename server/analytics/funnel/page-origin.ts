import { readUrl } from '../../system/urls.ts';

/** Pages of the proxy itself, such as hosted forms, and senders that are no browser. */
export const ownPages = 'own';
/** Origins beyond those that are counted apart, and what is no origin. */
export const otherPages = 'other';

/**
 * What the funnel calls the page that a request is from: its origin, `own`, `null` (a sandboxed frame) or
 * `other`. `publicOrigin` is `PublicAddress.origin`.
 */
export function pageOriginOf(
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
  publicOrigin: string | undefined,
): string {
  if (origin === undefined) return ownPages;
  if (origin === 'null') return origin;
  const url = readUrl(origin);
  if (url?.origin !== origin || origin.length > longestOrigin) return otherPages;
  const isOwn = publicOrigin === undefined ? url.host === host : origin === publicOrigin;
  return isOwn ? ownPages : origin;
}

/** The longest host name has 253 characters. */
const longestOrigin = 270;
