import { pino } from 'pino';
import { readConfig, type Env } from '../../../server/config/config.ts';
import { openPlace } from '../../../server/outbox/place.ts';
import { sameSql } from '../../../server/store/database.ts';
import type { Product } from './launch.ts';

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
    const countOf = async (table: 'signups' | 'dead_letters') => {
      const [row] = await database.read({ sql: sameSql(`select count(*) as n from ${table}`) });
      return Number(row?.['n']);
    };
    return { waiting: await countOf('signups'), deadLetters: await countOf('dead_letters') };
  } finally {
    await database.close();
  }
}
