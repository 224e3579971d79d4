import { z } from 'zod';

type AttributeValue = string | number | boolean | null;

/** What an item that was sent asks for. */
export interface Changes {
  readonly fields: z.infer<typeof fieldsSchema>;
  /** By name; null takes the attribute away. */
  readonly attributes: readonly (readonly [name: string, value: AttributeValue])[];
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

/** rasa.io's own name for the archive flag is unknown, so the likely ones all count. */
const archiveFlags = ['is_archived', 'archived', 'archive'];

const attributeSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Reads a person that was sent, or says what is wrong with it. */
export function readChanges(item: unknown): Changes | Refused {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return refused('a person must be an object');
  }
  const members = Object.entries(item)
    .filter(([name]) => !unstored.includes(name))
    .map(
      ([name, value]: [string, unknown]) =>
        [archiveFlags.includes(name) ? 'is_archived' : name, value] as const,
    );
  const isField = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(fieldsSchema.shape, name);

  const parsed = fieldsSchema.safeParse(Object.fromEntries(members.filter(isField)));
  if (!parsed.success) {
    return refused(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  }
  const attributes = [];
  for (const [name, value] of members.filter((member) => !isField(member))) {
    const attribute = attributeSchema.safeParse(value);
    if (!attribute.success) return refused(`${name} must be text, a number, or true or false`);
    attributes.push([name, attribute.data] as const);
  }
  return { fields: parsed.data, attributes };
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
