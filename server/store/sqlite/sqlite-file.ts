import { randomUUID } from 'node:crypto';
import type { Result, Row } from '../database.ts';
import type { EncodedMarks, EncodedRun } from '../engine/encoding.ts';
import { StoreUnavailable } from '../errors.ts';
import { migrations, type Migration } from '../migrations.ts';
import { bucketOf } from '../seen.ts';
import { Sealing, type SealingKey } from '../engine/sealing.ts';
import type { Caller, Outcome } from '../engine/write-queue.ts';
import { loadDriver, translateError, type OpenConnection, type SqliteConnection } from './driver.ts';
import { FileGuard } from './file-guard.ts';
import { GroupCommit, runStatement } from './group-commit.ts';
import { MarkSets } from './mark-sets.ts';
import { isOnly } from './handles.ts';
import { openFile, prepareFile, setBusyTimeout } from './open-file.ts';

export interface SqliteFileOptions {
  readonly path: string;
  readonly key: SealingKey;
  readonly previousKeys: readonly SealingKey[];
  readonly reserveBytes: number;
  /** Longest wait for another process that writes. */
  readonly lockWaitMs: number;
  /** By default the product's. */
  readonly schema?: readonly Migration[] | undefined;
  /** How many handles this process has on the file, as {@link Handles} counts them. */
  readonly handles: Int32Array;
}

interface Opened {
  readonly connection: SqliteConnection;
  readonly commits: GroupCommit;
  readonly marks: MarkSets;
}

/**
 * One database file in the thread that works on it; all of it is synchronous. After an I/O error the
 * connection is closed, and the next request opens the file again.
 */
export class SqliteFile {
  readonly #path: string;
  readonly #sealing: Sealing;
  readonly #guard: FileGuard;
  readonly #schema: readonly Migration[];
  readonly #driver: OpenConnection = loadDriver();
  readonly #lockWaitMs: number;
  readonly #handles: Int32Array;
  #open: Opened | undefined;

  constructor(options: SqliteFileOptions) {
    const { path, key, previousKeys, reserveBytes, lockWaitMs, schema = migrations, handles } = options;
    this.#path = path;
    this.#lockWaitMs = lockWaitMs;
    this.#sealing = new Sealing(key, previousKeys);
    this.#schema = schema;
    this.#handles = handles;
    this.#guard = new FileGuard({ path, reserveBytes });
  }

  open(): void {
    this.#attempt(() => undefined);
    this.#layBallast();
  }

  write(callers: readonly Caller[]): readonly Outcome[] {
    let outcomes: Outcome[];
    try {
      const { commits } = this.#opened();
      outcomes = this.#writeWithin(commits, callers);
    } catch (error) {
      const unavailable = { error: translateError(error) };
      outcomes = callers.map(() => unavailable);
    }
    if (outcomes.some((outcome) => 'error' in outcome && isSuspect(outcome.error))) this.#letGo();
    return outcomes;
  }

  read(run: EncodedRun): Result {
    return this.#attempt(({ connection }) => runStatement(connection, this.#sealing, run));
  }

