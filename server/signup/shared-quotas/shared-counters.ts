import type { Database } from '../../store/database.ts';
import { groupByKey, shiftOf, type Charge } from './charges.ts';
import { chargeSql, refundSql, sweepSql } from './quota-statements.ts';

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
  /** What this process has of it. */
  readonly own: number;
  readonly learnedAtMs: number;
  readonly endsAtMs: number;
}

/** A counter after it was raised. */
interface Counted {
  readonly key: string;
  readonly used: number;
  /** As in `Charge`. */
  readonly windowId: number;
  /** By the database's clock. */
  readonly nowMs: number;
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
    if (state !== 'within') return;
    this.#refund(charge);
    const known = this.#known.get(charge.key);
    if (known) this.#known.set(charge.key, { ...known, used: known.used - 1, own: known.own - 1 });
  }

  /**
   * Counts what of these uses of this process is not counted yet, in slices, between which others write. What
   * others have counted meanwhile is added to.
   */
  async carry(
    uses: readonly { readonly key: string; readonly used: number; readonly windowMs: number }[],
  ): Promise<void> {
    const nowMs = this.#monotonicMs();
    const input = uses
      .map(({ key, used, windowMs }) => {
        return { key, n: used - this.#ownOf(key, nowMs), windowMs, shiftMs: shiftOf(key, windowMs) };
      })
      .filter(({ n }) => n > 0)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    for (let from = 0; from < input.length; from += carriedAtOnce) {
      const slice = input.slice(from, from + carriedAtOnce);
      const carried = new Map(slice.map(({ key, n }) => [key, n]));
      for (const row of await this.#count(slice)) this.#remember(row, carried.get(row.key) ?? 0);
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
      for (const row of await this.#count(input)) this.#take(byKey.get(row.key) ?? [], row);
    } catch (error) {
      // They may be counted all the same; until their window is over, the quota is that much smaller.
      for (const charge of batch) if (charge.state === 'sent') charge.state = 'released';
      throw error;
    }
  }

  async #count(input: readonly object[]): Promise<readonly Counted[]> {
    const [result] = await this.#database.write([{ sql: chargeSql, params: [JSON.stringify(input)] }]);
    return (result?.rows ?? []).map((row) => ({
      key: String(row['key']),
      used: Number(row['used']),
      windowId: Number(row['window_id']),
      nowMs: Number(row['now_ms']),
    }));
  }

  /** The first ones have the places that were left. */
  #take(charges: readonly Charge[], row: Counted): void {
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
    this.#remember({ ...row, used: before + kept }, kept);
  }

  /** `added`: what this process has counted with it. */
  #remember({ key, used, windowId, nowMs }: Counted, added: number): void {
    const learnedAtMs = this.#monotonicMs();
    const own = this.#ownOf(key, learnedAtMs) + added;
    this.#known.set(key, { used, own, learnedAtMs, endsAtMs: learnedAtMs + windowId - nowMs });
  }

  #ownOf(key: string, nowMs: number): number {
    const known = this.#known.get(key);
    return known && known.endsAtMs > nowMs ? known.own : 0;
  }

  #refund(charge: Charge): void {
    this.#refunds.push(charge);
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
