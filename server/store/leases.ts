import { ExpectationFailed } from './errors.ts';
import { sameSql, type Database, type Statement } from './database.ts';

/**
 * That this process does the work that is named, until `release` or until it could not confirm it in time.
 */
export interface Held {
  readonly name: string;
  /** Rises with every change of the holder. */
  readonly epoch: number;
}

export interface LeasesOptions {
  readonly database: Database;
  /** Names this process in the row, for people. */
  readonly owner: string;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs?: () => number;
  /** How long a candidate must see an unchanged row before it takes over. */
  readonly takeoverAfterMs?: number;
  /** How long after its last confirmed beat a holder may go on. Less than `takeoverAfterMs`. */
  readonly safeForMs?: number;
}

/** What the one who lives changes about once a second. */
export interface Beat {
  readonly epoch: number;
  readonly beat: number;
}

interface LeaseRow extends Beat {
  readonly owner: string;
}

/** For how long an observer has seen the same beat, by its own monotonic clock. */
export interface Observed extends Beat {
  readonly lookedAtMs: number;
  readonly unchangedMs: number;
}

/**
 * Leases without clocks that agree. A row for each name holds (epoch, beat). Its holder raises the beat at
 * each look; a candidate takes over when it has seen the same pair for ten seconds of its own monotonic
 * clock. Of the time between two looks it counts two seconds at most, so that a process that was stopped
 * takes nothing over when it goes on. An acknowledge carries `fence`, so that a former holder changes
 * nothing, however late it wakes.
 *
 * Call `look` about once a second for each name.
 */
export class Leases {
  readonly #database: Database;
  readonly #owner: string;
  readonly #monotonicMs: () => number;
  readonly #takeoverAfterMs: number;
  readonly #safeForMs: number;
  readonly #held = new Map<
    string,
    { readonly epoch: number; readonly beat: number; readonly confirmedAtMs: number }
  >();
  readonly #observed = new Map<string, Observed>();

  constructor({
    database,
    owner,
    monotonicMs = () => performance.now(),
    takeoverAfterMs = 10_000,
    safeForMs = 8000,
  }: LeasesOptions) {
    this.#database = database;
    this.#owner = owner;
    this.#monotonicMs = monotonicMs;
    this.#takeoverAfterMs = takeoverAfterMs;
    this.#safeForMs = safeForMs;
  }

  /** Confirms the lease where this process holds it, takes it where it may, and says which it holds now. */
  async look(name: string): Promise<Held | undefined> {
    return (await this.#beat(name)) ?? (await this.#observe(name));
  }

  /** Confirms what this process holds, and never takes anything over. */
  async confirm({ name, epoch }: Held): Promise<boolean> {
    return (await this.#beat(name))?.epoch === epoch;
  }

  /** Whether some process holds it, as far as `look` would say so. Takes nothing over. */
  async isTaken(name: string): Promise<boolean> {
    const row = await this.#read(name);
    return row !== undefined && row.owner !== '' && !this.#isAbandoned(name, row, this.#monotonicMs());
  }

  /** How long the holder may still act on it, in ms. 0: stop now, another process may have taken over. */
  safeForMs({ name, epoch }: Held): number {
    const held = this.#held.get(name);
    if (held?.epoch !== epoch) return 0;
    return Math.max(0, held.confirmedAtMs + this.#safeForMs - this.#monotonicMs());
  }

  /**
   * The first statement of every write that only the holder may do. Fails with `ExpectationFailed` for
   * others.
   */
  fence({ name, epoch }: Held): Statement {
    const text = 'select 1 as held from leases where name = ? and epoch = ?';
    return {
      sql: { sqlite: text, postgres: `${sameSql(text).postgres} for share` },
      params: [name, epoch],
      expect: 1,
    };
  }

  /** Lets others take over at their next look. Without effect where the lease is lost already. */
  async release(held: Held): Promise<void> {
    this.#held.delete(held.name);
    this.#observed.delete(held.name);
    await this.#database.write(
      [
        {
          sql: sameSql(`update leases set owner = '', epoch = epoch + 1 where name = ? and epoch = ?`),
          params: [held.name, held.epoch],
        },
      ],
      { settling: true },
    );
  }

  async #beat(name: string): Promise<Held | undefined> {
    const held = this.#held.get(name);
    if (!held) return undefined;
    const startedAtMs = this.#monotonicMs();
    const beat = held.beat + 1;
    const isConfirmed = await this.#tryWrite({
      sql: sameSql('update leases set beat = ? where name = ? and epoch = ?'),
      params: [beat, name, held.epoch],
      expect: 1,
    });
    if (!isConfirmed) {
      this.#held.delete(name);
      return undefined;
    }
    return this.#hold(name, held.epoch, beat, startedAtMs);
  }

  async #observe(name: string): Promise<Held | undefined> {
    const startedAtMs = this.#monotonicMs();
    const row = await this.#read(name);
    if (!row) {
      const isMine = await this.#tryWrite({
        sql: sameSql(
          'insert into leases (name, owner, epoch, beat) values (?, ?, 1, 0) on conflict do nothing',
        ),
        params: [name, this.#owner],
        expect: 1,
      });
      return isMine ? this.#hold(name, 1, 0, startedAtMs) : undefined;
    }
    const { owner, epoch, beat } = row;
    if (owner !== '' && !this.#isAbandoned(name, row, startedAtMs)) return undefined;
    const isMine = await this.#tryWrite({
      sql: sameSql(
        'update leases set owner = ?, epoch = ?, beat = 0 where name = ? and epoch = ? and beat = ?',
      ),
      params: [this.#owner, epoch + 1, name, epoch, beat],
      expect: 1,
    });
    return isMine ? this.#hold(name, epoch + 1, 0, startedAtMs) : undefined;
  }

  async #read(name: string): Promise<LeaseRow | undefined> {
    const [row] = await this.#database.read({
      sql: sameSql('select owner, epoch, beat from leases where name = ?'),
      params: [name],
    });
    return row && { owner: String(row['owner']), epoch: Number(row['epoch']), beat: Number(row['beat']) };
  }

  #isAbandoned(name: string, row: LeaseRow, nowMs: number): boolean {
    const observed = observe(this.#observed.get(name), row, nowMs);
    this.#observed.set(name, observed);
    return observed.unchangedMs >= this.#takeoverAfterMs;
  }

  #hold(name: string, epoch: number, beat: number, confirmedAtMs: number): Held {
    this.#observed.delete(name);
    this.#held.set(name, { epoch, beat, confirmedAtMs });
    return { name, epoch };
  }

  async #tryWrite(statement: Statement): Promise<boolean> {
    try {
      await this.#database.write([statement], { settling: true });
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }
}

/** Of the time between two looks. A longer gap says more about the observer than about the observed. */
const longestLookMs = 2000;

/** Another look. Of the time since the one before two seconds count at most. */
export function observe(before: Observed | undefined, { epoch, beat }: Beat, nowMs: number): Observed {
  const isSame = before?.epoch === epoch && before.beat === beat;
  const unchangedMs = isSame ? before.unchangedMs + Math.min(longestLookMs, nowMs - before.lookedAtMs) : 0;
  return { epoch, beat, lookedAtMs: nowMs, unchangedMs };
}
