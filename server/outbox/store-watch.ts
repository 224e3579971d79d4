import { sameSql, type Database } from '../store/database.ts';
import { StoreUnavailable, type UnavailableReason } from '../store/errors.ts';

export interface StoreWatchOptions {
  readonly database: Pick<Database, 'write'>;
  /** Between two looks. */
  readonly everyMs?: number;
}

/** A row that belongs to no work: it is written to see whether anything can be. */
const probeSql = sameSql(
  `insert into leases (name, owner, epoch, beat) values ('store probe', '', 0, 0)
  on conflict (name) do update set beat = leases.beat + 1`,
);

/** Writes a row to see whether the store takes anything. Rejects as `Database.write` does. */
export async function probe(database: Pick<Database, 'write'>): Promise<void> {
  await database.write([{ sql: probeSql }]);
}

/**
 * Whether the store takes writes now. What became of sign-ups says so at once; without any, a row is written
 * every few seconds, so that the answer follows the store in both directions where no visitor comes.
 */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #fault: UnavailableReason | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, options.everyMs ?? 5000);
    this.#timer.unref();
  }

  /** Why it takes none; `undefined` while it does. */
  get fault(): UnavailableReason | undefined {
    return this.#fault;
  }

  /** Passes on what a write gives, and remembers whether the store took it; other refusals say nothing. */
  async watch<T>(write: Promise<T>, isOther: (error: StoreUnavailable) => boolean = () => false): Promise<T> {
    try {
      const result = await write;
      this.#fault = undefined;
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailable && !isOther(error)) this.#fault = error.reason;
      throw error;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    await this.watch(probe(this.#options.database)).catch(() => {
      // It is remembered; whoever needs the store is told.
    });
  }
}
