/*
 * A process that adds sign-ups until it is killed, and prints the id of each one that it was told is stored.
 * Started as `store-writer.ts DATA_DIR` with DATABASE_URL in its environment where the store is on a server.
 */
import { pino } from 'pino';
import { openStore } from '../../../server/store/open-store.ts';
import { Seen } from '../../../server/store/seen.ts';
import { signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';
import { signupRow } from './signup-row.ts';

const url = process.env['DATABASE_URL'];
const database = await openStore({
  dataDir: process.argv[2] ?? '',
  databaseUrl: url === undefined ? undefined : new Secret(url),
  key: new Secret('a key for tests, long enough to be one'),
  log: pino({ level: 'silent' }),
});
const seen = new Seen({ database, key: new Uint8Array(32) });

async function addForEver(): Promise<never> {
  for (;;) {
    const row = signupRow();
    const { id } = row;
    await database.write([seen.mark(['signup', id]), { into: signups, rows: [row] }]);
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, addForEver));
