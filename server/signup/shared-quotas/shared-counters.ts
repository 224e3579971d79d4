import type { Database } from '../../store/database.ts';
import { carrySql, chargeSql, refundSql, sweepSql } from './quota-statements.ts';

/** One use of one quota by one request. */
export interface Charge {
  /** 16 bytes in hex: a keyed hash, so that what is stored says nothing about whom it counts. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  state: 'noted' | 'sent' | 'within' | 'over' | 'released';
  /** The end of the window in which it was counted, by the database's clock. */
  windowId?: number;
}

/** What this process knows of a quota. */
export interface Known {
  readonly used: number;
  /** Until the whole quota is available again. */
  readonly restMs: number;
}

export interface SharedCountersOptions {
  readonly database: Pick<Database, 'write'>;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs?: () => number;
  /** How long a charge that nobody waits for may stay in memory. */
  readonly lagMs?: number;
}

interface Remembered {
  readonly used: number;
  readonly learnedAtMs: number;
  readonly endsAtMs: number;
}

const defaultLagMs = 200;
/** For as long as this, what is known to be used up is believed without asking again. */
const freshMs = 1000;
const sweepEveryMs = 60_000;
const carriedAtOnce = 500;

/**
 * Counters of quotas in the table `quotas`, for processes that share a store. Charges of all requests go
 * there in one statement at a time, with their keys sorted: unsorted ones of two processes would lock each
 * other out. A charge that turns out to be over its limit is taken back with the next statement, so that for
 * some milliseconds a quota can seem fuller than it is, and never emptier.
 *
 * Windows begin and end by the clock of the database, at a time of each quota's own. A clock that is set
 * forward begins a new window at once, one that is set back leads into another window, which is over after
 * its length.
 */
