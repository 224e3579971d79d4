import type { WriteStatement } from '../database.ts';
import { ExpectationFailed } from '../errors.ts';
import { LeasedLoop, type LeasedLoopOptions } from './leased-loop.ts';

export interface DueRowsOptions<T> extends LeasedLoopOptions {
  readonly lookEveryMs?: number | undefined;
  /** What is due, a few at a time. */
  readonly read: () => Promise<readonly T[]>;
  /** What becomes of one; it is written only while this process has the lease. */
  readonly decide: (one: T) => Promise<readonly WriteStatement[]>;
  /** Some were decided. */
  readonly onDecided: () => void;
  /** For the log, where the store fails: it is tried again. */
  readonly fault: string;
}

/** Decides in the background about rows that are due, one after the other, in one process by a lease. */
export class DueRows<T> {
  readonly #options: DueRowsOptions<T>;
  readonly #loop: LeasedLoop;

  constructor(options: DueRowsOptions<T>) {
    this.#options = options;
    this.#loop = new LeasedLoop(options);
    this.#loop.start(() => this.#run());
  }

  /** Says that something was added. */
  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #run(): Promise<void> {
    const { lookEveryMs = 1000, log, fault } = this.#options;
    while (!this.#loop.isStopping) {
      this.#loop.sleeper.forget('lease');
      this.#loop.sleeper.forget('added');
      try {
        if (this.#loop.lease.held && (await this.#decideDue())) continue;
      } catch (error) {
        log.error({ err: error }, fault);
      }
      await this.#loop.sleeper.sleep(lookEveryMs, ['stopping', 'lease', 'added']);
    }
  }

  /** Whether there may be more. */
  async #decideDue(): Promise<boolean> {
    const { database, read, decide, onDecided } = this.#options;
    const due = await read();
    for (const one of due) {
      const { held, fence } = this.#loop.lease;
      if (this.#loop.isStopping || !held || !fence) return false;
      try {
        await database.write([fence, ...(await decide(one))], { settling: true });
      } catch (error) {
        if (!(error instanceof ExpectationFailed)) throw error;
        if (error.index === 0) {
          this.#loop.lease.lose(held);
          return false;
        }
        // Changed in between: it is looked at again.
      }
    }
    if (due.length > 0) onDecided();
    return due.length > 0;
  }
}
