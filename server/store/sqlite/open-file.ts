import { closeSync, lstatSync, openSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { randomUUID } from 'node:crypto';
import { ownerOnly } from '../../system/files.ts';
import { StoreRefused, StoreUnavailable } from '../errors.ts';
import { missingAfter, type Migration } from '../migrations.ts';
import { isBusy, PreparingConnection, type OpenConnection, type SqliteConnection } from './driver.ts';
import { reservePath } from './file-guard.ts';
import { scanWal } from './wal-scan.ts';

/**
 * `secure_delete` overwrites what is deleted. `fullfsync` makes macOS write through the disk's own cache.
 * There is no memory map, since an I/O error in one would end the process.
 */
const pragmas = `
  pragma synchronous = full;
  pragma fullfsync = 1;
  pragma checkpoint_fullfsync = 1;
  pragma secure_delete = on;
  pragma journal_size_limit = 4194304;
  pragma mmap_size = 0;
  pragma temp_store = memory;
  pragma cache_size = -8192;
  pragma trusted_schema = off;
`;

export interface OpenFileOptions {
  readonly open: OpenConnection;
  readonly schema: readonly Migration[];
  /**
   * Longest wait for another process. It is at most this long twice: for the lock, and in a checkpoint at the
   * commit.
   */
  readonly lockWaitMs: number;
}

/** Before the first opening in this process: refuses damage, and makes the file where there is none. */
export function prepareFile(path: string): void {
  refuseDamage(path);
  // Made here, so that only its owner can ever read it; SQLite gives its other files the same mode.
  closeSync(openSync(path, 'a', ownerOnly));
}

/** Opens the file and brings its schema up to date. Throws what SQLite says, or `StoreUnavailable`. */
export function openFile(path: string, { open, schema, lockWaitMs }: OpenFileOptions): SqliteConnection {
  const connection = new PreparingConnection(open(path));
  try {
    setBusyTimeout(connection, lockWaitMs);
    connection.exec(pragmas);
    useWal(connection, lockWaitMs);
    migrate(connection, schema, lockWaitMs);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Damage that SQLite would not report but make worse: a database that is gone while something beside it says
 * that it was there, a log that ends too early, or one without its database.
 */
function refuseDamage(path: string): void {
  refuseOtherThanFile(path);
  const walPath = `${path}-wal`;
  const size = (name: string) => statSync(name, { throwIfNoEntry: false })?.size ?? 0;
  if (size(path) === 0) {
    for (const [what, name] of [
      ['log', walPath],
      ['reserve', reservePath(path)],
    ] as const) {
      if (size(name) === 0) continue;
      const message = `${path} is missing or empty, but its ${what} ${name} is there. Bring the database back beside it, or move the ${what} away.`;
      throw new StoreUnavailable('damaged', { message });
    }
    return;
  }
  const startedAtMs = Date.now() - uptime() * 1000;
  for (let look = 0; look < walLooks; look++) {
    if (scanWal(walPath, startedAtMs) !== 'damaged') return;
    // Another process may have begun the log anew while it was read.
    sleep(100);
  }
  const message = `${walPath} is damaged: commits after the damage would be lost. Restore a backup, or move this file and ${path}-shm away to go on without them.`;
  throw new StoreUnavailable('damaged', { message });
}

/** A directory, or a link to a volume that is not mounted: SQLite would say less, or make a new file. */
function refuseOtherThanFile(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true) return;
  const what = found ? 'it is not a file' : 'it is a link to a file that is not there';
  throw new StoreRefused(
    `${path} cannot be used as the database file: ${what}. Mount what it leads to, or move it away.`,
  );
}

const walLooks = 3;

function useWal(connection: SqliteConnection, lockWaitMs: number): void {
  const [row] = connection.prepare('pragma journal_mode').all();
  if (row?.['journal_mode'] === 'wal') return;
  // On a new file that another process opens too this is "locked" at once, whatever the time-out.
  const [changed] = patiently(() => connection.prepare('pragma journal_mode = wal').all(), lockWaitMs);
  const mode = changed?.['journal_mode'];
  if (mode !== 'wal') {
    throw new StoreRefused(
      'SQLite cannot keep a write-ahead log here, as on a network file system. Use a local disk, or set DATABASE_URL.',
    );
  }
}

function migrate(connection: SqliteConnection, schema: readonly Migration[], lockWaitMs: number): void {
  // Read first: a start must not wait for the write lock where there is nothing to do.
  if (missing(connection, schema).length === 0) return;
  begin(connection, lockWaitMs);
  try {
    for (const migration of missing(connection, schema)) apply(connection, migration);
    connection.exec('commit');
  } catch (error) {
    if (connection.isTransaction) connection.exec('rollback');
    throw error;
  }
}

function missing(connection: SqliteConnection, schema: readonly Migration[]): readonly Migration[] {
  const tables = connection.prepare(`select name from sqlite_schema where type = 'table'`).all();
  if (tables.length === 0) return schema;
  if (!tables.some(({ name }) => name === 'migrations')) {
    throw new StoreRefused('The database file belongs to another program: it has tables, but none of ours.');
  }
  const [last] = connection
    .prepare('select version, name from migrations order by version desc limit 1')
    .all();
  return missingAfter(schema, Number(last?.['version'] ?? 0), String(last?.['name']));
}

function apply(connection: SqliteConnection, { version, name, sqlite }: Migration): void {
  if (version === 1) {
    connection.exec(`
      create table migrations (version integer primary key, name text not null, applied_at integer not null) strict;
      create table meta (name text primary key, value text not null) strict;
    `);
    connection.prepare(`insert into meta (name, value) values ('store_id', ?)`).run(randomUUID());
  }
  connection.exec(sqlite);
  connection
    .prepare('insert into migrations (version, name, applied_at) values (?, ?, ?)')
    .run(version, name, Date.now());
}

/**
 * Begins a write transaction, looking again every other moment, which is fairer than SQLite's own growing
 * pauses.
 */
export function begin(connection: SqliteConnection, lockWaitMs: number): void {
  setBusyTimeout(connection, 0);
  try {
    patiently(() => {
      connection.exec('begin immediate');
    }, lockWaitMs);
  } finally {
    setBusyTimeout(connection, lockWaitMs);
  }
}

/** How long SQLite itself waits for another process in one statement. */
export function setBusyTimeout(connection: SqliteConnection, ms: number): void {
  connection.exec(`pragma busy_timeout = ${ms}`);
}

function patiently<T>(attempt: () => T, lockWaitMs: number): T {
  const endMs = performance.now() + lockWaitMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > endMs) throw error;
      sleep(0.2 + Math.random() * 0.8);
    }
  }
}

const neverWoken = new Int32Array(new SharedArrayBuffer(4));

/** In a worker only: the thread stands still. */
function sleep(ms: number): void {
  Atomics.wait(neverWoken, 0, 0, ms);
}
