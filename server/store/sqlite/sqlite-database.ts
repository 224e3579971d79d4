import type { Logger } from 'pino';
import type { Database, Result, Row, Statement, WriteOptions, WriteStatement } from '../database.ts';
import { decodeResults, decodeRows, encode, encodeRun } from '../engine/encoding.ts';
import { StoreUnavailable } from '../errors.ts';
import { Sealing, type SealingKey } from '../engine/sealing.ts';
import type { Migration } from '../migrations.ts';
import type { Marks } from '../seen.ts';
import { withinTime } from '../engine/within-time.ts';
import { WriteQueue } from '../engine/write-queue.ts';
import { packCallers, unpackOutcomes, type Answers, type Request } from './messages.ts';
import { Handles } from './handles.ts';
import { startWorker, WorkerThread } from './worker-thread.ts';

export interface SqliteDatabaseOptions {
  readonly path: string;
  readonly key: SealingKey;
  readonly previousKeys: readonly SealingKey[];
  readonly timeoutMs: number;
  readonly maxWaiting: number;
  readonly reserveBytes: number;
  readonly lockWaitMs: number;
  /** By default the product's. */
  readonly schema?: readonly Migration[] | undefined;
  readonly log: Logger;
  /** How long `close` waits for what is under way, and as long again for the thread. */
  readonly closeGraceMs?: number;
  readonly start?: typeof startWorker;
}

const defaultCloseGraceMs = 4000;

/** A SQLite file, shared by any number of processes on this machine. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite';
  readonly keyId: string;
  readonly keyIds: readonly string[];
  readonly #handles: Handles;
  readonly #thread: WorkerThread;
  readonly #queue: WriteQueue;
  readonly #options: SqliteDatabaseOptions;
  readonly #closeGraceMs: number;
  #isOpen = false;

  constructor(options: SqliteDatabaseOptions) {
    const {
      path,
      key,
      previousKeys,
      reserveBytes,
      lockWaitMs,
      schema,
      maxWaiting,
      timeoutMs,
      start = startWorker,
    } = options;
    this.#options = options;
    this.#closeGraceMs = options.closeGraceMs ?? defaultCloseGraceMs;
    ({ keyId: this.keyId, keyIds: this.keyIds } = new Sealing(key, previousKeys));
    this.#handles = Handles.of(path);
    const { count: handles } = this.#handles;
    const file = { path, key, previousKeys, reserveBytes, lockWaitMs, schema, handles };
    this.#thread = new WorkerThread(() => start(file));
    this.#queue = new WriteQueue({
      maxWaiting,
      timeoutMs,
      commit: async (callers) => {
        const outcomes = await this.#thread.ask({ do: 'write', callers: packCallers(callers) });
        return unpackOutcomes(outcomes, callers);
      },
    });
  }

  /** Opens the file; another process that is opening or migrating it is waited for. */
  async open(): Promise<void> {
    await this.#handles.open(() => this.#openPatiently());
    this.#isOpen = true;
  }

  async #openPatiently(): Promise<void> {
    const endMs = performance.now() + openPatienceMs;
    for (;;) {
      try {
        await this.#thread.ask({ do: 'open' });
        return;
      } catch (error) {
        const isLocked = error instanceof StoreUnavailable && error.reason === 'locked';
        if (isLocked && performance.now() < endMs) continue;
        await this.#thread.close(this.#closeGraceMs);
        throw error;
      }
    }
  }

  async write(statements: readonly WriteStatement[], options: WriteOptions = {}): Promise<readonly Result[]> {
    const encoded = statements.map(encode);
    const results = await this.#queue.add({ statements: encoded, settling: options.settling === true });
    return decodeResults(results, encoded);
  }

  async read(statement: Statement): Promise<readonly Row[]> {
    const run = encodeRun(statement);
    const { rows } = await this.#ask({ do: 'read', run });
    return decodeRows(rows, run.opens);
  }

  async haveSeen(marks: Marks): Promise<readonly boolean[]> {
    const encoded = encode(marks);
    if (encoded.kind !== 'marks') throw new TypeError('Only marks can have been seen.');
    return this.#ask({ do: 'haveSeen', marks: encoded });
  }

  /** Nothing: a file tells other processes nothing, and each of them looks once a second. */
  signal(): void {
    return;
  }

  onSignal(): () => void {
    return () => undefined;
  }

  async tidy({ whole = false }: { readonly whole?: boolean } = {}): Promise<void> {
    try {
      // No limit: a large file takes its time, and writes that wait for it time out by themselves.
      await this.#thread.ask({ do: 'tidy', whole });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      // Another process reads just now, or there is no space for a second copy: the next time will do.
      this.#options.log.debug({ reason: error.reason, code: error.code }, 'the database was not tidied');
    }
  }

  /** Copies the database as it is now into a new file. */
  async backUp(path: string): Promise<void> {
    await this.#thread.ask({ do: 'backUp', path });
  }

  /** What SQLite finds wrong with the file; nothing where it is sound. */
  async check(): Promise<readonly string[]> {
    return this.#thread.ask({ do: 'check' });
  }

  async close(): Promise<void> {
    await this.#queue.close(this.#closeGraceMs);
    const isClosed = await this.#thread.close(this.#closeGraceMs);
    if (isClosed && this.#isOpen) this.#handles.closed();
    this.#isOpen &&= !isClosed;
    if (isClosed) return;
    this.#options.log.error(
      { path: this.#options.path },
      'the disk does not answer; the database was left open',
    );
    throw new StoreUnavailable('timed_out', { outcome: 'unknown' });
  }

  /** Bounded in number and time, like writes. */
  async #ask<Do extends Request['do']>(request: Request & { readonly do: Do }): Promise<Answers[Do]> {
    const { maxWaiting, timeoutMs } = this.#options;
    if (this.#thread.asked >= maxWaiting) throw new StoreUnavailable('too_many_waiting');
    return withinTime(this.#thread.ask<Do>(request), timeoutMs);
  }
}

/** How long a start waits for another process that opens or migrates the file. */
const openPatienceMs = 9000;
