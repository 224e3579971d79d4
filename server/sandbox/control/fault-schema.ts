import { z } from 'zod';
import { variantNames, variants, type Variants } from './variants.ts';

/** What a fault can be limited to, by the kind of the route. */
const callNames = ['tokens', 'persons', 'analytics', 'other', 'all'] as const;

const on = wanted(z.literal(callNames), 'tokens, persons, analytics, other or all').default('all');
const times = wanted(z.int().min(1), 'a whole number from 1; without it, the fault stays').optional();
const words = wanted(z.string().min(1).max(500), 'text of 1 to 500 characters');
/** With `*`, or an address as a whole: one without `@` would match nobody, ever. */
const pattern = z.string().regex(/^([^*]*\*[^*]*|[^*\s@]+@[^*\s@]+)$/);
const patterns = wanted(z.array(pattern).min(1), 'a list of addresses, each with one * at most');
const calls = wanted(z.int().min(1).max(1_000_000), 'a whole number from 1 to 1000000');
const retryAfter = wanted(
  z.literal(['present', 'absent']),
  'present or absent: whether 429 has Retry-After',
).default('present');

/** One of the values of each variant. */
const variantShape = Object.fromEntries(
  variantNames.map((name) => {
    const values: readonly (string | number)[] = variants[name].values;
    return [name, wanted(z.literal(values), listed(values)).optional()];
  }),
);

/**
 * The JSON of `PUT /sandbox/faults`. The parts are independent; a part that is left out causes no fault. The
 * last three are settings: they stay as they are where they are left out, and outlive a restart.
 */
export const faultsSchema = object({
  delayMs: wanted(z.int().min(0).max(600_000), 'milliseconds, 0 to 600000').optional(),
  answer: object({
    on,
    status: wanted(z.int().min(400).max(599), 'a status from 400 to 599'),
    retryAfter: wanted(
      z.union([z.int().min(0), z.string().refine(isHttpDate)]),
      'seconds, or an HTTP date such as Sun, 06 Nov 1994 08:49:37 GMT',
    ).optional(),
    as: wanted(z.literal(['json', 'html']), 'json or html').optional(),
    error: words.optional(),
    times,
  }).optional(),
  drop: object({ on, when: wanted(z.literal(['before', 'after']), 'before or after'), times }).optional(),
  refuse: object({ emails: patterns, error: words.default('This address was refused') }).optional(),
  rateLimit: object({
    calls,
    seconds: wanted(z.int().min(1).max(86_400), 'seconds, 1 to 86400').default(1),
    retryAfter,
  }).optional(),
  dailyQuota: object({ calls, retryAfter }).optional(),
  variants: object(variantShape)
    .transform((chosen) => chosen as Partial<Variants>)
    .default({}),
  tokenLifetimeS: wanted(z.int().min(0).max(86_400), 'seconds, 0 to 86400').optional(),
  revocationKillsTokens: wanted(z.boolean(), 'true or false').optional(),
  nightly: object({
    keep: patterns,
    at: wanted(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), 'a time of day in UTC, 00:00 to 23:59').default(
      '01:00',
    ),
  })
    .nullable()
    .optional(),
  segments: wanted(z.array(z.string().min(1).max(255)).max(1000), 'a list of codes, or null')
    .nullable()
    .optional(),
});

export type FaultsData = z.infer<typeof faultsSchema>;
export type Nightly = NonNullable<FaultsData['nightly']>;
export type CallName = (typeof callNames)[number];

/** One mistake in the JSON of `PUT /sandbox/faults`; `path` is empty for the whole. */
export interface FaultsIssue {
  readonly path: string;
  readonly found: unknown;
  readonly wanted: string;
}

export function readIssue(issue: z.core.$ZodIssue, value: unknown): FaultsIssue[] {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => ({
    path: path.join('.'),
    found: path.reduce<unknown>(member, value) ?? null,
    wanted: issue.message,
  }));
}

function isHttpDate(value: string): boolean {
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toUTCString() === value;
}

/** A value that is valid or not as a whole, with one error text for what is wanted. */
function wanted<T>(schema: z.ZodType<T>, words: string): z.ZodType<T, T> {
  return z.custom<T>((value) => schema.safeParse(value).success, { error: words });
}

function object<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `one of ${names}` : `an object with ${names}`),
  });
}

/** `a, b or c` */
function listed(values: readonly (string | number)[]): string {
  return `${values.slice(0, -1).join(', ')} or ${String(values.at(-1))}`;
}

function member(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[name]
    : undefined;
}
