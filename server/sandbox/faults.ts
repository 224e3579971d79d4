import { z } from 'zod';

/**
 * The calls that a fault affects: calls for tokens, calls that add or read persons (in any version's
 * words), or all others.
 */
export type Operation = 'tokens' | 'persons' | 'other';

const on = wanted(z.literal(['tokens', 'persons', 'all']), 'tokens, persons or all').default('all');
const times = wanted(z.int().min(1), 'a whole number from 1; without it, the fault stays').optional();
const words = wanted(z.string().min(1).max(500), 'text of 1 to 500 characters');
const oneOf = <const T extends string>(first: T, second: T): z.ZodOptional<z.ZodType<T>> =>
  wanted(z.literal([first, second]), `${first} or ${second}`).optional();

/**
 * The JSON of `PUT /sandbox/faults`. The parts are independent; a part that is left out causes no fault.
 * - `delayMs`: every answer is delayed, after the work is done.
 * - `answer`: is sent instead of the true answer on the calls named by `on` (default: all), for the
 *   next `times` calls.
 * - `drop`: the connection is cut, `before` or `after` the work is done.
 * - `refuse`: persons with these addresses are refused, while the others of their batch are accepted.
 * - `variants`: other response shapes that rasa.io may use; the first of each pair is the default.
 * - `tokenLifetimeS`: the lifetime of tokens minted from now on.
 */
const faultsSchema = object({
  delayMs: wanted(z.int().min(0).max(600_000), 'milliseconds, 0 to 600000').optional(),
  answer: object({
    on,
    status: wanted(z.int().min(400).max(599), 'a status from 400 to 599'),
    retryAfter: wanted(
      z.union([z.int().min(0), z.string().refine(isHttpDate)]),
      'seconds, or an HTTP date such as Sun, 06 Nov 1994 08:49:37 GMT',
    ).optional(),
    as: oneOf('json', 'html'),
    error: words.optional(),
    times,
  }).optional(),
  drop: object({ on, when: wanted(z.literal(['before', 'after']), 'before or after'), times }).optional(),
  refuse: object({
    emails: wanted(
      z.array(z.string().regex(/^[^*]*\*?[^*]*$/)).min(1),
      'a list of addresses, each with one * at most',
    ),
    error: words.default('This address was refused'),
  }).optional(),
  variants: object({
    errors: oneOf('string', 'array'),
    readItems: oneOf('wrapped', 'flat'),
    writeItems: oneOf('flat', 'wrapped'),
    writeOrder: oneOf('same', 'reversed'),
    writeCount: oneOf('complete', 'one-short'),
  }).default({}),
  tokenLifetimeS: wanted(z.int().min(0).max(86_400), 'seconds, 0 to 86400').optional(),
  revocationKillsTokens: wanted(z.boolean(), 'true or false').optional(),
});

type FaultsData = z.infer<typeof faultsSchema>;

/** One mistake in the JSON of `PUT /sandbox/faults`; `path` is empty for the whole. */
export interface FaultsIssue {
  readonly path: string;
  readonly found: unknown;
  readonly wanted: string;
}

/**
 * The faults that are active now, in memory only. One part is permanent: whether revoking a key ends its
 * tokens is a setting of the API keys. `replace` returns it; if it is left out, that setting stays unchanged.
 */
export class Faults {
  #data: FaultsData = { variants: {} };

  /** Replaces all faults. If anything is wrong, changes nothing and returns every issue. */
  replace(
    value: unknown,
  ): { readonly issues: readonly FaultsIssue[] } | { readonly revocationKillsTokens: boolean | undefined } {
    const parsed = faultsSchema.safeParse(value);
    if (!parsed.success) return { issues: parsed.error.issues.flatMap((issue) => readIssue(issue, value)) };
    const { revocationKillsTokens, ...data } = parsed.data;
    this.#data = data;
    return { revocationKillsTokens };
  }

  clear(): void {
    this.#data = { variants: {} };
  }

  /** The active faults in the format that `replace` takes. `times` counts down; used-up faults are gone. */
  show(): object {
    const { variants, ...faults } = this.#data;
    return Object.keys(variants).length > 0 ? { ...faults, variants } : faults;
  }

  get delayMs(): number {
    return this.#data.delayMs ?? 0;
  }

  get tokenLifetimeS(): number | undefined {
    return this.#data.tokenLifetimeS;
  }

  get variants(): FaultsData['variants'] {
    return this.#data.variants;
  }

  /** The answer to send instead of the true one; uses up one of its `times`. */
  takeAnswer(operation: Operation): FaultsData['answer'] {
    const { answer } = this.#data;
    if (!answer || !hits(answer, operation)) return undefined;
    this.#data = { ...this.#data, answer: countDown(answer) };
    return answer;
  }

  /** Whether to cut the connection here; if so, uses up one of the fault's `times`. */
  takeDrop(operation: Operation, when: 'before' | 'after'): boolean {
    const { drop } = this.#data;
    if (drop?.when !== when || !hits(drop, operation)) return false;
    this.#data = { ...this.#data, drop: countDown(drop) };
    return true;
  }

  /** The error text for a person with this address; `undefined` unless such persons are refused. */
  refusalOf(email: string): string | undefined {
    const { refuse } = this.#data;
    return refuse?.emails.some((pattern) => matches(email, pattern)) ? refuse.error : undefined;
  }
}

function hits({ on }: { readonly on: 'tokens' | 'persons' | 'all' }, operation: Operation): boolean {
  return on === 'all' || on === operation;
}

function countDown<T extends { readonly times?: number | undefined }>(fault: T): T | undefined {
  if (fault.times === undefined) return fault;
  return fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
}

function matches(email: string, pattern: string): boolean {
  const [head = '', tail] = pattern.toLowerCase().split('*');
  const address = email.toLowerCase();
  if (tail === undefined) return address === head;
  return address.length >= head.length + tail.length && address.startsWith(head) && address.endsWith(tail);
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

function readIssue(issue: z.core.$ZodIssue, value: unknown): FaultsIssue[] {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => ({
    path: path.join('.'),
    found: path.reduce<unknown>(member, value) ?? null,
    wanted: issue.message,
  }));
}

function member(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[name]
    : undefined;
}