  haveSeen(asked: EncodedMarks): readonly boolean[] {
    return this.#attempt(({ connection, marks }) => {
      marks.follow(connection);
      return marks.haveSeen(asked);
    });
  }

  /** True while there is more to sweep. */
  sweep(nowMs: number): boolean {
    return this.#attempt(({ commits, marks }) =>
      commits.transaction((connection) => marks.sweep(connection, bucketOf(nowMs)), sweepWaitMs),
    );
  }

  /**
   * Rewrites the file without what was deleted, and empties the log, unless another process is reading just
   * now. A large file stays as it is, unless `whole` asks for it: everybody waits for the copy, which takes
   * 2 s for 200 MB on a quiet machine.
   */
  tidy({ whole }: { readonly whole: boolean }): void {
    this.#attempt(({ connection }) => {
      // Beside a long reader both would hold up all writers for as long as they may wait.
      setBusyTimeout(connection, 0);
      try {
        if (whole || contentBytes(connection) <= mostToCopyBytes) connection.exec('vacuum');
        connection.prepare('pragma wal_checkpoint(truncate)').all();
      } finally {
        setBusyTimeout(connection, this.#lockWaitMs);
      }
    });
    this.#layBallast();
  }

  /**
   * A copy of the database as it is now, into a file that must not exist yet. It has another id, and its
   * leases are free with higher epochs, so that a process that works on the original changes nothing there.
   */
  backUp(path: string): void {
    this.#attempt(({ connection }) => {
      connection.prepare('vacuum into ?').run(path);
    });
    const copy = this.#driver(path);
    try {
      copy.prepare(`update meta set value = ? where name = 'store_id'`).run(randomUUID());
      copy.prepare(`update leases set owner = '', epoch = epoch + ?`).run(epochsAhead);
    } finally {
      copy.close();
    }
  }

  /** What SQLite finds wrong with the file; nothing where it is sound. Takes seconds for large files. */
  check(): readonly string[] {
    return this.#attempt(({ connection }) => {
      const rows: readonly Row[] = connection.prepare('pragma integrity_check(20)').all();
      return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
    });
  }

  close(): void {
    this.#letGo();
  }

  #writeWithin(commits: GroupCommit, callers: readonly Caller[]): Outcome[] {
    if (this.#guard.hasSpace()) return this.#settleWithBallast(commits, callers);
    const settling = this.#settleWithBallast(
      commits,
      callers.filter((caller) => caller.settling),
    );
    const full = { error: new StoreUnavailable('full') };
    return callers.map((caller) => (caller.settling ? (settling.shift() ?? full) : full));
  }

  /** Settling callers that found no space get that of the ballast, and one more try. */
  #settleWithBallast(commits: GroupCommit, callers: readonly Caller[]): Outcome[] {
    if (callers.length === 0) return [];
    const outcomes = [...commits.commit(callers)];
    const isToRetry = (outcome: Outcome, index: number) =>
      callers[index]?.settling === true &&
      'error' in outcome &&
      outcome.error instanceof StoreUnavailable &&
      outcome.error.reason === 'full';
    const places = outcomes.flatMap((outcome, index) => (isToRetry(outcome, index) ? [index] : []));
    if (places.length === 0 || !this.#guard.dropBallast()) return outcomes;
    const retried = commits.commit(places.flatMap((index) => callers[index] ?? []));
    places.forEach((place, index) => {
      const outcome = retried[index];
      if (outcome) outcomes[place] = outcome;
    });
    return outcomes;
  }

  #attempt<T>(run: (open: Opened) => T): T {
    try {
      return run(this.#opened());
    } catch (error) {
      const known = translateError(error);
      if (isSuspect(known)) this.#letGo();
      throw known;
    }
  }

  #opened(): Opened {
    if (this.#open) return this.#open;
    // A file that was moved away must not be made anew while we run.
    this.#guard.checkBeforeOpening();
    if (isOnly(this.#handles)) prepareFile(this.#path);
    const lockWaitMs = this.#lockWaitMs;
    const connection = openFile(this.#path, { open: this.#driver, schema: this.#schema, lockWaitMs });
    const marks = new MarkSets();
    const [sealing, guard] = [this.#sealing, this.#guard];
    const commits = new GroupCommit({ connection, sealing, marks, guard, lockWaitMs });
    this.#guard.begin();
    this.#open = { connection, commits, marks };
    return this.#open;
  }

  #layBallast(): void {
    try {
      this.#guard.layBallast();
    } catch {
      // Without a reserve a full disk holds up acknowledgements too, until there is space.
    }
  }

  #letGo(): void {
    const open = this.#open;
    this.#open = undefined;
    try {
      if (open?.connection.isTransaction) open.connection.exec('rollback');
      open?.connection.close();
    } catch {
      // The file's state is what was committed, whatever closing says.
    }
  }
}

/** Short, since what is asked meanwhile waits for it, and the next round tries again. */
const sweepWaitMs = 50;

/** As much as is copied in a tenth of a second to a second, depending on what else the machine does. */
const mostToCopyBytes = 32 * 1024 * 1024;

/** Of the file, without what is free in it, which is not copied. */
function contentBytes(connection: SqliteConnection): number {
  const numberOf = (name: string) => Number(connection.prepare(`pragma ${name}`).all()[0]?.[name]);
  return (numberOf('page_count') - numberOf('freelist_count')) * numberOf('page_size');
}

/** More than the original can go through while the copy is of use. */
const epochsAhead = 1_000_000;

/** The connection may hold on to what the error left behind. */
function isSuspect(error: Error): boolean {
  return error instanceof StoreUnavailable && ['io', 'damaged', 'failed'].includes(error.reason);
}
