import type { Database } from '../store/database.ts';

export interface TidyingOptions {
  readonly database: Pick<Database, 'tidy'>;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs: () => number;
}

/** Between two times that the file is wiped of what was delivered, when it has run empty. */
const tidyEveryMs = 60_000;
/** Of the time, for wiping: the whole file is copied, and events stay in it for weeks. */
const largestShare = 1 / 100;
/** The same while something waits, unless that is so much that copying it would hold up sign-ups. */
const tidyBesideEveryMs = 24 * 60 * 60_000;
const tidyBeside = 10_000;

/** Wipes the database's file of what was delivered, at moments when that holds nobody up. */
export class Tidying {
  readonly #options: TidyingOptions;
  #isTidy = true;
  /** Of the monotonic clock. At first as long ago as an empty file needs. */
  #tidiedAtMs: number;
  #tookMs = 0;

  constructor(options: TidyingOptions) {
    this.#options = options;
    this.#tidiedAtMs = options.monotonicMs() - tidyEveryMs;
  }

  /** Rows were deleted. */
  noteGone(): void {
    this.#isTidy = false;
  }

  /** To be called when nothing is due, with how many wait. */
  async rest(waiting: number): Promise<void> {
    const { database, monotonicMs } = this.#options;
    const sinceMs = monotonicMs() - this.#tidiedAtMs;
    const restMs = Math.max(tidyEveryMs, this.#tookMs / largestShare);
    const isTime = waiting === 0 ? sinceMs >= restMs : waiting <= tidyBeside && sinceMs >= tidyBesideEveryMs;
    if (this.#isTidy || !isTime) return;
    this.#isTidy = true;
    this.#tidiedAtMs = monotonicMs();
    await database.tidy();
    this.#tookMs = monotonicMs() - this.#tidiedAtMs;
  }
}
