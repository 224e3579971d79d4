import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { realFiles, type Files } from '../system/files.ts';
import type { Secret } from '../system/secret.ts';
import type { Database } from './database.ts';
import { StoreRefused } from './errors.ts';
import { keyFileName, openKeyFile } from './engine/key-file.ts';
import type { Migration } from './migrations.ts';
import { refuseMoved } from './moving/fence.ts';
import { deriveKey, type SealingKey } from './engine/sealing.ts';
import { SqliteDatabase } from './sqlite/sqlite-database.ts';

export interface StoreOptions {
  /** Where the SQLite file, its key file and its reserve are kept. */
  readonly dataDir: string;
  /** `postgres://…`; without it the store is a SQLite file in `dataDir`. */
  readonly databaseUrl?: Secret | undefined;
  /** Seals rows. Required with `databaseUrl`; without it a key file is made in `dataDir`. */
  readonly key?: Secret | undefined;
  /** Keys that sealed older rows, while rotating. */
  readonly previousKeys?: readonly Secret[];
  readonly log: Logger;
  /** Refuses settings of the server that lose acknowledged writes. */
  readonly isProduction?: boolean;
  /** Connections to PostgreSQL. */
  readonly poolSize?: number;
  /** How long a start waits for a server that does not answer yet. */
  readonly openTimeoutMs?: number;
  /** The longest that one call may take before it is given up. */
  readonly timeoutMs?: number;
  /** Longest wait of a write for another process that has the lock it needs. Shorter than `timeoutMs`. */
  readonly lockWaitMs?: number;
  /** Callers that may wait at once. */
  readonly maxWaiting?: number;
  /** File name in `dataDir`; the sandbox has its own. */
  readonly fileName?: string;
  /** The tables of that file, where they are not the product's. SQLite only. */
  readonly schema?: readonly Migration[];
  /** Free space that new sign-ups leave for acknowledgements; 0 for none. SQLite only. */
  readonly reserveBytes?: number;
  readonly files?: Files;
  /** Opens a store that was moved, or that one is being moved into, which is refused otherwise. */
  readonly forMove?: boolean;
}

export const databaseFileName = 'rasa-signup.db';
/** With the moments between two looks at the time, callers have their answer within five seconds. */
const defaultTimeoutMs = 4500;
const defaultOpenTimeoutMs = 10_000;
const defaultLockWaitMs = { sqlite: 1500, postgres: 2000 };
const defaultPoolSize = 5;
const defaultMaxWaiting = 10_000;
const defaultReserveBytes = 8 * 1024 * 1024;

/** Opens the store, brings its schema up to date, and resolves when it can be used. */
export async function openStore(options: StoreOptions): Promise<Database> {
  return options.databaseUrl ? openPostgres(options, options.databaseUrl) : openSqlite(options);
}

/** The embedded store; `backUp` and `check` work on it alone. */
export async function openSqlite(options: StoreOptions): Promise<SqliteDatabase> {
  const {
    dataDir,
    fileName = databaseFileName,
    schema,
    files = realFiles,
    reserveBytes = defaultReserveBytes,
    lockWaitMs = defaultLockWaitMs.sqlite,
  } = options;
  await makeDirectory(dataDir);
  const path = join(dataDir, fileName);
  const key = await keyFor(options, path, files);
  const shared = sharedOptions(options);
  const database = new SqliteDatabase({ ...shared, path, key, reserveBytes, lockWaitMs, schema });
  await database.open();
  return unlessMoved(database, options);
}

async function openPostgres(options: StoreOptions, databaseUrl: Secret): Promise<Database> {
  const {
    key,
    isProduction = false,
    poolSize = defaultPoolSize,
    openTimeoutMs = defaultOpenTimeoutMs,
    lockWaitMs = defaultLockWaitMs.postgres,
  } = options;
  if (!key) {
    throw new StoreRefused(
      'DATABASE_URL needs OUTBOX_KEY, the key that seals what is stored on the server. Make one with: openssl rand -hex 32',
    );
  }
  // The driver takes 12 MB, which a proxy and commands with SQLite do without.
  const { PostgresDatabase } = await import('./postgres/postgres-database.ts');
  const shared = sharedOptions(options);
  const database = await PostgresDatabase.open({
    ...shared,
    databaseUrl,
    key: deriveKey(key.reveal()),
    isProduction,
    poolSize,
    openTimeoutMs,
    lockWaitMs,
  });
  return unlessMoved(database, options);
}

async function unlessMoved<T extends Database>(database: T, { forMove = false }: StoreOptions): Promise<T> {
  try {
    if (!forMove) await refuseMoved(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function sharedOptions({ previousKeys = [], timeoutMs, maxWaiting, log }: StoreOptions) {
  return {
    previousKeys: previousKeys.map((key) => deriveKey(key.reveal())),
    timeoutMs: timeoutMs ?? defaultTimeoutMs,
    maxWaiting: maxWaiting ?? defaultMaxWaiting,
    log,
  };
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StoreRefused(
      `${path} is not a directory and cannot be made one (${code}). Set DATA_DIR to a directory that the proxy's user may write to.`,
    );
  }
}

/** The operator's key, or the one in the data directory. */
async function keyFor({ key, dataDir, log }: StoreOptions, path: string, files: Files): Promise<SealingKey> {
  if (key) return deriveKey(key.reveal());
  const hadDatabase = existsSync(path);
  const { text, isNew } = await openKeyFile(dataDir, files);
  if (isNew && hadDatabase) {
    log.error(
      { file: join(dataDir, keyFileName) },
      'the key file was missing beside a database that exists, and a new one was made: what was stored before waits until its key is restored, or given as OUTBOX_KEY',
    );
  }
  return deriveKey(text);
}
