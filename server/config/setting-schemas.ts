import { z } from 'zod';
import type { Rate } from '../forms/form-spec.ts';
import type { TrustProxy } from '../http/client-ip.ts';
import { readUrl, isLoopback } from '../system/urls.ts';

/** The parsers for the texts of settings and command-line options: one schema for each kind of value. */
export const text = z.string();

/** The length of each unit of time in ms, shortest first. */
export const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `7d`, parsed to milliseconds. */
export const duration = text
  .regex(/^[1-9]\d{0,3}[smhd]$/)
  .transform((value) => Number(value.slice(0, -1)) * unitMs[value.slice(-1) as keyof typeof unitMs]);

/** A rate such as `30/10m` (30 in 10 minutes), or `off`. */
export const rate: z.ZodType<Rate | 'off', string> = z.union([
  z.literal('off'),
  text.transform((value, context) => {
    const [limit = '', window] = value.split('/');
    const windowMs = duration.safeParse(window).data ?? 0;
    // The store keeps its window with a timer, and a timer holds at most 31 bits of milliseconds.
    if (/^[1-9]\d{0,6}$/.test(limit) && windowMs > 0 && windowMs < 2 ** 31)
      return { limit: Number(limit), windowMs };
    context.addIssue('not a rate');
    return z.NEVER;
  }),
]);

export const port = text
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65535);

/** In bytes, on Linux. Node listens at the beginning of a longer path, where nobody looks for it. */
const longestSocketPath = 107;

/** A port, or the path of a Unix socket or of a named pipe, as hosts with an application server set it. */
export const portOrPath: z.ZodType<number | string, string> = z.union([
  port,
  text.regex(/^\.{0,2}\//).refine((path) => Buffer.byteLength(path) <= longestSocketPath),
  text.regex(/^\\\\[.?]\\pipe\\/),
]);

export const count = (least: number, most: number) =>
  text
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);

/** A list of items separated by commas, with at least one item. */
export function list<T>(item: z.ZodType<T, string>): z.ZodType<T[], string> {
  return text
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item).min(1));
}

/** The part of a pattern for an e-mail address that the operator types. */
export const addressPattern = String.raw`[^\s<>@",;]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?`;

export const mailAddress = text.max(254).regex(new RegExp(`^${addressPattern}$`, 'iu'));

/** Names that stay different as parts of variables. */
export const accountNames: z.ZodType<string[], string> = list(
  text.regex(/^[a-z](-?[a-z0-9]){0,29}$/).max(30),
).refine((names) => new Set(names).size === names.length);

export const trustProxy: z.ZodType<TrustProxy, string> = z.union([
  z.literal('off').transform(() => false as const),
  count(1, 16),
  // With a network of all addresses every visitor would be a proxy that is believed.
  list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).refine((network) => !network.endsWith('/0'))),
]);

/** An origin as `URL.origin` writes it. */
export const origin = text
  .refine((value) => {
    const url = /^https?:\/\/[^*]+$/i.test(value) ? readUrl(value) : undefined;
    return url?.pathname === '/' && isBare(url);
  })
  .transform((value) => new URL(value).origin);

/** The URL of a page without query or fragment, normalized by `URL` so that it can be compared. */
export const pageAddress = text
  .refine((value) => {
    const url = /^https?:\/\//i.test(value) ? readUrl(value) : undefined;
    return url !== undefined && isBare(url);
  })
  .transform((value) => new URL(value).href);

/**
 * The URL of the proxy without its trailing slash. Express takes the path as a pattern, and a QR code holds
 * 2,331 bytes with the path of the form and its query: hence plain letters, and not many.
 */
export const publicUrl = text
  .max(500)
  .refine((value) => {
    const url = /^https?:\/\/[^*]+$/i.test(value) ? readUrl(value) : undefined;
    return url !== undefined && isBare(url) && /^(\/[\w.~-]+)*\/?$/.test(url.pathname);
  })
  .transform((value) => new URL(value).href.replace(/\/$/, ''));

/** The base URL of an API: https, or http on this machine only. */
export const baseUrl = text
  .refine((value) => {
    const url = readUrl(value);
    if (!url) return false;
    const isPrivate = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
    return isPrivate && isBare(url);
  })
  // What waits in the outbox knows its upstream by this text, however the setting is spelt.
  .transform((value) => new URL(value).href.replace(/\/+$/, ''));

/**
 * Whether a URL has no query, fragment, user name or password. URLs that are compared or extended must not
 * have them.
 */
function isBare({ search, hash, username, password }: URL): boolean {
  return `${search}${hash}${username}${password}` === '';
}

/** Whether a text is 32 bytes, as 64 hex digits or 44 characters of base64. */
export function isOutboxKey(value: string): boolean {
  if (/^[0-9a-f]{64}$/i.test(value)) return true;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === value;
}

export function isPostgresUrl(value: string): boolean {
  return /^postgres(ql)?:$/.test(readUrl(value)?.protocol ?? '');
}

/** The time passed since `time` in whole units of the largest unit that fits, such as `3d`. */
export function ageOf(time: string, nowMs: number): string {
  const ms = Math.max(0, nowMs - Date.parse(time));
  const units = Object.entries(unitMs).sort(([, a], [, b]) => b - a);
  const [name, length] = units.find(([, length]) => ms >= length) ?? ['s', 1000];
  return Number.isNaN(ms) ? '?' : `${Math.floor(ms / length)}${name}`;
}
