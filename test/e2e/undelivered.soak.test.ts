import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sameSql, type Database } from '../../server/store/database.ts';
import { runCli } from '../helpers/server/cli.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startReceiver } from '../helpers/server/receiver.ts';
import { openTestStore } from '../helpers/server/store.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

/** What events.md says is kept at most, and so many more. */
const kept = 2_000_000;
const tooMany = 20_000;
const step = 20_000;
const soon = { timeout: 300_000, interval: 250 };

async function fill(database: Database, from: number, to: number): Promise<void> {
  for (let first = from + 1; first <= to; first += step) {
    const last = Math.min(to, first + step - 1);
    await database.write([
      {
        sql: sameSql(
          `insert into events (seq, id, type, account, subject, at, told_at, data)
           with recursive n(i) as (select ${first} union all select i + 1 from n where i < ${last})
           select i, 'evt_' || i, 'contact.updated', 'main', 's' || i, 1, ${Date.now()}, '{"id":"x"}' from n`,
        ),
      },
      { sql: sameSql(`update event_numbers set value = ${last} where name = 'last'`) },
    ]);
  }
}

const numberOf = async (database: Database, name: string) => {
  const sql = sameSql('select value from event_numbers where name = ?');
  const [row] = await database.read({ sql, params: [name] });
  return Number(row?.['value'] ?? 0);
};

const rssMb = (pid: number) =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

it('a million, then two million undelivered events take no memory of the running product, and hold up nobody', async () => {
  const dataDir = await temporaryDir();
  const hangs = await startReceiver(() => undefined);
  const fails = await startReceiver((response) => response.writeHead(503).end());
  let product = await startProduct({ DATA_DIR: dataDir });
  for (const { url } of [hangs, fails, hangs]) {
    expect((await runCli(['webhooks', 'add', url], { DATA_DIR: dataDir })).code).toBe(0);
  }
  let people = 0;
  const signUp = async () => {
    const body = new URLSearchParams({ email: `p${++people}@example.com` });
    const { status } = await fetch(`${product.url}/forms/newsletter`, { method: 'POST', body });
    expect(status).toBe(202);
  };
  const delivered = async (database: Database) =>
    expect
      .poll(async () => await database.read({ sql: sameSql('select id from signups') }), soon)
      .toEqual([]);
  /** The highest of half a minute, with sign-ups all the while. */
  const settled = async (database: Database) => {
    let most = 0;
    for (let second = 0; second < 30; second++) {
      await signUp();
      await pause(1000);
      most = Math.max(most, rssMb(product.pid));
    }
    await delivered(database);
    return Math.round(most);
  };

  const database = await openTestStore({ dataDir });
  await signUp();
  await delivered(database);
  const figures: Record<string, number> = { 'no event': await settled(database) };
  for (const count of [1_000_000, kept + tooMany]) {
    await product.stop('SIGTERM');
    await fill(database, await numberOf(database, 'last'), count);
    product = await startProduct({ DATA_DIR: dataDir });
    figures[`${count} events`] = await settled(database);
  }
  process.stdout.write(`RSS of the product in MB: ${JSON.stringify(figures)}\n`);
  const [before = 0, ...after] = Object.values(figures);
  for (const mb of after) expect(mb - before).toBeLessThan(60);

  await expect.poll(async () => await numberOf(database, 'swept'), soon).toBeGreaterThanOrEqual(tooMany);
  const [row] = await database.read({
    sql: sameSql(
      `select min(seq) as first, count(*) as held, (select value from event_numbers where name = 'swept') as swept
       from events`,
    ),
  });
  expect(Number(row?.['held'])).toBeGreaterThan(kept - 1000);
  expect(Number(row?.['first'])).toBe(Number(row?.['swept']) + 1);
  // Said when the endpoint has its next turn, which may be in an hour.
  await database.write([{ sql: sameSql('update webhooks set due = 0') }]);
  const missed = 'deleted unsent: they are kept for 30 days, and two million at most';
  await expect.poll(() => product.output(), soon).toContain(missed);
}, 1_800_000);
