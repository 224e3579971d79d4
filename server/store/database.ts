import type { Marks } from './seen.ts';
import type { Table } from './tables.ts';

/**
 * The database, as every room sees it: one contract over SQLite and PostgreSQL.
 *
 * A write is one caller's statements, done together or not at all. Writes that come while a commit is under
 * way share the next one. That never makes one caller depend on another: a violated constraint, an `expect`
 * that is not met, or a mark that was seen before fails the caller it belongs to, and the others of the
 * commit are kept. Between writes that were started without waiting for each other there is no order, except
 * that rows inserted into one table get their numbers in the order of the calls.
 */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  /** The id of the key that seals new rows; it stands in their column `key_id`. */
  readonly keyId: string;
  /** The ids of all keys that can open rows. Rows with another key id wait until their key is given again. */
  readonly keyIds: readonly string[];
  /**
   * Runs the statements in one transaction and resolves when they would survive a power cut. Rejects with
   * `ConstraintViolated`, `ExpectationFailed` or `AlreadySeen` where nothing was written and asking again is
   * pointless, and with `StoreUnavailable` where the store cannot take it now.
   */
  write(statements: readonly WriteStatement[], options?: WriteOptions): Promise<readonly Result[]>;
  /** Reads what is committed. Long reads delay writes: read at most some thousand rows at once. */
  read(statement: Statement): Promise<readonly Row[]>;
  /** Which of the marks are known, in the order in which they were given. */
  haveSeen(marks: Marks): Promise<readonly boolean[]>;
  /**
   * Tells the processes on this store that there is something new of a topic, such as sign-ups of an account.
   * Only a hint: it comes within moments, late, or never (SQLite, a pooler), and nothing waits for it, so
   * that who listens looks now and then as well.
   */
  signal(topic: string): void;
  /** Calls with the topic of each signal, also of those of this process. Returns what ends that. */
  onSignal(listener: (topic: string) => void): () => void;
  /**
   * Wipes what deleted rows left in the file, where the engine can. To be called when little is left in the
   * tables. With `whole` a large file is rebuilt too, for which writes wait.
   */
  tidy(options?: { readonly whole?: boolean }): Promise<void>;
  /**
   * Finishes what was asked for, as far as that is possible within some seconds, and lets go of the database.
   * Rejects with `StoreUnavailable` where the disk does not answer: the process then has a thread that waits.
   */
  close(): Promise<void>;
}

export interface WriteOptions {
  /**
   * For writes that make room or end a promise, such as acknowledgements. They may use the space that is kept
   * in reserve on a full disk, and they are taken where `too_many_waiting` refuses other writes.
   */
  readonly settling?: boolean;
}

/**
 * The same statement for both engines: SQLite counts parameters as `?`, PostgreSQL as `$1`, `$2`. See
 * `sameSql`.
 */
export interface Sql {
  readonly sqlite: string;
  readonly postgres: string;
}

/**
 * What a column holds. There are no booleans: use 0 and 1. Texts must be well-formed and free of NUL on both
 * engines.
 */
export type Value = string | number | Uint8Array | null;

/**
 * A value that is sealed before it is stored: any JSON, bound to the table and the id of the row it is stored
 * in.
 */
export interface ToSeal {
  readonly seal: unknown;
  readonly table: Table;
  readonly id: string;
}

/** A statement of any kind. */
export interface Statement {
  readonly sql: Sql;
  readonly params?: readonly (Value | ToSeal)[];
  /**
   * How many rows it must return (`select`, `returning`) or change. Another number undoes the whole write and
   * rejects it with `ExpectationFailed`.
   */
  readonly expect?: number;
  /**
   * With rows read from this table: its sealed column is opened. The rows must include the table's id,
   * `key_id` and the sealed column; the latter comes back as JSON, or as `Unreadable`.
   */
  readonly opens?: Table;
}

/**
 * New rows for a table. This is the fast way in: inserts of all callers of a commit become one statement. The
 * sealed column takes any JSON value; `key_id` is filled in.
 */
export interface Insert {
  readonly into: Table;
  readonly rows: readonly NewRow[];
  /** Leaves rows alone that are there already, instead of failing. The result counts the new ones. */
  readonly ifNew?: boolean;
  /** How many rows must be new; only useful with `ifNew`. */
  readonly expect?: number;
}

export type NewRow = Readonly<Record<string, unknown>>;

/** Statements, inserts, and marks that must not have been seen before (see `Seen`). */
export type WriteStatement = Statement | Insert | Marks;

export interface Result {
  /** Rows changed, or returned where the statement returns rows. */
  readonly count: number;
  readonly rows: readonly Row[];
}

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * In place of a sealed value that cannot be opened: its key is not given, or the stored bytes were changed.
 */
export class Unreadable {
  readonly reason: 'unknown_key' | 'damaged';
  readonly keyId: string;

  constructor(reason: 'unknown_key' | 'damaged', keyId: string) {
    this.reason = reason;
    this.keyId = keyId;
  }
}

/** For texts that are the same on both engines but for the parameters, which are written as `?`. */
export function sameSql(text: string): Sql {
  let count = 0;
  return { sqlite: text, postgres: text.replace(/\?/g, () => `$${++count}`) };
}
