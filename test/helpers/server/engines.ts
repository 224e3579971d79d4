import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../../server/store/database.ts';
import { startPostgres, whyNoPostgres, type PostgresServer } from './postgres.ts';
import { openTestStore, testKey } from './store.ts';
import { temporaryDir } from './temporary-dir.ts';
import { Secret } from '../../../server/system/secret.ts';

/** A store that several processes may open: each call of `open` is one of them. */
export interface SharedStore {
  readonly open: () => Promise<Database>;
}

export interface Engine {
  readonly engine: Database['engine'];
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
  /** A new, empty store. */
  readonly create: () => Promise<SharedStore>;
}

/** Both engines, for `describe.each` at the top of a test file. PostgreSQL runs while the file's tests do. */
export function bothEngines(): readonly Engine[] {
  const missing = whyNoPostgres();
  if (missing !== undefined) process.stderr.write(`Skipped for PostgreSQL: ${missing}.\n`);
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    if (missing === undefined) server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.close());

  return [
    {
      engine: 'sqlite',
      missing: undefined,
      async create() {
        const dataDir = await temporaryDir();
        return { open: () => openTestStore({ dataDir }) };
      },
    },
    {
      engine: 'postgres',
      missing,
      async create() {
        if (!server) throw new Error('PostgreSQL is not running.');
        const databaseUrl = new Secret(await server.createDatabase());
        return { open: () => openTestStore({ dataDir: '', databaseUrl, key: testKey }) };
      },
    },
  ];
}
