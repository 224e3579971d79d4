import { sameSql, type Database, type Row, type Statement, type WriteStatement } from '../store/database.ts';
import { storeId } from '../store/maintenance.ts';
import { eventStatements, type NewEvent } from './events.ts';
import { readNumbers } from './feed.ts';
import { acceptedEvent } from './signups.ts';

/** Where the sign-ups of an account wait, as the outbox names it. */
export interface Place {
  readonly upstream: string;
  readonly account: string;
}

export interface TellerOptions {
  readonly database: Database;
  /** Of each account, by its name. */
  readonly places: ReadonlyMap<string, Place>;
  /** Whether somebody reads events as they come: an endpoint, or a token that may. */
  readonly isRead: () => Promise<boolean>;
  /** How many events are kept at most. */
  readonly most?: number;
  readonly now?: () => number;
}

/** How long an event can be read. */
export const keptMs = 30 * 24 * 60 * 60_000;
/** So many at most: some hundred bytes each. What nobody fetches must not fill the disk. */
const keptAtMost = 2_000_000;
/** So many at a time: long writes delay sign-ups. */
const batch = 500;
/**
 * A write takes less from its beginning to its end. What is younger is looked at again, since on PostgreSQL a
 * smaller number may be committed later.
 */
const settledAfterMs = 5000;

/**
 * Tells in the background what nothing has to be written for in time. That a sign-up was accepted follows
 * from its own row, so that an accept writes nothing more: while somebody reads events it is told about once
 * a second, else with the acknowledgement. Only the holder of the lease tells.
 */
export class Teller {
  readonly #options: TellerOptions;
  readonly #now: () => number;
  readonly #names: ReadonlyMap<string, string>;
  /** Told, and younger than `settledAfterMs`: not to be written again and again. */
  readonly #recent = new Map<string, number>();
  readonly #storeId: Promise<string>;

  constructor(options: TellerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#storeId = storeId(options.database);
    this.#names = new Map([...options.places].map(([name, place]) => [keyOf(place), name]));
  }

  /** One look at what was accepted since the last one. */
  async tell(fence: Statement): Promise<void> {
    const { database, isRead } = this.#options;
    const key = `told ${await this.#storeId}`;
    const [row] = await database.read({
      sql: sameSql('select value from event_numbers where name = ?'),
      params: [key],
    });
    const mark = Number(row?.['value'] ?? unread);
    if (!(await isRead())) {
      if (mark !== unread) await database.write([fence, setMark(key, unread)]);
    } else if (mark === unread) {
      // Those that wait already are told with their acknowledgement: there may be a million of them.
      const [last] = await database.read({ sql: sameSql(newest) });
      await database.write([fence, setMark(key, seqOf(last, 0))]);
    } else await this.#tellAccepted(fence, key, mark);
  }

  /** Deletes what is older than 30 days, and the oldest of more than are kept. Whether there may be more. */
  async sweep(fence: Statement): Promise<boolean> {
    const { database, most = keptAtMost } = this.#options;
    const [rows, { last }] = await Promise.all([
      database.read({
        sql: sameSql('select seq, told_at from events order by seq limit ?'),
        params: [batch],
      }),
      readNumbers(database),
    ]);
    const beforeMs = this.#now() - keptMs;
    const isKept = (row: Row) => Number(row['told_at']) >= beforeMs && Number(row['seq']) > last - most;
    const first = rows.findIndex(isKept);
    const old = first === -1 ? rows : rows.slice(0, first);
    const newest = old.at(-1);
    if (!newest) return false;
    const seq = Number(newest['seq']);
    await database.write([
      fence,
      { sql: sameSql('delete from events where seq <= ?'), params: [seq] },
      setMark('swept', seq),
    ]);
    return old.length === batch;
  }

  /** From the mark on, which stays before what may still be joined by smaller numbers. */
  async #tellAccepted(fence: Statement, key: string, mark: number): Promise<void> {
    const { database } = this.#options;
    const settledMs = this.#now() - (database.engine === 'postgres' ? settledAfterMs : 0);
    for (const [id, acceptedMs] of this.#recent) if (acceptedMs < settledMs) this.#recent.delete(id);
    let settled = mark;
    for (let after = mark; ;) {
      const rows = await database.read({
        sql: sameSql(
          `select seq, id, upstream, account, form, kind, accepted_at from signups where seq > ? order by seq limit ?`,
        ),
        params: [after, batch],
      });
      const firstYoung = rows.findIndex((row) => Number(row['accepted_at']) >= settledMs);
      if (settled === after)
        settled = seqOf(rows[(firstYoung === -1 ? rows.length : firstYoung) - 1], settled);
      const events = rows.flatMap((row) => this.#acceptedOf(row));
      if (events.length > 0 || settled > mark) {
        await database.write([fence, setMark(key, settled), ...eventStatements(events, this.#now())]);
      }
      for (const { subject, atMs } of events) if (atMs >= settledMs) this.#recent.set(subject, atMs);
      if (rows.length < batch) return;
      after = seqOf(rows.at(-1), after);
    }
  }

  #acceptedOf(row: Row): readonly NewEvent[] {
    const id = String(row['id']);
    const place = { upstream: String(row['upstream']), account: String(row['account']) };
    const account = this.#names.get(keyOf(place));
    // Of other proxies' accounts those tell that know their names.
    // A change of a contact is no sign-up: rasa.io's list tells when it was made.
    const isSignup = row['kind'] === 'upsert';
    if (account === undefined || !isSignup || this.#recent.has(id)) return [];
    const acceptedMs = Number(row['accepted_at']);
    return [acceptedEvent({ id, form: String(row['form']), acceptedMs }, account)];
  }
}

/** The value of the mark while nobody reads. */
const unread = -1;

const newest = 'select coalesce(max(seq), 0) as seq from signups';

function setMark(name: string, value: number): WriteStatement {
  return {
    sql: sameSql(
      `insert into event_numbers (name, value) values (?, ?) on conflict (name) do update set value = excluded.value`,
    ),
    params: [name, value],
  };
}

function seqOf(row: Row | undefined, otherwise: number): number {
  return row === undefined ? otherwise : Number(row['seq']);
}

export function keyOf({ upstream, account }: Place): string {
  return `${upstream} ${account}`;
}
