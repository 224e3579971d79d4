import { z } from 'zod';
import type { Person, State } from './state.ts';

/** What became of one person that was sent. `refused` changed nothing. */
export type Saved =
  | { readonly status: 'created' | 'updated'; readonly id: string }
  | { readonly status: 'refused'; readonly reason: string };

/** In milliseconds since 1970; "since" includes its instant, "before" does not. */
export interface PersonFilter {
  readonly createdSince?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly updatedSince?: number | undefined;
  readonly updatedBefore?: number | undefined;
}

/**
 * The contacts, and what rasa.io does with one that is sent again. It holds changes in memory; whoever changes
 * something calls `state.save()` once at the end.
 */
export interface Persons {
  /** Every contact, archived ones too, newest first. */
  all(): readonly Readonly<Person>[];
  /** What rasa.io lists: live ones, oldest first. */
  list(filter?: PersonFilter): readonly Readonly<Person>[];
  find(id: string): Readonly<Person> | undefined;
  /**
   * Creates a person, or updates the one with the same `external_id` or else the same e-mail address, whatever its
   * case. Fields that are left out stay as they are; an archived person comes back with the subscription it had.
   */
  upsert(item: unknown): Saved;
  update(id: string, item: unknown): Saved;
  remove(id: string): void;
  removeAll(): void;
}

interface PersonsDeps {
  readonly state: State;
  readonly now: () => number;
  readonly randomUUID: () => string;
}

export function createPersons({ state, now, randomUUID }: PersonsDeps): Persons {
  const { data } = state;
  const byEmail = (email: string): Person | undefined =>
    data.persons.find((person) => person.email.toLowerCase() === email.toLowerCase());
  const byExternalId = (id: string | null | undefined): Person | undefined =>
    id ? data.persons.find((person) => person.external_id === id) : undefined;

  function change(person: Person, { fields, attributes }: Changes): Saved {
    const owners = [fields.email && byEmail(fields.email), byExternalId(fields.external_id)];
    if (owners.some((owner) => owner && owner !== person)) {
      return refused('email or external_id belongs to another person');
    }
    const updated = new Date(now()).toISOString();
    Object.assign(person, fields, { updated });
    for (const [name, value] of attributes) {
      person.attributes = person.attributes.filter((attribute) => attribute.name !== name);
      if (value !== null) person.attributes.push({ name, value, created: updated });
    }
    return { status: 'updated', id: person.id };
  }

  function add(email: string, changes: Changes): Saved {
    const created = new Date(now()).toISOString();
    const person: Person = {
      id: randomUUID(),
      email,
      external_id: null,
      first_name: null,
      last_name: null,
      segment_code: null,
      referred_by: null,
      is_active: true,
      is_subscribed: true,
      is_archived: false,
      created,
      updated: created,
      attributes: [],
    };
    const saved = change(person, changes);
    if (saved.status === 'refused') return saved;
    data.persons.push(person);
    return { status: 'created', id: person.id };
  }

  return {
    all: () => data.persons.toReversed(),
    list: (filter = {}) => data.persons.filter((person) => !person.is_archived && passes(person, filter)),
    find: (id) => data.persons.find((person) => person.id === id),
    upsert(item) {
      const changes = readChanges(item);
      if ('reason' in changes) return changes;
      const { email, external_id } = changes.fields;
      if (email === undefined) return refused('email is missing');
      const known = byExternalId(external_id) ?? byEmail(email);
      if (!known) return add(email, changes);
      return change(known, { ...changes, fields: { is_archived: false, ...changes.fields } });
    },
    update(id, item) {
      const person = data.persons.find((known) => known.id === id);
      if (!person) return refused('no such person');
      const changes = readChanges(item);
      return 'reason' in changes ? changes : change(person, changes);
    },
    remove(id) {
      data.persons = data.persons.filter((person) => person.id !== id);
    },
    removeAll() {
      data.persons = [];
    },
  };
}

type AttributeValue = string | number | boolean | null;

interface Changes {
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

function readChanges(item: unknown): Changes | Refused {
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

type Refused = Extract<Saved, { status: 'refused' }>;

function refused(reason: string): Refused {
  return { status: 'refused', reason };
}

function passes(person: Person, filter: PersonFilter): boolean {
  const created = Date.parse(person.created);
  const updated = Date.parse(person.updated);
  const { createdSince = 0, createdBefore = Infinity, updatedSince = 0, updatedBefore = Infinity } = filter;
  return (
    created >= createdSince && created < createdBefore && updated >= updatedSince && updated < updatedBefore
  );
}
