import { afterAll, beforeAll } from 'vitest';
import type { StoreOptions } from '../../../server/store/open-store.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startPostgres, whyNoPostgres, type PostgresServer } from './postgres.ts';
import { testKey } from './store.ts';
import { directoryInMemory } from './temporary-dir.ts';

export type Engine = 'sqlite' | 'postgres';

/** Where a test's database is: as many handles on it as the test opens. */
export type Place = Pick<StoreOptions, 'dataDir' | 'databaseUrl' | 'key'>;

/**
 * Both engines for the tests of a file, with one PostgreSQL server; without one, its tests are skipped, and
 * it is said.
 */
export function useEngines(): {
  readonly engines: readonly Engine[];
  readonly newPlace: (engine: Engine) => Promise<Place>;
  readonly server: () => PostgresServer;
} {
  const noPostgres = whyNoPostgres();
  if (noPostgres !== undefined) process.stderr.write(`Skipped on PostgreSQL: ${noPostgres}.\n`);
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    if (noPostgres === undefined) server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.close());
  return {
    engines: noPostgres === undefined ? ['sqlite', 'postgres'] : ['sqlite'],
    server() {
      if (!server) throw new Error('There is no PostgreSQL server.');
      return server;
    },
    async newPlace(engine) {
      const dataDir = await directoryInMemory();
      if (engine === 'sqlite') return { dataDir, key: testKey };
      return { dataDir, key: testKey, databaseUrl: new Secret((await server?.createDatabase()) ?? '') };
    },
  };
}
