import { resolve } from 'node:path';

/**
 * The handles that this process has on one database file.
 *
 * Closing any descriptor of a file drops all locks that the process holds on it, whoever set them
 * (https://sqlite.org/howtocorrupt.html#posix_advisory_locks_canceled_by_a_separate_thread_doing_close). So
 * files are only looked into, past SQLite, while no other handle of the process is open on them.
 */
export class Handles {
  static readonly #byPath = new Map<string, Handles>();
  readonly #count = new Int32Array(new SharedArrayBuffer(4));
  #turn: Promise<unknown> = Promise.resolve();

  static of(path: string): Handles {
    const key = resolve(path);
    const known = Handles.#byPath.get(key) ?? new Handles();
    Handles.#byPath.set(key, known);
    return known;
  }

  /** How many there are, the one that is being opened included; shared with the threads. */
  get count(): Int32Array {
    return this.#count;
  }

  /** Opens one more, after those that are being opened. */
  async open(run: () => Promise<void>): Promise<void> {
    const opening = this.#turn.then(async () => {
      Atomics.add(this.#count, 0, 1);
      try {
        await run();
      } catch (error) {
        this.closed();
        throw error;
      }
    });
    this.#turn = opening.catch(() => undefined);
    await opening;
  }

  closed(): void {
    Atomics.sub(this.#count, 0, 1);
  }
}

export function isOnly(count: Int32Array): boolean {
  return Atomics.load(count, 0) <= 1;
}