export class SharedCounters {
  readonly #database: Pick<Database, 'write'>;
  readonly #monotonicMs: () => number;
  readonly #lagMs: number;
  readonly #known = new Map<string, Remembered>();
  readonly #sweeper: NodeJS.Timeout;
  #noted = new Set<Charge>();
  #refunds: Charge[] = [];
  #lag: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor({
    database,
    monotonicMs = () => performance.now(),
    lagMs = defaultLagMs,
  }: SharedCountersOptions) {
    this.#database = database;
    this.#monotonicMs = monotonicMs;
    this.#lagMs = lagMs;
    this.#sweeper = setInterval(() => {
      this.#sweep();
    }, sweepEveryMs);
    this.#sweeper.unref();
  }

  /** What was last heard of a quota; `undefined` where its window is over or nothing was heard. */
  known({ key }: Pick<Charge, 'key'>): Known | undefined {
    const known = this.#known.get(key);
    const restMs = (known?.endsAtMs ?? 0) - this.#monotonicMs();
    return known && restMs > 0 ? { used: known.used, restMs } : undefined;
  }

  /** Whether a quota is used up, as far as is known without asking. */
  isKnownOver(charge: Pick<Charge, 'key' | 'limit'>): boolean {
    const learnedAtMs = this.#known.get(charge.key)?.learnedAtMs ?? -Infinity;
    const isFresh = this.#monotonicMs() - learnedAtMs < freshMs;
    return isFresh && (this.known(charge)?.used ?? 0) >= charge.limit;
  }

  /** Counts a charge soon, unless it is released before. */
  note(charge: Charge): void {
    this.#noted.add(charge);
    this.#lag ??= setTimeout(() => {
      this.#lag = undefined;
      this.#send().catch(() => {
        // Nobody waits for these. Where the store is away, whoever needs it is told so.
      });
    }, this.#lagMs).unref();
  }

  /** Counts these charges, and others that are noted, and resolves when each is `within` or `over`. */
  async settle(charges: readonly Charge[]): Promise<void> {
    for (const charge of charges) if (charge.state === 'noted') this.#noted.add(charge);
    while (charges.some(({ state }) => state === 'noted' || state === 'sent')) await this.#send();
  }

  release(charge: Charge): void {
    const { state } = charge;
    charge.state = 'released';
    if (state === 'noted') this.#noted.delete(charge);
    if (state === 'within') this.#refund(charge);
  }

  /** Counts at least this much for each, in slices, between which others write. */
  async carry(
    uses: readonly { readonly key: string; readonly used: number; readonly windowMs: number }[],
  ): Promise<void> {
    const sorted = [...uses].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (let from = 0; from < sorted.length; from += carriedAtOnce) {
      const input = sorted
        .slice(from, from + carriedAtOnce)
        .map(({ key, used, windowMs }) => ({ key, n: used, windowMs, shiftMs: shiftOf(key, windowMs) }));
      await this.#database.write([{ sql: carrySql, params: [JSON.stringify(input)] }]);
    }
  }

  /** Tries once more to count what is noted. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    clearTimeout(this.#lag);
    await this.#send().catch(() => {
      // The quotas' windows end by themselves.
    });
  }

  /** One statement at a time: what comes meanwhile shares the next one. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendNow().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendNow(): Promise<void> {
    await this.#sendRefunds();
    const batch = [...this.#noted];
    this.#noted = new Set();
    if (batch.length === 0) return;
    for (const charge of batch) charge.state = 'sent';
    const byKey = groupByKey(batch);
    try {
      const input = [...byKey].map(([key, charges]) => {
        const windowMs = charges[0]?.windowMs ?? 0;
        return { key, n: charges.length, windowMs, shiftMs: shiftOf(key, windowMs) };
      });
      const [result] = await this.#database.write([{ sql: chargeSql, params: [JSON.stringify(input)] }]);
      for (const row of result?.rows ?? []) {
        this.#take(byKey.get(String(row['key'])) ?? [], {
          used: Number(row['used']),
          windowId: Number(row['window_id']),
          nowMs: Number(row['now_ms']),
        });
      }
    } catch (error) {
      // They may be counted all the same; until their window is over, the quota is that much smaller.
      for (const charge of batch) if (charge.state === 'sent') charge.state = 'released';
      throw error;
    }
  }

  /** The first ones have the places that were left. */
  #take(charges: readonly Charge[], row: { used: number; windowId: number; nowMs: number }): void {
    const before = row.used - charges.length;
    let kept = 0;
    charges.forEach((charge, index) => {
      charge.windowId = row.windowId;
      const isWithin = before + index < charge.limit;
      const isReleased = charge.state === 'released';
      if (!isReleased) charge.state = isWithin ? 'within' : 'over';
      if (isWithin && !isReleased) kept++;
      else this.#refund(charge);
    });
    const [{ key } = { key: '' }] = charges;
    const learnedAtMs = this.#monotonicMs();
    const endsAtMs = learnedAtMs + row.windowId - row.nowMs;
    this.#known.set(key, { used: before + kept, learnedAtMs, endsAtMs });
  }

  #refund(charge: Charge): void {
    this.#refunds.push(charge);
    const known = this.#known.get(charge.key);
    if (charge.state === 'released' && known) this.#known.set(charge.key, { ...known, used: known.used - 1 });
    this.#lag ??= setTimeout(() => {
      this.#lag = undefined;
      this.#send().catch(() => undefined);
    }, this.#lagMs).unref();
  }

  async #sendRefunds(): Promise<void> {
    const refunds = this.#refunds;
    this.#refunds = [];
    if (refunds.length === 0) return;
    const counted = new Map<string, { readonly key: string; readonly windowId: number; n: number }>();
    for (const { key, windowId = 0 } of refunds) {
      const name = `${key} ${windowId}`;
      const entry = counted.get(name) ?? { key, windowId, n: 0 };
      entry.n++;
      counted.set(name, entry);
    }
    const input = [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
    await this.#database.write([{ sql: refundSql, params: [JSON.stringify(input)] }]);
  }

  #sweep(): void {
    const nowMs = this.#monotonicMs();
    for (const [key, { endsAtMs }] of this.#known) if (endsAtMs <= nowMs) this.#known.delete(key);
    this.#database.write([{ sql: sweepSql }]).catch(() => {
      // Old counters cost some space; the next round tries again.
    });
  }
}

/** In the order of the keys. */
function groupByKey(charges: readonly Charge[]): ReadonlyMap<string, readonly Charge[]> {
  const groups = new Map<string, Charge[]>();
  for (const charge of [...charges].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const group = groups.get(charge.key);
    if (group) group.push(charge);
    else groups.set(charge.key, [charge]);
  }
  return groups;
}

/**
 * Quotas with the same window end at different times, so that not everybody who was refused comes back at
 * once.
 */
function shiftOf(key: string, windowMs: number): number {
  return Number.parseInt(key.slice(0, 8), 16) % windowMs;
}
