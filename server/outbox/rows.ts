import {
  sameSql,
  Unreadable,
  type Database,
  type NewRow,
  type Row,
  type Statement,
} from '../store/database.ts';
import { deadLetters, precedences, signups, type Table } from '../store/tables.ts';
import type {
  Change,
  Consent,
  Contact,
  Destination,
  Evidence,
  Precedence,
  Signup,
  StickyState,
} from './signup.ts';

/** What a row of `signups` or `dead_letters` holds sealed. */
interface Payload {
  readonly contact: Contact;
  readonly origin?: string | undefined;
  readonly consent?: Consent | undefined;
  readonly evidence?: Evidence | undefined;
  readonly resubscribe?: readonly StickyState[] | undefined;
  readonly change?: Change | undefined;
  /** ISO 8601, where the row's own time is that of a replay. */
  readonly acceptedAt?: string | undefined;
  /** Of a dead letter: rasa.io's words, which may quote an address. */
  readonly reason?: string;
}

/** A sign-up as it waits, with what its row says beside it. */
export interface Waiting {
  readonly signup: Signup;
  readonly lane: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** Since when it waits: since it was accepted, or replayed. Unix time in ms. */
  readonly sinceMs: number;
  /** The keyed hash of its address. */
  readonly person: Uint8Array;
}

/** The columns that `waitingOf` reads. */
export const waitingColumns =
  's.id, s.form, s.lane, s.attempts, s.accepted_at, s.person, s.key_id, s.payload';

/** `undefined` where the sealed part cannot be opened. */
export function waitingOf(row: Row): Waiting | undefined {
  const sinceMs = Number(row['accepted_at']);
  const signup = signupOf(row, sinceMs);
  return (
    signup && {
      signup,
      lane: Number(row['lane']),
      attempts: Number(row['attempts']),
      sinceMs,
      person: row['person'] as Uint8Array,
    }
  );
}

/** A sign-up that rasa.io refused, or that became too old. */
export interface DeadLetter {
  readonly signup: Signup;
  /** rasa.io's words; they may quote an address. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly refusedAt: string;
}

/** The columns that `deadLetterOf` reads. */
export const deadLetterColumns =
  'id, upstream, account, form, kind, person, attempts, accepted_at, failed_at, key_id, payload';

/** `undefined` where the sealed part cannot be opened. */
export function deadLetterOf(row: Row): DeadLetter | undefined {
  const signup = signupOf(row, Number(row['accepted_at']));
  return (
    signup && {
      signup,
      reason: (row['payload'] as Payload).reason ?? '',
      attempts: Number(row['attempts']),
      refusedAt: isoOf(Number(row['failed_at'])),
    }
  );
}

function signupOf(row: Row, acceptedMs: number): Signup | undefined {
  const payload = row['payload'];
  if (payload instanceof Unreadable) return undefined;
  const { contact, origin, consent, evidence, resubscribe, change, acceptedAt } = payload as Payload;
  return {
    id: String(row['id']),
    form: String(row['form']),
    contact,
    ...(origin !== undefined && { origin }),
    ...(consent && { consent }),
    ...(evidence && { evidence }),
    ...(resubscribe && { resubscribe }),
    ...(change && { change }),
    acceptedAt: acceptedAt ?? isoOf(acceptedMs),
  };
}

interface RowOptions {
  readonly destination: Destination;
  readonly lane: number;
  readonly person: Uint8Array;
  readonly sinceMs: number;
  readonly precedence?: Precedence;
}

/** A sign-up to be stored. */
interface Storable {
  readonly id: string;
  readonly form: string;
  readonly contact: Contact;
  readonly origin?: string | undefined;
  readonly consent?: Consent | undefined;
  readonly evidence?: Evidence | undefined;
  readonly resubscribe?: readonly StickyState[] | undefined;
  readonly change?: Change | undefined;
  /** Absent where it is the time since which it waits. */
  readonly acceptedAt?: string;
}

export function signupRow(
  signup: Storable,
  { destination, lane, person, sinceMs, precedence = 'form' }: RowOptions,
): NewRow {
  return {
    id: signup.id,
    upstream: destination.upstream,
    account: destination.account,
    form: signup.form,
    lane,
    kind: signup.change?.kind ?? 'upsert',
    person,
    // What was never tried is due at once, whatever the clock says.
    due: precedences[precedence],
    attempts: 0,
    accepted_at: sinceMs,
    payload: payloadOf(signup, sinceMs),
  };
}

interface DeadLetterOptions {
  readonly destination: Destination;
  readonly waiting: Waiting;
  /** A code, for the column that is not sealed. */
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly failedMs: number;
}

export function deadLetterRow({ destination, waiting, ...rest }: DeadLetterOptions): NewRow {
  const { signup, person, sinceMs } = waiting;
  return {
    id: signup.id,
    ...destination,
    form: signup.form,
    kind: signup.change?.kind ?? 'upsert',
    person,
    reason: rest.code,
    attempts: rest.attempts,
    accepted_at: sinceMs,
    failed_at: rest.failedMs,
    payload: { ...payloadOf(signup, sinceMs), reason: rest.reason },
  };
}

/** Members that are undefined are left out of the JSON. */
function payloadOf(
  { contact, origin, consent, evidence, resubscribe, change, acceptedAt }: Storable,
  sinceMs: number,
): Payload {
  const isOwnTime = acceptedAt === undefined || acceptedAt === isoOf(sinceMs);
  const states = resubscribe && resubscribe.length > 0 ? resubscribe : undefined;
  return {
    contact,
    origin,
    consent,
    evidence,
    resubscribe: states,
    change,
    acceptedAt: isOwnTime ? undefined : acceptedAt,
  };
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What waits for a person, in the order in which it is done: `upsert` is a sign-up, others are changes. */
export async function waitingKinds(
  database: Pick<Database, 'read'>,
  { upstream, account }: Destination,
  person: Uint8Array,
): Promise<readonly string[]> {
  const rows = await database.read({
    sql: sameSql('select kind from signups where upstream = ? and account = ? and person = ? order by seq'),
    params: [upstream, account, person],
  });
  return rows.map(({ kind }) => String(kind));
}

/** Deletes what waits for a person who is erased, but for the erasure itself, and dead letters. */
export function erasing(destination: Destination, person: Uint8Array, erasure = ''): readonly Statement[] {
  return [signups, deadLetters].map((table) => erasingFrom(table, destination, person, erasure));
}

/** What a call under way made of a person whose erasure was asked for meanwhile. */
export function erasingDeadLetters(destination: Destination, person: Uint8Array): Statement {
  return erasingFrom(deadLetters, destination, person);
}

function erasingFrom(
  { name }: Table,
  { upstream, account }: Destination,
  person: Uint8Array,
  except = '',
): Statement {
  return {
    sql: sameSql(`delete from ${name} where upstream = ? and account = ? and person = ? and id <> ?`),
    params: [upstream, account, person, except],
  };
}

/** Makes a dead letter of a row as it is: what cannot be opened cannot be sealed anew either. */
export function copyDamaged(id: string, nowMs: number): Statement {
  const columns = 'upstream, account, form, kind, person';
  const text = `
    insert into dead_letters (id, ${columns}, reason, attempts, accepted_at, failed_at, key_id, payload)
    select id, ${columns}, 'damaged', attempts, accepted_at, cast(? as bigint), key_id, payload
    from signups where id = ?
    on conflict do nothing`;
  return { sql: sameSql(text), params: [nowMs, id] };
}
