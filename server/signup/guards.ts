import { MIMEType } from 'node:util';
import { limits as sizes } from '../../shared/form.ts';
import type { Problem } from '../../shared/signup.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import type { Axis, Quotas } from './limits.ts';
import type { SignupPost } from './signup-post.ts';

/** The checks that the intake makes, each of which reads alone: a problem refuses, `undefined` lets pass. */
export function refuseUnlistedOrigin(
  origins: Origins,
  { origin, host, plain }: SignupPost,
): Problem | undefined {
  // Sandboxed frames and pages without referrer: their plain forms still have to be confirmed by a click.
  const isOpaque = origin === 'null' && plain;
  if (isOpaque || origins.allow(origin, host)) return undefined;
  return problem('origin_refused', {
    detail: `The origin ${JSON.stringify(origin)} is not on the list. Its operator can add it to ALLOWED_ORIGINS, or to the form’s own origins.`,
  });
}

const quotaTexts: Readonly<Record<Axis, string>> = {
  service: 'Too many sign-ups at the moment',
  network: 'Too many sign-ups from this network',
  form: 'Too many sign-ups at this form',
  address: 'Too many sign-ups of this address',
};

/** Charges one sign-up to a budget; `name` as `Bill.charge` wants it. */
export async function refuseOverQuota(
  quotas: Quotas,
  axis: Axis,
  name: string,
): Promise<Problem | undefined> {
  const charge = await quotas.reserve(axis, name);
  if (charge.is === 'within') return undefined;
  const { retryAfterS } = charge;
  return problem('rate_limited', {
    detail: `${quotaTexts[axis]}. Try again in ${retryAfterS} s.`,
    retryAfterS,
  });
}

/** What was sent, by name, with nothing said yet about whether it is right; or why it cannot be read. */
export type Read = { readonly is: 'read'; readonly fields: Record<string, unknown> } | Problem;

/** Reads a body of one of the two types, which carry the same flat names. */
export async function readFields({ contentType, readBody }: SignupPost): Promise<Read> {
  const type = essenceOf(contentType);
  const parse = type === undefined ? undefined : parsers[type];
  if (!parse) {
    return problem('unsupported', {
      detail: `Content-Type is ${JSON.stringify(contentType?.slice(0, longestType) ?? '')}; send ${Object.keys(parsers).join(' or ')}, in UTF-8.`,
    });
  }
  const body = await readBody(sizes.bodyBytes);
  if (body.is === 'too_large') {
    return problem('too_large', { detail: `The body is longer than ${sizes.bodyBytes} bytes.` });
  }
  const fields = body.is === 'whole' ? parse(body.bytes) : undefined;
  if (!fields) {
    return problem('malformed', { detail: 'The body is not a JSON object in UTF-8 with one value a name.' });
  }
  // Each name costs more than reading it does, and the answer would repeat them all.
  if (Object.keys(fields).length > sizes.names) {
    return problem('malformed', { detail: `The body has more than ${sizes.names} names.` });
  }
  return { is: 'read', fields };
}

const parsers: Readonly<Record<string, (bytes: Uint8Array) => Record<string, unknown> | undefined>> = {
  'application/x-www-form-urlencoded': parseUrlencoded,
  'application/json': parseJson,
};

function parseUrlencoded(bytes: Uint8Array): Record<string, unknown> {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) {
    const before = values.get(name);
    // A name that was sent twice has no one value; the form's schema says so in its own words.
    if (Array.isArray(before)) before.push(value);
    else values.set(name, before === undefined ? value : [before, value]);
    // One too many says enough.
    if (values.size > sizes.names) break;
  }
  return Object.fromEntries(values);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Bytes that are no UTF-8, or text that is no JSON: the caller has one answer for both.
    return undefined;
  }
}

/** Longer ones are not looked at: Node's MIMEType takes 0.4 s for 16 KiB of spaces (v20.20, squared in the length). */
const longestType = 256;

/** The media type without parameters; `undefined` where there is none, or one in another charset than UTF-8. */
function essenceOf(contentType: string | undefined): string | undefined {
  if (contentType !== undefined && contentType.length > longestType) return undefined;
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    return /^utf-?8$/i.test(params.get('charset') ?? 'utf-8') ? essence : undefined;
  } catch {
    // No media type at all.
    return undefined;
  }
}
