import type { Row } from '../../store/database.ts';
import { bucketOf } from '../figures/issues.ts';

/** A contact as the sandbox keeps it. Names are rasa.io's own; times are in ms since 1970. */
export interface Person {
  readonly id: string;
  /** Given by the database; the integer id of a contact in version 2. 0 until it is stored. */
  readonly seq: number;
  email: string;
  external_id: string | null;
  first_name: string | null;
  last_name: string | null;
  segment_code: string | null;
  referred_by: string | null;
  is_active: boolean;
  is_subscribed: boolean;
  is_archived: boolean;
  unsubscribe_reason: UnsubscribeReason | null;
  /** Where it came from: `API`, `signup-page`, or what version 2 was given as `source`. */
  source: string;
  /** The name of the API key that it came with. */
  via: string | null;
  readonly created: number;
  updated: number;
  /** When it stopped getting issues: `never`, or the moment it was unsubscribed, archived or deactivated. */
  until: number;
  attributes: readonly Attribute[];
  /** What only version 2 has. */
  v2?: V2Fields | undefined;
}

/** Later than every time that can be stored. */
export const never = 9_000_000_000_000_000;

/** The two reasons that rasa.io's API is known to give. */
export type UnsubscribeReason = 'API' | 'OneClickUnsubscribe';

export interface Attribute {
  readonly name: string;
  /** Any JSON value, as it was written. */
  readonly value: unknown;
  readonly created: number;
}

export interface V2Fields {
  readonly can_email_code?: string | undefined;
  readonly can_email_message?: string | undefined;
  readonly can_email_updated?: number | undefined;
  readonly identifiers?: readonly Identifier[] | undefined;
}

export interface Identifier {
  readonly system: string;
  readonly identifier: string;
  readonly system_identifier?: string | undefined;
}

/** The columns that `personOf` reads. */
export const personColumns = 'seq, id, active, subscribed, archived, created, updated, until, person';

export function personOf(row: Row): Person {
  // The file is ours: `rowOf` wrote it, or the migration.
  const rest = JSON.parse(String(row['person'])) as Omit<Person, 'id' | 'seq'>;
  return {
    ...rest,
    id: String(row['id']),
    seq: Number(row['seq']),
    is_active: row['active'] === 1,
    is_subscribed: row['subscribed'] === 1,
    is_archived: row['archived'] === 1,
    created: Number(row['created']),
    updated: Number(row['updated']),
    until: Number(row['until']),
  };
}

export function rowOf(person: Person) {
  const { id, seq: _, is_active, is_subscribed, is_archived, created, updated, until, ...rest } = person;
  const email = person.email.toLowerCase();
  return {
    id,
    email,
    external: Buffer.from(person.external_id ?? ''),
    first: searchable(person.first_name),
    last: searchable(person.last_name),
    segment: searchable(person.segment_code, (text) => text),
    active: Number(is_active),
    subscribed: Number(is_subscribed),
    archived: Number(is_archived),
    created,
    updated,
    until,
    bucket: bucketOf(email),
    person: JSON.stringify(rest),
  };
}

/** A column takes no NUL and no half of a surrogate pair, which JSON does. */
function searchable(text: string | null, change = (from: string) => from.toLowerCase()): string {
  return change(text ?? '')
    .toWellFormed()
    .replaceAll('\0', '');
}
