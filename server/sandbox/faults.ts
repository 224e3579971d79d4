import { z } from 'zod';

/** The calls a fault can hit: those for tokens, those that add or read persons (whatever a version calls them), or all. */
export type Operation = 'tokens' | 'persons' | 'other';

const on = wanted(z.literal(['tokens', 'persons', 'all']), 'tokens, persons or all').default('all');
const times = wanted(z.int().min(1), 'a whole number from 1; without it, the fault stays').optional();
const words = wanted(z.string().min(1).max(500), 'text of 1 to 500 characters');
const oneOf = <const T extends string>(first: T, second: T): z.ZodOptional<z.ZodType<T>> =>
  wanted(z.literal([first, second]), `${first} or ${second}`).optional();

/**
 * The JSON of `PUT /sandbox/faults`. Each part is on its own; what is left out does not go wrong.
 * - `delayMs`: every answer waits, after the work is done.
 * - `answer`: this instead of the true answer, on the calls named by `on` (all, if unsaid), for the next `times` calls.
 * - `drop`: the connection is cut, `before` or `after` the work is done.
 * - `refuse`: persons with these addresses are not taken, while the others of their batch are.
 * - `variants`: the shapes rasa.io may have as well; the first of each pair is the one without a fault.
 * - `tokenLifetimeS`: for tokens minted from now on.
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

/** What `PUT /sandbox/faults` found wrong at one place; `path` is empty for the whole. */
export interface FaultsIssue {
  readonly path: string;
  readonly found: unknown;
  readonly wanted: string;
}

/**
 * How the sandbox misbehaves just now, in memory only. The one part that lasts, whether revoking a key ends its
 * tokens, is a setting of the API keys: `replace` hands it back, and leaving it out changes nothing there.
 */
export class Faults {
  #data: FaultsData = { variants: {} };

  /** Takes the faults for all that were there, or none of them and says everything that is wrong. */
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

  /** What is still in force, in the form `replace` takes; `times` counts down, and used up faults are gone. */
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

  /** The answer that this call gets instead of the true one; counts as one of its `times`. */
  takeAnswer(operation: Operation): FaultsData['answer'] {
    const { answer } = this.#data;
    if (!answer || !hits(answer, operation)) return undefined;
    this.#data = { ...this.#data, answer: countDown(answer) };
    return answer;
  }

  /** Whether the connection is to be cut here; counts as one of the fault's `times` if so. */
  takeDrop(operation: Operation, when: 'before' | 'after'): boolean {
    const { drop } = this.#data;
    if (drop?.when !== when || !hits(drop, operation)) return false;
    this.#data = { ...this.#data, drop: countDown(drop) };
    return true;
  }

  /** The error text for a person with this address, if persons like that are refused. */
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

/** A value that is right or wrong as a whole, with the words for what would be right. */
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
