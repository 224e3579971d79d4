export interface PacedOptions<T> {
  readonly read: () => Promise<T>;
  /** Readers within this time share one reading. Default: 2000. */
  readonly leastPauseMs?: number;
  readonly now: () => number;
}

/** Of the time, so that pages that are left open cost little, however much there is to read. */
const largestShare = 1 / 20;

/** A reading of the database that is used for a while: the longer it took, the longer. */
export class Paced<T> {
  readonly #options: PacedOptions<T>;
  #last: { readonly fromMs: number; untilMs: number; readonly found: Promise<T> } | undefined;

  constructor(options: PacedOptions<T>) {
    this.#options = options;
  }

  async get(): Promise<T> {
    const { read, leastPauseMs = 2000, now } = this.#options;
    const startMs = now();
    const last = this.#last;
    // A clock that was set back ends the use.
    if (last && last.fromMs <= startMs && startMs < last.untilMs) return last.found;
    const own = { fromMs: startMs, untilMs: Infinity, found: read() };
    this.#last = own;
    try {
      const value = await own.found;
      const endMs = now();
      own.untilMs = endMs + Math.max(leastPauseMs, (endMs - startMs) / largestShare);
      return value;
    } catch (error) {
      if (this.#last === own) this.#last = undefined;
      throw error;
    }
  }

  /** Something was changed: the next reading is a new one. */
  forget(): void {
    this.#last = undefined;
  }
}
