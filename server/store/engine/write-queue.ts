import type { Result } from '../database.ts';
import type { Encoded } from './encoding.ts';
import { StoreUnavailable } from '../errors.ts';

/** One call of `write`: what one commit does for it. */
export interface Caller {
  readonly statements: readonly Encoded[];
  readonly settling: boolean;
}

/** What came of one caller of a commit. */
export type Outcome = { readonly results: readonly Result[] } | { readonly error: Error };

export interface WriteQueueOptions {
  /**
   * Commits these callers together, and says what came of each. Where it rejects, that goes for all of them.
   */
  readonly commit: (callers: readonly Caller[]) => Promise<readonly Outcome[]>;
  /** Callers that may wait; settling ones may be twice as many. */
  readonly maxWaiting: number;
  /** How long one caller waits at most. */
  readonly timeoutMs: number;
  readonly monotonicMs?: () => number;
}

interface Waiting extends Caller {
  readonly deadlineMs: number;
  readonly settle: (outcome: Outcome) => void;
}

/** More in one commit gains little and makes all of them wait longer. */
const maxBatch = 256;

/**
 * Gathers callers into commits. One commit is under way at a time; callers that come meanwhile share the
 * next. A caller whose time is over while it still waits is withdrawn and was certainly not written; one
 * whose commit is under way is told that the outcome is unknown, since a commit is never cancelled.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #monotonicMs: () => number;
  #waiting: Waiting[] = [];
  #underWay: readonly Waiting[] = [];
  #isScheduled = false;
  #isClosed = false;
  #sweeper: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  add(caller: Caller): Promise<readonly Result[]> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('closed'));
    const limit = this.#options.maxWaiting * (caller.settling ? 2 : 1);
    if (this.#waiting.length + this.#underWay.length >= limit) {
      return Promise.reject(new StoreUnavailable('too_many_waiting'));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#monotonicMs() + this.#options.timeoutMs;
      const settle = (outcome: Outcome) => {
        if ('results' in outcome) resolve(outcome.results);
        else reject(outcome.error);
      };
      this.#waiting.push({ ...caller, deadlineMs, settle });
      this.#schedule();
    });
  }

  /** Takes no more callers; resolves when those that wait are done, or given up after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#waiting.length + this.#underWay.length > 0) {
      const { promise, resolve } = withResolvers();
      this.#onIdle = resolve;
      const timer = setTimeout(resolve, graceMs);
      await promise;
      clearTimeout(timer);
    }
    for (const { settle } of this.#waiting.splice(0)) settle({ error: new StoreUnavailable('closed') });
    this.#abandonUnderWay(new StoreUnavailable('closed', { outcome: 'unknown' }));
    clearInterval(this.#sweeper);
  }

  #schedule(): void {
    this.#sweeper ??= setInterval(
      () => {
        this.#giveUpLate();
      },
      Math.min(200, this.#options.timeoutMs / 4),
    );
    if (this.#isScheduled || this.#underWay.length > 0) return;
    this.#isScheduled = true;
    // Later than all that runs now, so that callers whom one event woke share one commit.
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    const batch = this.#waiting.splice(0, maxBatch);
    if (batch.length === 0) {
      this.#rest();
      return;
    }
    this.#underWay = batch;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.#options.commit(batch);
    } catch (error) {
      const outcome = { error: error instanceof Error ? error : new Error(String(error)) };
      outcomes = batch.map(() => outcome);
    }
    this.#underWay = [];
    batch.forEach(({ settle }, index) => {
      settle(outcomes[index] ?? { error: new StoreUnavailable('failed', { outcome: 'unknown' }) });
    });
    if (this.#waiting.length > 0) this.#schedule();
    else this.#rest();
  }

  #rest(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    this.#onIdle?.();
  }

  #giveUpLate(): void {
    const now = this.#monotonicMs();
    const isLate = ({ deadlineMs }: Waiting) => deadlineMs <= now;
    const late = this.#waiting.filter(isLate);
    if (late.length > 0) this.#waiting = this.#waiting.filter((caller) => !isLate(caller));
    for (const { settle } of late) settle({ error: new StoreUnavailable('timed_out') });
    // Their commit goes on; what it says later reaches promises that are settled already.
    for (const { settle } of this.#underWay.filter(isLate)) {
      settle({ error: new StoreUnavailable('timed_out', { outcome: 'unknown' }) });
    }
  }

  #abandonUnderWay(error: Error): void {
    for (const { settle } of this.#underWay) settle({ error });
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {
    // Replaced at once, before anybody can call it.
  };
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
