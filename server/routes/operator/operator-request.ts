import type { Request } from 'express';
import type { PublicAddress } from '../../http/public-address.ts';
import { readBody } from '../../http/request-body.ts';
import { sessionMs, type OperatorAccess } from '../../operator/access.ts';
import { readUrl } from '../../system/urls.ts';

const cookie = '__Host-rasa-operator';
const cookieFlags = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const maxBodyBytes = 4096;

/** The `Set-Cookie` of a session; without one, it ends. */
export function cookieOf(session?: string): string {
  return `${cookie}=${session ?? ''}; Max-Age=${session === undefined ? 0 : sessionMs / 1000}; ${cookieFlags}`;
}

/** The session that the request shows, if it is valid. */
export async function sessionOf(
  { headers }: Pick<Request, 'headers'>,
  access: Pick<OperatorAccess, 'hasSession'>,
): Promise<string | undefined> {
  const token = new RegExp(`(?:^|; *)${cookie}=([^;]*)`).exec(headers.cookie ?? '')?.[1];
  return token !== undefined && (await access.hasSession(token)) ? token : undefined;
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
