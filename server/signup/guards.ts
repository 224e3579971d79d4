import { isAscii, isUtf8 } from 'node:buffer';
import { MIMEType } from 'node:util';
import { limits as sizes } from '../../shared/form.ts';
import type { Problem } from '../../shared/signup.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import type { Quotas } from './limits.ts';
import type { Counted } from './rates.ts';
import type { SignupPost } from './signup-post.ts';

/**
 * The intake's checks, each readable alone: a returned problem refuses the sign-up, `undefined` passes it.
 */
export function refuseUnlistedOrigin(
  origins: Origins,
  { origin, host, plain }: SignupPost,
): Problem | undefined {
  // Sandboxed frames and pages without a referrer send `null`. Their plain forms still need a click.
  const isOpaque = origin === 'null' && plain;
  if (isOpaque || origins.allow(origin, host)) return undefined;
  return problem('origin_refused', {
    detail: `The origin ${JSON.stringify(origin)} is not on the list. Its operator can add it to ALLOWED_ORIGINS, or to the form’s own origins.`,
  });
}

const quotaTexts: Readonly<Record<Counted, string>> = {
  requests: 'Too many requests from this network',
  service: 'Too many sign-ups at the moment',
  network: 'Too many sign-ups from this network',
  form: 'Too many sign-ups with this form',
  address: 'Too many sign-ups with this address',
};

/** Reserves one sign-up of a quota; `name` as in `Quotas.reserve`. */
export async function refuseOverQuota(
  quotas: Quotas,
  axis: Counted,
  name: string,
): Promise<Problem | undefined> {
  const reservation = await quotas.reserve(axis, name);
  if (reservation.is === 'within') return undefined;
  const { retryAfterS } = reservation;
  return problem('rate_limited', {
    detail: `${quotaTexts[axis]}. Try again in ${retryAfterS} s.`,
    retryAfterS,
  });
}

/** The fields that were sent, by name and unchecked; or why they cannot be read. */
export type Read = { readonly is: 'read'; readonly fields: Record<string, unknown> } | Problem;

/** Reads a urlencoded or JSON body; both carry the same flat names. */
export async function readFields({ contentType, encodings, readBody }: SignupPost): Promise<Read> {
  const encoding = encodings.find((coding) => !plainCodings.includes(coding));
  if (encoding !== undefined) {
    return problem('unsupported', {
      detail: `The body is encoded as ${JSON.stringify(encoding.slice(0, longestType))}; send it without Content-Encoding.`,
    });
  }
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
    return problem('malformed', {
      detail: malformedTexts[type ?? ''] ?? '',
    });
  }
  // Checking a name costs more than reading it, and the answer would repeat all of them.
  if (Object.keys(fields).length > sizes.names) {
    return problem('malformed', { detail: `The body has more than ${sizes.names} names.` });
  }
  return { is: 'read', fields };
}

/** What a body may be besides itself: `identity` says that it is itself, and Node puts chunks together. */
const plainCodings: readonly string[] = ['', 'identity', 'chunked'];

const malformedTexts: Readonly<Record<string, string>> = {
  'application/x-www-form-urlencoded':
    'The body is not UTF-8. On a page in another encoding, the form needs accept-charset="utf-8".',
  'application/json': 'The body is not a JSON object in UTF-8 with one value per name.',
};

const parsers: Readonly<Record<string, (bytes: Uint8Array) => Record<string, unknown> | undefined>> = {
  'application/x-www-form-urlencoded': parseUrlencoded,
  'application/json': parseJson,
};

function parseUrlencoded(bytes: Uint8Array): Record<string, unknown> | undefined {
  const text = percentEncoded(bytes);
  if (!isUtf8Encoded(text)) return undefined;
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values.get(name);
    // A name that was sent twice has no single value; the form's schema refuses it.
    if (Array.isArray(before)) before.push(value);
    else values.set(name, before === undefined ? value : [before, value]);
    // One above the limit is enough to refuse the body.
    if (values.size > sizes.names) break;
  }
  return Object.fromEntries(values);
}

/** The body with every byte beyond ASCII as a percent code: a letter may be half one, half the other. */
function percentEncoded(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return isAscii(bytes)
    ? text
    : text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
}

/**
 * Whether all percent codes stand for UTF-8. Browsers write the letters of a page in another encoding as
 * codes too, and `URLSearchParams` would replace them.
 */
function isUtf8Encoded(text: string): boolean {
  // Most bodies have codes for ASCII only.
  if (!/%[89a-f]/i.test(text)) return true;
  const decoded = text.replace(/%([\da-f]{2})/gi, (_code, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return isUtf8(Buffer.from(decoded, 'latin1'));
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not UTF-8, or not JSON: the caller gives one answer for both.
    return undefined;
  }
}

/**
 * Longer values are not parsed: Node's MIMEType takes 0.4 s for 16 KiB of spaces (v20.20, quadratic in the
 * length).
 */
const longestType = 256;

/** The media type without parameters; `undefined` if there is none, or if its charset is not UTF-8. */
function essenceOf(contentType: string | undefined): string | undefined {
  // As the widget and scripts send it: to be parsed takes longer than the body.
  const [, plainType] = /^(application\/[\w.+-]+)(?:; ?charset=utf-8)?$/i.exec(contentType ?? '') ?? [];
  if (plainType !== undefined) return plainType.toLowerCase();
  if (contentType !== undefined && contentType.length > longestType) return undefined;
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    return /^utf-?8$/i.test(params.get('charset') ?? 'utf-8') ? essence : undefined;
  } catch {
    // Not a media type.
    return undefined;
  }
}
