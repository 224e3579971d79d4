import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig, type Env } from '../config/config.ts';
import { Tokens } from '../contacts/tokens.ts';
import { Endpoints } from '../events/webhooks/endpoints.ts';
import { DeadLetters } from '../outbox/dead-letters.ts';
import { openFile, openPlace, refuseMissing, type StorePlace } from '../outbox/place.ts';
import type { Database } from '../store/database.ts';
import { checkSealed, rekey } from '../store/maintenance.ts';
import { printable, type ExitCode, type TextStream } from './terminal.ts';

/**
 * What is done to the database by hand, while the proxy runs or not: `rasa-signup store …`, and `outbox …`
 * and `tokens …` beside it.
 */
export interface StoreCommands {
  /** For commands that only look. */
  readonly database: Pick<Database, 'read'>;
  /** For commands that keep something of their own. */
  readonly writable: Pick<Database, 'read' | 'write'>;
  /** For commands that hand it on. */
  readonly whole: Database;
  deadLetters(): DeadLetters;
  tokens(): Tokens;
  endpoints(): Endpoints;
  backUp(path: string): Promise<ExitCode>;
  check(): Promise<ExitCode>;
  rekey(): Promise<ExitCode>;
  close(): Promise<void>;
}

export interface StoreCommandsOptions {
  readonly place: StorePlace;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
}

/** Rejects with `StoreRefused` where there is no database, or what is in it cannot be read with this key. */
export async function openStoreCommands({ place, streams }: StoreCommandsOptions): Promise<StoreCommands> {
  await refuseMissing(place);
  const { stdout, stderr } = streams;
  // Its words would stand among those of the command.
  const log = pino({ level: 'silent' });
  const file = place.databaseUrl ? undefined : await openFile(place, { log });
  const database: Database = file ?? (await openPlace(place, { log }));
  const onlyFiles = (): ExitCode => {
    stderr.write(
      'This is for SQLite. PostgreSQL has tools for it: pg_dump for backups, pg_amcheck for checks.\n',
    );
    return 1;
  };

  return {
    database,
    writable: database,
    whole: database,
    deadLetters: () => new DeadLetters({ database }),
    tokens: () => new Tokens({ database }),
    endpoints: () => new Endpoints({ database }),

    async backUp(path) {
      if (!file) return onlyFiles();
      if (existsSync(path)) {
        stderr.write(`${printable(path)} exists already; name a new file.\n`);
        return 1;
      }
      await file.backUp(path);
      stdout.write(
        `Copied to ${printable(path)}. Keep the key apart from it: OUTBOX_KEY, or store-key in DATA_DIR.\n`,
      );
      return 0;
    },

    async check() {
      const faults = [...((await file?.check()) ?? [])];
      for (const { table, unknownKeys, damaged } of await checkSealed(database)) {
        for (const id of damaged) faults.push(`${table} ${id}: its contents are damaged`);
        for (const [key, rows] of Object.entries(unknownKeys)) {
          faults.push(`${table}: ${rows} rows were sealed with the key ${key}, which is not given`);
        }
      }
      for (const fault of faults) stderr.write(`${printable(fault)}\n`);
      if (faults.length === 0) stdout.write('The database is sound.\n');
      return faults.length === 0 ? 0 : 1;
    },

    async rekey() {
      const { rows, unreadable } = await rekey(database);
      const done = `Sealed ${rows} rows anew with the current key.`;
      stdout.write(unreadable === 0 ? `${done} No row needs an older key any more.\n` : `${done}\n`);
      if (unreadable > 0) {
        stderr.write(
          `${unreadable} rows cannot be read, and were left as they are: see rasa-signup store check.\n`,
        );
      }
      return unreadable === 0 ? 0 : 1;
    },

    close: () => database.close(),
  };
}

/** Where the store is. No other variable is read: no credentials are required. */
export function storePlaceOf(env: Env): StorePlace {
  const names = ['DATABASE_URL', 'DATABASE_POOL', 'OUTBOX_KEY', 'OUTBOX_KEY_PREVIOUS'];
  const chosen = ['DATA_DIR', ...names, ...names.map((name) => `${name}_FILE`)];
  const { dataDir, store } = readConfig(Object.fromEntries(chosen.map((name) => [name, env[name]])));
  return { dataDir, ...store };
}
