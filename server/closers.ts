type Closer = () => Promise<void> | void;

/** What was opened, to be closed in reverse. */
export class Closers {
  readonly #closers: Closer[] = [];

  push(closer: Closer): void {
    this.#closers.push(closer);
  }

  /** Closes all, also where one fails, and rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
