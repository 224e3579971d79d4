import { createRequire } from 'node:module';
import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  StoreRefused,
  StoreUnavailable,
  type UnavailableReason,
} from '../errors.ts';
import { systemFault } from '../engine/system-fault.ts';

/** What is used of `node:sqlite`, which `@photostructure/sqlite` has too. */
export interface SqliteConnection {
  readonly isTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  /** Without a result where the statement returns no rows. */
  columns(): readonly unknown[];
  all(...params: readonly SqliteValue[]): Record<string, unknown>[];
  run(...params: readonly SqliteValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
}

export type SqliteValue = string | number | Uint8Array | null;

interface SqliteModule {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly?: boolean }) => SqliteConnection;
}

/**
 * Two connections that write and checkpoint at the same moment can lose committed rows in WAL mode before
 * this version (the WAL-reset bug, https://sqlite.org/wal.html#walresetbug).
 */
const oldestVersion = '3.51.3';

export type OpenConnection = (path: string) => SqliteConnection;

/**
 * The SQLite of Node where it is new enough, else the one of `@photostructure/sqlite`, which Node 20 needs.
 */
export function loadDriver(): OpenConnection {
  const found: string[] = [];
  for (const name of ['node:sqlite', '@photostructure/sqlite']) {
    const driver = loadModule(name);
    if (!driver) continue;
    const version = versionOf(driver);
    if (isAtLeast(version, oldestVersion)) return (path) => new driver.DatabaseSync(path);
    found.push(`${name} has ${version}`);
  }
  throw new StoreRefused(
    `SQLite ${oldestVersion} or later is needed; older ones can lose rows. ` +
      `${found.join(', ') || 'None was found'}. Update Node, or run npm install again.`,
  );
}

function loadModule(name: string): SqliteModule | undefined {
  try {
    return createRequire(import.meta.url)(name) as SqliteModule;
  } catch {
    // This Node brings none, or the package has no binary for this system.
    return undefined;
  }
}

function versionOf({ DatabaseSync }: SqliteModule): string {
  const connection = new DatabaseSync(':memory:');
  const [row] = connection.prepare('select sqlite_version() as version').all();
  connection.close();
  return String(row?.['version']);
}

export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * `node:sqlite` of Node 22 takes empty bytes that came from another thread for null: they have no memory of
 * their own. To be removed when Node 22 is.
 */
export function withOwnMemory(value: SqliteValue): SqliteValue {
  return value instanceof Uint8Array && value.byteLength === 0 ? new Uint8Array() : value;
}

/** More texts than the product has, so that only a text made of values would reach it. */
const maxKept = 300;

/** A connection whose statements are prepared once. */
export class PreparingConnection implements SqliteConnection {
  readonly #connection: SqliteConnection;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  get isTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  prepare(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connection.prepare(sql);
      if (this.#statements.size >= maxKept) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}

/**
 * An error of SQLite as one of ours, without the statement or a value of it. Others are returned as they are.
 */
export function translateError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = resultCodeOf(error);
  if (code === undefined) return systemFault(error);
  const primary = code & 0xff;
  const shown = `SQLite ${code}`;
  // By a trigger: the store was moved, see `closeTables`. There are no other triggers.
  if (code === 1811) return new StoreUnavailable('read_only', { code: shown });
  if (primary === 19) return new ConstraintViolated(uniqueCodes.has(code) ? 'unique' : 'other', shown);
  // 18: too big; 20: wrong type; 25: out of range. The caller's own values.
  if (primary === 18 || primary === 20 || primary === 25) return new ConstraintViolated('other', shown);
  // 1: an error in the statement itself, which is a bug of ours and has to be seen as one.
  if (primary === 1) return error;
  return new StoreUnavailable(reasons[primary] ?? 'failed', { code: shown });
}

/** https://sqlite.org/rescode.html */
const uniqueCodes: ReadonlySet<number> = new Set([1555, 2067, 2579]);

const reasons: Readonly<Record<number, UnavailableReason>> = {
  3: 'read_only',
  5: 'locked',
  6: 'locked',
  7: 'exhausted',
  8: 'read_only',
  10: 'io',
  11: 'damaged',
  13: 'full',
  14: 'io',
  15: 'locked',
  22: 'full',
  23: 'refused',
  26: 'damaged',
};

function resultCodeOf(error: Error): number | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  if (!('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return undefined;
  return messages.find(([beginning]) => error.message.startsWith(beginning))?.[1] ?? unknownCode;
}

/**
 * `all` of `@photostructure/sqlite` 1.2 gives SQLite's message and not its code. To be removed with the
 * package, or once it gives the code. The texts are those of `sqlite3_errmsg`.
 */
const messages: readonly (readonly [beginning: string, code: number])[] = [
  ['database or disk is full', 13],
  ['disk I/O error', 10],
  ['database is locked', 5],
  ['database table is locked', 6],
  ['database schema is locked', 6],
  ['locking protocol', 15],
  ['attempt to write a readonly database', 8],
  ['database disk image is malformed', 11],
  ['malformed database schema', 11],
  ['file is not a database', 26],
  ['unable to open database file', 14],
  ['out of memory', 7],
  ['string or blob too big', 18],
  ['datatype mismatch', 20],
  ['UNIQUE constraint failed', 2067],
  ['NOT NULL constraint failed', 1299],
  ['CHECK constraint failed', 275],
  ['FOREIGN KEY constraint failed', 787],
  ['cannot store ', 3091],
  ['the store was moved', 1811],
];

/** SQLITE_ERROR: of a statement of ours. */
const unknownCode = 1;

export function isBusy(error: unknown): boolean {
  return error instanceof Error && ((resultCodeOf(error) ?? 0) & 0xff) === 5;
}

/** The caller's own doing, which must not touch others. */
export function isOwn(error: unknown): boolean {
  const known = translateError(error);
  return (
    known instanceof ConstraintViolated ||
    known instanceof ExpectationFailed ||
    known instanceof AlreadySeen ||
    // A statement with a mistake in it: a bug, but of this caller only.
    !(known instanceof StoreUnavailable)
  );
}

export function asUnavailable(error: unknown): StoreUnavailable {
  const known = translateError(error);
  return known instanceof StoreUnavailable ? known : new StoreUnavailable('failed', { code: known.message });
}

/** Trying each caller alone would only make all of them wait. */
export function isHopeless(error: unknown): boolean {
  const known = translateError(error);
  return (
    known instanceof StoreUnavailable && ['locked', 'moved', 'read_only', 'damaged'].includes(known.reason)
  );
}
