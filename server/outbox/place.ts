import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { StoreRefused } from '../store/errors.ts';
import { keyFileName } from '../store/engine/key-file.ts';
import { databaseFileName, openSqlite, openStore, type StoreOptions } from '../store/open-store.ts';
import type { SqliteDatabase } from '../store/sqlite/sqlite-database.ts';
import { reservePath } from '../store/sqlite/file-guard.ts';
import { isCode, readIfThere, realFiles, type Files } from '../system/files.ts';
import { Secret } from '../system/secret.ts';

/** Where the operator keeps the store, and the keys to it. */
export interface StorePlace {
  readonly dataDir: string;
  /** `undefined` for a SQLite file in `dataDir`. */
  readonly databaseUrl: Secret | undefined;
  readonly poolSize: number;
  readonly key: Secret | undefined;
  readonly previousKey: Secret | undefined;
}

export interface OpenOptions {
  readonly log: Logger;
  readonly isProduction?: boolean;
  /** Waits for other processes only for as long as a visitor can wait; a command has more time. */
  readonly isHurried?: boolean;
  /** Opens a store that is being moved, or was moved, too. */
  readonly forMove?: boolean;
  readonly files?: Files;
}

/** Opens the store, and makes what is missing of it. */
export async function openPlace(place: StorePlace, options: OpenOptions): Promise<Database> {
  return openStore(await storeOptions(place, options));
}

/** Opens the store where there is one: a machine without a proxy has none, and nothing to wait for. */
export async function openIfThere(place: StorePlace, options: OpenOptions): Promise<Database | undefined> {
  try {
    await refuseMissing(place, options.files);
  } catch (error) {
    if (error instanceof StoreRefused) return undefined;
    throw error;
  }
  return openPlace(place, options);
}

/** The SQLite file, for what only it can do. */
export async function openFile(place: StorePlace, options: OpenOptions): Promise<SqliteDatabase> {
  return openSqlite(await storeOptions(place, options));
}

/** Refuses a place where no store is, so that a command with a wrong DATA_DIR does not make one. */
export async function refuseMissing(
  { dataDir, databaseUrl, key }: StorePlace,
  files: Files = realFiles,
): Promise<void> {
  if (databaseUrl) return;
  const path = join(dataDir, databaseFileName);
  // A database that is gone is damage, which opening says.
  if (!(await isThere(path, files)) && !(await isThere(reservePath(path), files))) {
    throw new StoreRefused(
      `There is no database in ${dataDir}. Set DATA_DIR to what the proxy has, and start from the same directory.`,
    );
  }
  if (key || (await isThere(join(dataDir, keyFileName), files))) return;
  throw new StoreRefused(
    `The key file ${keyFileName} is missing in ${dataDir}, and OUTBOX_KEY is not set: without the key, what the ` +
      'database holds cannot be read. Restore the file from a backup, or set OUTBOX_KEY to what the proxy has.',
  );
}

/**
 * A key that the operator gives comes after the key file's: what was sealed with that one can still be
 * opened.
 */
async function storeOptions(
  place: StorePlace,
  { files = realFiles, isHurried = false, ...options }: OpenOptions,
): Promise<StoreOptions> {
  const { dataDir, databaseUrl, poolSize, key, previousKey } = place;
  const kept = key && !databaseUrl ? await readIfThere(files, join(dataDir, keyFileName)) : undefined;
  const previousKeys = [
    ...(previousKey ? [previousKey] : []),
    ...(kept === undefined ? [] : [new Secret(kept.trim())]),
  ];
  const waits = isHurried ? {} : patience;
  return { dataDir, databaseUrl, poolSize, key, previousKeys, files, ...options, ...waits };
}

/**
 * Of commands, in ms. A proxy that has just wiped its file, or a machine that is busy with other things, can
 * hold the lock for longer than a sign-up may wait for it.
 */
const patience = { lockWaitMs: 10_000, timeoutMs: 15_000 };

async function isThere(path: string, files: Files): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}
