import { z } from 'zod';
import type { V2Fields } from './person.ts';

/** What an item that was sent asks for. */
export interface Changes {
  readonly fields: z.infer<typeof fieldsSchema>;
  readonly attributes: readonly (readonly [name: string, value: unknown])[];
  /** Only by version 2. */
  readonly v2?: V2Fields;
}

const text = z.string({ error: 'must be text' }).nullable();

const flag = z
  .literal([true, false, 1, 0, '1', '0', 'true', 'false'], { error: 'must be 0, 1, true or false' })
  .transform((value) => value === true || value === 1 || value === '1' || value === 'true');

/** What rasa.io keeps for itself, and `next_newsbrief`, which it takes but never gives back. */
const unstored = [
  'id',
  'referral_code',
  'created',
  'updated',
  'last_newsbrief',
  'last_open',
  'last_click',
  'schedule_id',
  'unsubscribe_reason',
  'next_newsbrief',
];

const fieldsSchema = z
  .object({
    email: z.email({ pattern: z.regexes.html5Email, error: 'must be an e-mail address' }),
    external_id: text,
    first_name: text,
    last_name: text,
    segment_code: text,
    referred_by: text,
    is_active: flag,
    is_subscribed: flag,
    is_archived: flag,
  })
  .partial();

/** Fields that a person keeps where they are sent empty. The flags always have a value. */
export const textFields = [
  'external_id',
  'first_name',
  'last_name',
  'segment_code',
  'referred_by',
] as const satisfies readonly (keyof Changes['fields'])[];

/** Reads a person that was sent, or says what is wrong with it. Unknown names are custom attributes. */
export function readChanges(item: unknown): Changes | Refused {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return refused('a person must be an object');
  }
  const members = Object.entries(item as Readonly<Record<string, unknown>>).filter(
    ([name]) => !unstored.includes(name),
  );
  const isField = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(fieldsSchema.shape, name);

  const parsed = fieldsSchema.safeParse(Object.fromEntries(members.filter(isField)));
  if (!parsed.success) {
    return refused(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  }
  return { fields: parsed.data, attributes: members.filter((member) => !isField(member)) };
}

/** What became of one person that was sent. `refused` changed nothing. */
export type Saved = { readonly status: 'created' | 'updated'; readonly id: string } | Refused;

export interface Refused {
  readonly status: 'refused';
  readonly reason: string;
}

export function refused(reason: string): Refused {
  return { status: 'refused', reason };
}
