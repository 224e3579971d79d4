import type { Destination } from '../outbox/signup.ts';
import type { Page } from '../rasa/paging.ts';
import type { Person } from '../rasa/persons/person.ts';
import type { Persons } from '../rasa/persons/persons.ts';
import type { ContactsV2, ContactV2 } from '../rasa/v2/contacts.ts';
import { sameSql, type Database, type Statement } from '../store/database.ts';
import { peopleReads as table } from '../store/schema/people.ts';
import { accountOf, type Learned, type People } from './people.ts';

/** Somebody as a list of rasa.io has it; without an address only the id is known. */
export interface Listed extends Omit<Learned, 'person'> {
  readonly email: string | undefined;
}

/** The lists of an account, in either version of the API. Iterating rejects with a `RasaError`. */
export interface PeopleSource {
  /** Whether `live` can leave out what has not changed. */
  readonly hasChanges: boolean;
  live(options: {
    readonly since: Date | undefined;
    readonly skip: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<Page<Listed>>;
  /** Those that were archived or deleted. */
  gone(options: {
    readonly since: Date | undefined;
    readonly signal: AbortSignal;
  }): AsyncIterable<Page<Listed>>;
}

/** What rasa.io's own clients ask for; it may send fewer. */
const pageSize = 1000;

export function peopleOfV1(persons: Pick<Persons, 'list' | 'deleted'>): PeopleSource {
  return {
    hasChanges: true,
    live: ({ since, skip, signal }) =>
      mapped(persons.list({ updated_since: since, skip, pageSize, signal }).pages(), listedPerson),
    gone: ({ since, signal }) =>
      mapped(
        persons.deleted({ archived_since: since, pageSize, signal }).pages(),
        ({ id, archived_date }) => ({
          email: undefined,
          rasaId: id,
          archivedAtMs: (archived_date ?? new Date()).getTime(),
        }),
      ),
  };
}

export function peopleOfV2(contacts: Pick<ContactsV2, 'list' | 'removed'>): PeopleSource {
  return {
    hasChanges: false,
    live: ({ skip, signal }) => mapped(contacts.list({ skip, pageSize, signal }).pages(), listedContact),
    gone: ({ since, signal }) =>
      // Those that are only off a list are still there.
      mapped(
        contacts.removed({ archived_since: since, pageSize, signal }).pages(),
        ({ id, email, is_archived, archived_date }) => ({
          email: email ?? undefined,
          rasaId: id,
          ...(is_archived !== false && { archivedAtMs: (archived_date ?? new Date()).getTime() }),
        }),
      ),
  };
}

export interface ReadPeopleOptions {
  readonly database: Database;
  readonly people: People;
  readonly account: Destination;
  readonly source: PeopleSource;
  readonly signal: AbortSignal;
  /** After each page: how many were read, and of how many, where rasa.io says that. */
  readonly onProgress?: (progress: { readonly read: number; readonly total: number | undefined }) => void;
  readonly now?: () => number;
}

/** How far the list of an account has been read. Times are Unix time in ms; 0 is never. */
export interface PeopleRead {
  /** When the whole list was read for the last time. Before the first time, who unsubscribed is not known. */
  readonly completeAtMs: number;
  /** Since when changes are not known. */
  readonly readAtMs: number;
}

/** Clocks differ, and rasa.io may list a change some time after it. */
const overlapMs = 10 * 60_000;

/**
 * Reads the list of an account: the whole of it the first time, from where an earlier call was stopped, and
 * afterwards what has changed. Where rasa.io cannot tell what has changed, it is the whole list each time.
 */
export async function readPeople(options: ReadPeopleOptions): Promise<PeopleRead> {
  const { database, people, account, source, signal, onProgress, now = Date.now } = options;
  const before = await readPosition(database, account);
  const isWhole = before.completeAtMs === 0 || !source.hasChanges;
  const isResumed = isWhole && before.beganAtMs > 0;
  const beganAtMs = isResumed ? before.beganAtMs : now();
  const since = before.readAtMs === 0 ? undefined : new Date(before.readAtMs - overlapMs);
  const at = (position: number): Position => ({ ...before, beganAtMs: isWhole ? beganAtMs : 0, position });

  // Each one archived since has moved the others of the list one place ahead.
  const moved = isResumed ? await countGone(source, new Date(beganAtMs - overlapMs), signal) : 0;
  let position = isResumed ? Math.max(0, before.position - moved) : 0;
  for await (const page of source.live({
    since: isWhole ? undefined : since,
    skip: isWhole ? position : 0,
    signal,
  })) {
    position += page.items.length;
    await database.write([
      ...people.learning(account, withPersons(people, page.items, 0)),
      ...(isWhole ? [positionStatement(account, at(position))] : []),
    ]);
    onProgress?.({ read: position, total: page.total });
  }
  for await (const { items } of source.gone({ since, signal })) {
    const gone = items.flatMap(({ email, rasaId, archivedAtMs }) =>
      email === undefined && rasaId !== undefined && archivedAtMs !== undefined
        ? [{ rasaId, archivedAtMs }]
        : [],
    );
    const statements = [
      ...people.learning(account, withPersons(people, items, undefined)),
      ...people.learningArchived(account, gone),
    ];
    if (statements.length > 0) await database.write(statements);
  }
  const completeAtMs = isWhole ? now() : before.completeAtMs;
  const after = { beganAtMs: 0, position: 0, completeAtMs, readAtMs: beganAtMs };
  await database.write([positionStatement(account, after)]);
  return { completeAtMs, readAtMs: beganAtMs };
}

/** How far the list was read. */
export async function lastPeopleRead(
  database: Pick<Database, 'read'>,
  account: Destination,
): Promise<PeopleRead> {
  const { completeAtMs, readAtMs } = await readPosition(database, account);
  return { completeAtMs, readAtMs };
}

function withPersons(
  people: People,
  listed: readonly Listed[],
  archivedAtMs: number | undefined,
): readonly Learned[] {
  return listed.flatMap(({ email, ...rest }) =>
    email === undefined || email === ''
      ? []
      : [{ archivedAtMs, ...defined(rest), person: people.hashOf(email) }],
  );
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}

async function countGone(source: PeopleSource, since: Date, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const { items } of source.gone({ since, signal })) count += items.length;
  return count;
}

async function* mapped<T>(
  pages: AsyncIterable<Page<T>>,
  as: (item: T) => Listed,
): AsyncIterable<Page<Listed>> {
  for await (const page of pages) yield { ...page, items: page.items.map(as) };
}

function listedPerson(person: Person): Listed {
  const { id, email, is_subscribed, is_active, is_archived, unsubscribe_reason, updated } = person;
  const reason = unsubscribe_reason ?? '';
  // A reason may stay behind where somebody has subscribed again; what is said outright counts first.
  const isOut =
    is_subscribed === false || is_active === false || (is_subscribed === undefined && reason !== '');
  const isIn = !isOut && is_subscribed === true;
  return {
    email: email ?? undefined,
    rasaId: id,
    archivedAtMs: is_archived === true ? (updated ?? new Date()).getTime() : 0,
    subscription: isOut ? stateOf(reason) : isIn ? 'subscribed' : undefined,
    ...(isOut && { reason }),
  };
}

function listedContact({ id, email, can_email, can_email_code, can_email_message }: ContactV2): Listed {
  const reason = can_email_code ?? '';
  return {
    email: email ?? undefined,
    rasaId: id,
    ...(can_email !== undefined && {
      subscription: can_email ? 'subscribed' : stateOf(`${reason} ${can_email_message ?? ''}`),
    }),
    ...(can_email === false && { reason }),
  };
}

/** From rasa.io's words: Bounce, SoftBounce, Spam Report; all others are a wish not to get it. */
function stateOf(reason: string): 'unsubscribed' | 'bounced' | 'complained' {
  if (/spam|complain|abuse/i.test(reason)) return 'complained';
  return /bounce/i.test(reason) ? 'bounced' : 'unsubscribed';
}

interface Position extends PeopleRead {
  /** When the reading of the whole list that is under way began; 0 without. */
  readonly beganAtMs: number;
  readonly position: number;
}

async function readPosition(database: Pick<Database, 'read'>, account: Destination): Promise<Position> {
  const [row] = await database.read({
    sql: sameSql(`select began_at, position, complete_at, read_at from ${table.name} where id = ?`),
    params: [accountOf(account)],
  });
  return {
    beganAtMs: Number(row?.['began_at'] ?? 0),
    position: Number(row?.['position'] ?? 0),
    completeAtMs: Number(row?.['complete_at'] ?? 0),
    readAtMs: Number(row?.['read_at'] ?? 0),
  };
}

function positionStatement(account: Destination, at: Position): Statement {
  return {
    sql: sameSql(
      `insert into ${table.name} (id, began_at, position, complete_at, read_at) values (?, ?, ?, ?, ?)
       on conflict (id) do update set began_at = excluded.began_at, position = excluded.position,
         complete_at = excluded.complete_at, read_at = excluded.read_at`,
    ),
    params: [accountOf(account), at.beganAtMs, at.position, at.completeAtMs, at.readAtMs],
  };
}
