import type { Request } from 'express';
import type { PublicAddress } from '../../http/public-address.ts';
import { readBody } from '../../http/request-body.ts';
import { browserMs, sessionMs, type OperatorAccess } from '../../operator/access.ts';
import { readUrl } from '../../system/urls.ts';

const cookie = '__Host-rasa-operator';
const browserCookie = '__Host-rasa-operator-browser';
const cookieFlags = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const maxBodyBytes = 4096;

/** The `Set-Cookie` of a session; without one, it ends. */
export function cookieOf(session?: string): string {
  return `${cookie}=${session ?? ''}; Max-Age=${session === undefined ? 0 : sessionMs / 1000}; ${cookieFlags}`;
}

/** The `Set-Cookie` that outlives a session: somebody logged in here before. */
export function browserCookieOf(token: string): string {
  return `${browserCookie}=${token}; Max-Age=${browserMs / 1000}; ${cookieFlags}`;
}

type WithHeaders = Pick<Request, 'headers'>;

/** The session that the request shows, if it is valid. */
export function sessionOf(
  request: WithHeaders,
  access: Pick<OperatorAccess, 'hasSession'>,
): Promise<string | undefined> {
  return shownBy(request, cookie, (token) => access.hasSession(token));
}

/** The browser that the request shows, if somebody logged in there before. */
export function browserOf(
  request: WithHeaders,
  access: Pick<OperatorAccess, 'knowsBrowser'>,
): Promise<string | undefined> {
  return shownBy(request, browserCookie, (token) => access.knowsBrowser(token));
}

async function shownBy(
  { headers }: WithHeaders,
  name: string,
  isKnown: (token: string) => Promise<boolean>,
): Promise<string | undefined> {
  const token = new RegExp(`(?:^|; *)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1];
  return token !== undefined && (await isKnown(token)) ? token : undefined;
}

/** The fields of a form that this page has sent; `undefined` where it came from elsewhere, or is too long. */
export async function formFrom(
  request: Request,
  address: PublicAddress,
): Promise<URLSearchParams | undefined> {
  if (!isFromHere(request, address)) return undefined;
  const body = await readBody(request, maxBodyBytes);
  return body.is === 'whole' ? new URLSearchParams(Buffer.from(body.bytes).toString()) : undefined;
}

/** Browsers send an Origin with every POST; a program that sends none has no session of somebody else's. */
function isFromHere({ headers }: Request, address: PublicAddress): boolean {
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] !== undefined && headers['sec-fetch-site'] !== 'same-origin') return false;
  if (origin === undefined || origin === address.origin) return true;
  return readUrl(origin)?.host === host;
}
