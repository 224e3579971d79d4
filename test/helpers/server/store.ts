import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Database, Row } from '../../../server/store/database.ts';
import { sameSql } from '../../../server/store/database.ts';
import { openStore, type StoreOptions } from '../../../server/store/open-store.ts';
import { signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';
import { buildScript } from './build-script.ts';
import { signupRow } from './signup-row.ts';

export { signupRow };

export const quiet = pino({ level: 'silent' });
export const testKey = new Secret('a key for tests, long enough to be one');

/** A store that is closed when the test is over. */
export async function openTestStore(
  options: Partial<StoreOptions> & Pick<StoreOptions, 'dataDir'>,
): Promise<Database> {
  const database = await openStore({ log: quiet, ...options });
  onTestFinished(() => database.close());
  return database;
}

export async function addSignup(database: Database, changes: Record<string, unknown> = {}): Promise<string> {
  const row = signupRow(changes);
  await database.write([{ into: signups, rows: [row] }]);
  return row.id;
}

export async function idsIn(database: Database): Promise<string[]> {
  const rows = await database.read({ sql: sameSql('select id from signups order by seq') });
  return rows.map((row) => String(row['id']));
}

/** How many rows there are in `from`: a table, and where it matters what is asked of them. */
export async function countRows(database: Pick<Database, 'read'>, from: string): Promise<number> {
  const [row] = await database.read({ sql: sameSql(`select count(*) as n from ${from}`) });
  return Number(row?.['n']);
}

export async function readSignups(database: Database): Promise<readonly Row[]> {
  return database.read({
    sql: sameSql('select id, key_id, payload from signups order by seq'),
    opens: signups,
  });
}

/** A script of this folder, compiled once for a test file. Only inside the project it finds its packages. */
export function useScript(name: 'store-child' | 'store-writer'): () => string {
  const cache = join(process.cwd(), 'node_modules/.cache');
  let dir = '';
  let script = '';
  beforeAll(async () => {
    await mkdir(cache, { recursive: true });
    dir = await mkdtemp(join(cache, `${name}-`));
    script = await buildScript(`test/helpers/server/${name}.ts`, dir);
  }, 60_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return () => script;
}
