import { pino } from 'pino';
import { readConfig, type Env } from '../../../server/config/config.ts';
import { openPlace } from '../../../server/outbox/place.ts';
import type { Product } from './launch.ts';
import { countRows } from './store.ts';

/** How many sign-ups wait, for whatever destination, and how many were set aside. */
export interface Waiting {
  readonly waiting: number;
  readonly deadLetters: number;
}

/** Read from the product's database, beside the running product: by default its own file. */
export async function waitingIn(
  { dataDir }: Pick<Product, 'dataDir'>,
  { DATABASE_URL, OUTBOX_KEY }: Env = {},
): Promise<Waiting> {
  const { store } = readConfig({ DATABASE_URL, OUTBOX_KEY, DATA_DIR: dataDir });
  const database = await openPlace({ dataDir, ...store }, { log: pino({ level: 'silent' }) });
  try {
    return {
      waiting: await countRows(database, 'signups'),
      deadLetters: await countRows(database, 'dead_letters'),
    };
  } finally {
    await database.close();
  }
}
