import { hash } from 'node:crypto';
import { openPersonHash, type PersonHash } from '../outbox/person-hash.ts';
import { stickyStates, type Destination, type StickyState } from '../outbox/signup.ts';
import { sameSql, type Database, type Row, type Statement } from '../store/database.ts';
import { people as table } from '../store/schema/people.ts';

/** What is known of a person at rasa.io. */
export interface KnownPerson {
  /** `undefined` where it is not known. */
  readonly rasaId: string | undefined;
  /** `unknown`: rasa.io has the person, and has not said more. */
  readonly state: 'subscribed' | StickyState | 'unknown';
  /** All that hold: somebody who unsubscribed may be archived as well. */
  readonly sticky: readonly StickyState[];
  /** rasa.io's own word for why, such as `OneClickUnsubscribe`. */
  readonly reason: string | undefined;
  /** Unix time in ms; `undefined` where the person is not archived. */
  readonly archivedAtMs: number | undefined;
  /** Unix time in ms. */
  readonly readAtMs: number;
}

/** Something new about a person. What is left out stays as it was. */
export interface Learned {
  readonly person: Uint8Array;
  readonly rasaId?: string | undefined;
  readonly subscription?: 'subscribed' | Exclude<StickyState, 'archived'> | undefined;
  /** Unix time in ms; 0 where the person is not archived. */
  readonly archivedAtMs?: number | undefined;
  /** Only looked at with `subscription`. */
  readonly reason?: string | undefined;
}

export interface PeopleOptions {
  readonly database: Database;
  readonly now?: () => number;
}

/** Each takes eight parameters, and SQLite takes 32,766 in one statement. */
const most = 1000;

/**
 * What is known of people at rasa.io: for each account and address a row with rasa.io's id, the state and
 * when it was learned. A keyed hash stands for the address. It is filled by `readPeople` and by what rasa.io
 * answers to deliveries.
 */
export class People {
  readonly #database: Database;
  readonly #hash: PersonHash;
  readonly #now: () => number;

  private constructor({ database, now = Date.now }: PeopleOptions, personHash: PersonHash) {
    this.#database = database;
    this.#hash = personHash;
    this.#now = now;
  }

  static async open(options: PeopleOptions): Promise<People> {
    return new People(options, await openPersonHash(options));
  }

  /** The hash that stands for an address here and in the outbox. */
  hashOf(email: string): Uint8Array {
    return this.#hash(email);
  }

  /** `undefined` where nothing is known. */
  async of(account: Destination, email: string): Promise<KnownPerson | undefined> {
    return (await this.ofMany(account, [this.#hash(email)]))[0];
  }

  /** The same for many, by their hashes, in their order. */
  async ofMany(
    account: Destination,
    persons: readonly Uint8Array[],
  ): Promise<readonly (KnownPerson | undefined)[]> {
    const ids = persons.map((person) => idOf(account, person));
    const found = new Map<string, KnownPerson>();
    for (let start = 0; start < ids.length; start += most) {
      const some = ids.slice(start, start + most);
      const rows = await this.#database.read({
        sql: sameSql(`select * from ${table.name} where id in (${some.map(() => '?').join(', ')})`),
        params: some,
      });
      for (const row of rows) found.set(String(row['id']), knownOf(row));
    }
    return ids.map((id) => found.get(id));
  }

  /** What writes this down, for a transaction that holds more. Written twice, it changes nothing more. */
  learning(account: Destination, learned: readonly Learned[]): readonly Statement[] {
    const rows = [...rowsOf(account, learned, this.#now()).values()];
    const statements: Statement[] = [];
    for (let start = 0; start < rows.length; start += most) {
      const some = rows.slice(start, start + most);
      const places = some.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
      statements.push({ sql: sameSql(upsert(places)), params: some.flatMap((row) => [...row]) });
    }
    return statements;
  }

  async learn(account: Destination, learned: readonly Learned[]): Promise<void> {
    if (learned.length > 0) await this.#database.write(this.learning(account, learned));
  }

  /**
   * What writes down since when those with these ids of rasa.io are archived. Others than those that are
   * known here cannot be told by an id.
   */
  learningArchived(
    account: Destination,
    gone: readonly { readonly rasaId: string; readonly archivedAtMs: number }[],
  ): readonly Statement[] {
    return gone.map(({ rasaId, archivedAtMs }) => ({
      sql: sameSql(`update ${table.name} set archived_at = ?, read_at = ? where account = ? and rasa_id = ?`),
      params: [archivedAtMs, this.#now(), accountOf(account), rasaId],
    }));
  }

  /** What removes all that is known of a person. */
  forgetting(account: Destination, person: Uint8Array): Statement {
    return { sql: sameSql(`delete from ${table.name} where id = ?`), params: [idOf(account, person)] };
  }
}

export function accountOf({ upstream, account }: Destination): string {
  return `${upstream} ${account}`;
}

function idOf(account: Destination, person: Uint8Array): string {
  const tag = hash('sha256', accountOf(account), 'hex').slice(0, 12);
  return `${Buffer.from(person).toString('hex')} ${tag}`;
}

type Values = readonly [string, string, Uint8Array, string, string, number, string, number];

function upsert(places: string): string {
  const keeps = (column: string, nothing: string) =>
    `${column} = case when excluded.${column} = ${nothing} then ${table.name}.${column} else excluded.${column} end`;
  return `
    insert into ${table.name} (id, account, person, rasa_id, subscription, archived_at, reason, read_at)
    values ${places}
    on conflict (id) do update set
      ${keeps('rasa_id', "''")}, ${keeps('subscription', "'unknown'")}, ${keeps('archived_at', '-1')},
      reason = case when excluded.subscription = 'unknown' then ${table.name}.reason else excluded.reason end,
      read_at = excluded.read_at`;
}

/** One for each person: of two contacts with one address, the one that is not subscribed counts. */
function rowsOf(account: Destination, learned: readonly Learned[], nowMs: number): Map<string, Values> {
  const rows = new Map<string, Values>();
  for (const { person, rasaId = '', subscription = 'unknown', archivedAtMs = -1, reason = '' } of learned) {
    const id = idOf(account, person);
    const isStricter = subscription !== 'subscribed' && subscription !== 'unknown';
    if (rows.has(id) && !isStricter) continue;
    rows.set(id, [id, accountOf(account), person, rasaId, subscription, archivedAtMs, reason, nowMs]);
  }
  return rows;
}

function knownOf(row: Row): KnownPerson {
  const subscription = String(row['subscription']);
  const archivedAtMs = Number(row['archived_at']);
  const isArchived = archivedAtMs > 0;
  const sticky = stickyStates.filter((state) => (state === 'archived' ? isArchived : state === subscription));
  const [rasaId, reason] = [String(row['rasa_id']), String(row['reason'])];
  return {
    rasaId: rasaId === '' ? undefined : rasaId,
    state: isArchived
      ? 'archived'
      : (sticky[0] ?? (subscription === 'subscribed' ? 'subscribed' : 'unknown')),
    sticky,
    reason: reason === '' ? undefined : reason,
    archivedAtMs: isArchived ? archivedAtMs : undefined,
    readAtMs: Number(row['read_at']),
  };
}
