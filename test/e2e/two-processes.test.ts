import { describe, expect, it } from 'vitest';
import { sameSql } from '../../server/store/database.ts';
import { startProduct } from '../helpers/server/product.ts';
import { quiet } from '../helpers/server/store.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { openStore } from '../../server/store/open-store.ts';
import { post } from '../helpers/sites/visitor.ts';

const quota = 20;

describe('two processes on one DATA_DIR', () => {
  it('count the quotas of a network together, and one that is alone counts them in memory', async () => {
    const dataDir = await directoryInMemory();
    const env = { DATA_DIR: dataDir, RATE_NETWORK: `${quota}/1h`, TRUST_PROXY: '1' };
    let visitors = 0;
    const signUp = async ({ url }: { readonly url: string }, ip: string) => {
      const email = `ada.${visitors++}@example.com`;
      return (await post(url, 'json', { email }, { 'x-forwarded-for': ip })).status;
    };

    const one = await startProduct(env);
    for (let count = 0; count < 8; count++) expect(await signUp(one, '203.0.113.1')).toBe(202);
    expect(await sharedUses(dataDir)).toBe(0);

    const two = await startProduct(env);
    // What the first one has counted so far, of sign-ups and of requests.
    await expect.poll(() => sharedUses(dataDir), { timeout: 60_000 }).toBe(16);
    const statuses = [];
    for (let count = 0; count < quota; count++) {
      statuses.push(await signUp(two, '203.0.113.1'), await signUp(one, '203.0.113.1'));
    }
    expect(statuses.filter((status) => status === 202)).toHaveLength(quota - 8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(quota + 8);
    expect(await signUp(one, '203.0.113.2')).toBe(202);

    await two.stop();
    await expect.poll(() => presentIn(dataDir), { timeout: 60_000 }).toBe(1);
    await expect
      .poll(
        async () => {
          const before = await sharedUses(dataDir);
          expect(await signUp(one, '203.0.113.3')).toBe(202);
          return (await sharedUses(dataDir)) - before;
        },
        { timeout: 60_000, interval: 1000 },
      )
      .toBe(0);
    expect(await signUp(one, '203.0.113.1')).toBe(202);
  });
});

function sharedUses(dataDir: string): Promise<number> {
  return numberIn(dataDir, 'select coalesce(sum(used), 0) as n from quotas');
}

function presentIn(dataDir: string): Promise<number> {
  return numberIn(dataDir, `select count(*) as n from leases where name like 'present %'`);
}

async function numberIn(dataDir: string, sql: string): Promise<number> {
  const database = await openStore({ dataDir, log: quiet });
  try {
    const [row] = await database.read({ sql: sameSql(sql) });
    return Number(row?.['n']);
  } finally {
    await database.close();
  }
}
