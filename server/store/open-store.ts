import type { Logger } from 'pino';
import type { Secret } from '../system/secret.ts';
import type { Database } from './database.ts';

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
  /** The longest that one call may take before it is given up. */
  readonly timeoutMs?: number;
  /** Callers that may wait at once. */
  readonly maxWaiting?: number;
  /** File name in `dataDir`; the sandbox has its own. */
  readonly fileName?: string;
}

/** Opens the store, brings its schema up to date, and resolves when it can be used. */
export function openStore(_options: StoreOptions): Promise<Database> {
  return Promise.reject(new Error('The engines are not here yet.'));
}
