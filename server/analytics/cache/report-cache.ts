import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { whyNotRead, type AccountReads } from '../../accounts/reads.ts';
import type { Database } from '../../store/database.ts';
import { Leases, type Held } from '../../store/leases.ts';
import { withAnySignal } from '../../system/any-signal.ts';
import { pause } from '../../system/pause.ts';
import type { ReportQuery } from '../query.ts';
import { rowsOf, type ReportName, type Row } from '../reports/report.ts';
import { reports } from '../reports/reports.ts';
import { readCached, writeCached, type CachedReport } from './cached-reports.ts';

export interface ReportCacheOptions {
  readonly database: Database;
  /** `undefined` for accounts without analytics. */
  readonly readsOf: (account: string) => AccountReads | undefined;
  /** Names this process in the store, for people. */
  readonly owner: string;
  readonly log: Logger;
  readonly now?: () => number;
  /** How long a request waits for rasa.io. The report is read to its end all the same. */
  readonly longestWaitMs?: number;
}

export interface ReportRequest {
  readonly account: string;
  readonly name: ReportName;
  readonly query: ReportQuery;
}

export type ReportAnswer =
  | {
      readonly is: 'report';
      readonly report: CachedReport;
      /** From 0 to `freshMs`, and more where rasa.io is away. */
      readonly ageMs: number;
    }
  /** It is not to be had now: rasa.io is away, or takes long. */
  | { readonly is: 'unavailable' }
  | { readonly is: 'too_many_rows' }
  /** rasa.io has analytics in version 1 of its API only. */
  | { readonly is: 'no_analytics' };

export const freshMs = 10 * 60_000;
/** What is older is not shown, not even while rasa.io is away. */
export const staleMs = 24 * 60 * 60_000;
/** One answer is held in memory whole; the command line has no such limit. */
export const mostRows = 20_000;

/** After a failure, until rasa.io is asked again. */
const afterFailureMs = 30_000;
const beatEveryMs = 1000;
const lookEveryMs = 250;

/**
 * Reports for many who ask often: each is read from rasa.io once in ten minutes, whoever asks, by one process
 * of all that share the store. While rasa.io is away, the last one is given for a day.
 */
export class ReportCache {
  readonly #options: ReportCacheOptions;
  readonly #now: () => number;
  readonly #leases: Leases;
  readonly #closing = new AbortController();
  /** What is being read here, by key. */
  readonly #reading = new Map<string, Promise<ReportAnswer>>();
  /** One after the other for each account and report, as the leases are. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #failedAtMs = new Map<string, number>();

  constructor(options: ReportCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#leases = new Leases(options);
  }

  /** Rejects with `StoreUnavailable`. */
  async get(request: ReportRequest): Promise<ReportAnswer> {
    if (!this.#options.readsOf(request.account)) return { is: 'no_analytics' };
    const key = keyOf(request);
    const kept = await this.#keptWithin(key, staleMs);
    if (kept && kept.ageMs < freshMs) return kept;
    const fallback: ReportAnswer = kept ?? { is: 'unavailable' };
    if (this.#now() - (this.#failedAtMs.get(key) ?? -Infinity) < afterFailureMs) return fallback;
    const waiting = new AbortController();
    const { longestWaitMs = 20_000 } = this.#options;
    const answer = await Promise.race([
      this.#readOnce(key, request),
      pause(longestWaitMs, waiting.signal).then((): ReportAnswer => ({ is: 'unavailable' })),
    ]);
    waiting.abort();
    return answer.is === 'unavailable' ? fallback : answer;
  }

  /** Ends what is being read, and answers who waits for it. */
  stop(): void {
    this.#closing.abort();
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.allSettled(this.#reading.values());
  }

  #readOnce(key: string, request: ReportRequest): Promise<ReportAnswer> {
    const running = this.#reading.get(key);
    if (running) return running;
    const lane = `analytics ${request.account} ${request.name}`;
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const reading = before.then(() => this.#readInTurn(key, request, lane));
    const settled = reading.catch(() => undefined);
    this.#lanes.set(lane, settled);
    this.#reading.set(key, reading);
    void settled.then(() => {
      this.#reading.delete(key);
      if (this.#lanes.get(lane) === settled) this.#lanes.delete(lane);
    });
    return reading;
  }

  /** Where another process reads the same, its answer is waited for. */
  async #readInTurn(key: string, request: ReportRequest, lane: string): Promise<ReportAnswer> {
    while (!this.#closing.signal.aborted) {
      const kept = await this.#keptWithin(key, freshMs);
      if (kept) return kept;
      const held = await this.#leases.look(lane);
      if (held) return this.#readHolding(held, key, request);
      await pause(lookEveryMs, this.#closing.signal);
    }
    return { is: 'unavailable' };
  }

  async #readHolding(held: Held, key: string, request: ReportRequest): Promise<ReportAnswer> {
    const lost = new AbortController();
    const beat = setInterval(() => {
      this.#leases.confirm(held).catch(() => undefined);
      if (this.#leases.safeForMs(held) === 0) lost.abort();
    }, beatEveryMs);
    try {
      // Another process may have written it between the look at the store and the lease.
      const kept = await this.#keptWithin(key, freshMs);
      if (kept) return kept;
      const report = await withAnySignal([lost.signal, this.#closing.signal], (signal) =>
        this.#read(request, signal),
      );
      if (!report) return { is: 'too_many_rows' };
      await writeCached(this.#options.database, key, report, this.#now() - staleMs);
      this.#failedAtMs.delete(key);
      return { is: 'report', report, ageMs: 0 };
    } catch (error) {
      const why = whyNotRead(error);
      if (why === undefined && !lost.signal.aborted && !this.#closing.signal.aborted) throw error;
      this.#options.log.warn(
        { report: request.name, account: request.account, why },
        'A report could not be read.',
      );
      this.#noteFailure(key);
      return { is: 'unavailable' };
    } finally {
      clearInterval(beat);
      await this.#leases.release(held).catch(() => undefined);
    }
  }

  /** `undefined`: too many rows. */
  async #read(
    { account, name, query }: ReportRequest,
    signal: AbortSignal,
  ): Promise<CachedReport | undefined> {
    const reads = this.#options.readsOf(account);
    if (!reads) return undefined;
    const fetchedAtMs = this.#now();
    const notes = new Set<string>();
    const rows: Row[] = [];
    const source = { reads, query, signal, pageSize: 1000, note: (note: string) => notes.add(note) };
    for await (const row of rowsOf(reports[name], source)) {
      if (rows.push(row) > mostRows) return undefined;
    }
    return { fetchedAtMs, notes: [...notes], rows };
  }

  async #keptWithin(key: string, ms: number): Promise<Extract<ReportAnswer, { is: 'report' }> | undefined> {
    const report = await readCached(this.#options.database, key);
    // A clock that was set back makes nothing younger than it is.
    const ageMs = report && Math.max(0, this.#now() - report.fetchedAtMs);
    return report && ageMs !== undefined && ageMs < ms ? { is: 'report', report, ageMs } : undefined;
  }

  /** Bounded by forgetting what has no effect any more. */
  #noteFailure(key: string): void {
    const nowMs = this.#now();
    for (const [other, ms] of this.#failedAtMs)
      if (nowMs - ms >= afterFailureMs) this.#failedAtMs.delete(other);
    this.#failedAtMs.set(key, nowMs);
  }
}

/** Names what is asked for: a report with addresses is another one than the same without. */
function keyOf({ account, name, query }: ReportRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([account, name, query]))
    .digest('base64url');
}
