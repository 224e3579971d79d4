import { expect, it, onTestFinished, vi } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { Database, Sql } from '../../server/store/database.ts';
import { Secret } from '../../server/system/secret.ts';
import { launchProduct } from '../helpers/server/launch.ts';
import { useEngines } from '../helpers/server/engines.ts';
import { quiet } from '../helpers/server/store.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const { engines, server } = useEngines();
const password = 'correct horse battery';
const key = 'ab'.repeat(32);
const million = Number(process.env['ROWS'] ?? 1_000_000);
const dayMs = 24 * 60 * 60_000;

/** rasa.io is unreachable, so that nothing is delivered meanwhile. */
const settings = {
  HOST: '127.0.0.1',
  BUILDER: 'off',
  ALLOWED_ORIGINS: 'https://www.example.com',
  BOT_MODE: 'off',
  OUTBOX_KEY: key,
  OUTBOX_MAX: '10000000',
  OPERATOR_PASSWORD: password,
  RATE_NETWORK: '1000000/1h',
  RATE_FORM: '1000000/1h',
  RATE_SERVICE: '1000000/1h',
  RASA_BASE_URL: 'http://127.0.0.1:9',
  RASA_USERNAME: 'nobody',
  RASA_PASSWORD: 'none',
  RASA_API_KEY: 'none',
};

it.each(engines)(
  'the operator page of a million rows is read beside sign-ups on %s',
  async (engine) => {
    const dataDir = await temporaryDir();
    const databaseUrl = engine === 'sqlite' ? undefined : await server().createDatabase();
    const env = { ...settings, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) };
    // The first one makes the tables, and a row to copy.
    const first = await launchProduct(dataDir, env);
    await accept(first.url, 'first@example.com');
    await first.stop();
    const url = databaseUrl === undefined ? undefined : new Secret(databaseUrl);
    const database = await openStore({ dataDir, databaseUrl: url, key: new Secret(key), log: quiet });
    await fill(database);
    await database.close();

    const product = await launchProduct(dataDir, env);
    onTestFinished(async () => {
      await product.stop();
    });
    const startMs = performance.now();
    const cookie = await logIn(product.url);
    const untilLogInMs = Math.round(performance.now() - startMs);
    const look = async (period: string) => {
      const startMs = performance.now();
      const answer = await fetch(`${product.url}/operator?period=${period}`, { headers: { cookie } });
      const page = (await answer.text()).replaceAll(/<!--.*?-->/g, '');
      return { page, ms: Math.round(performance.now() - startMs) };
    };
    const afterStart = await acceptFor(product.url, 10_000);
    const alone = await acceptFor(product.url, 10_000);
    const looks: Record<string, number[]> = { '24h': [], '7d': [], '30d': [] };
    const over = new AbortController();
    const looking = (async () => {
      for (let turn = 0; !over.signal.aborted; turn++) {
        const period = ['24h', '7d', '30d'][turn % 3] ?? '24h';
        looks[period]?.push((await look(period)).ms);
        // A network may look at 1,000 pages a minute.
        await new Promise((done) => setTimeout(done, 300));
      }
    })();
    const beside = await acceptFor(product.url, 30_000);
    over.abort();
    await looking;
    process.stdout.write(
      `${JSON.stringify({ engine, untilLogInMs, afterStart, alone, beside, looks: summaryOf(looks) })}\n`,
    );
    const { page } = await look('30d');
    // Not the whole page in the message.
    expect(/[\d,]+ of [\d,]+ sign-ups of the last 30 days/.exec(page)?.[0]).toMatch(/^(999,9|1,000,0)/);
  },
  900_000,
);

/** After the start on so many rows the store does not take writes at once. */
function logIn(url: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const { status, headers } = await fetch(`${url}/operator/log-in`, {
        method: 'POST',
        body: new URLSearchParams({ password }),
        redirect: 'manual',
      });
      expect(status).toBe(303);
      return headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    { timeout: 120_000, interval: 500 },
  );
}

async function accept(url: string, email: string): Promise<void> {
  const answer = await fetch(`${url}/forms/newsletter`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  expect(answer.status, await answer.text()).toBe(202);
}

/** One visitor every 50 ms. */
async function acceptFor(url: string, ms: number) {
  const times: number[] = [];
  const endMs = performance.now() + ms;
  const going: Promise<void>[] = [];
  for (let at = 0; performance.now() < endMs; at++) {
    const startMs = performance.now();
    going.push(
      accept(url, `${Math.round(startMs)}-${at}@example.com`).then(() => {
        times.push(performance.now() - startMs);
      }),
    );
    await new Promise((done) => setTimeout(done, 50));
  }
  await Promise.all(going);
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  return { accepts: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1) };
}

function summaryOf(looks: Readonly<Record<string, readonly number[]>>) {
  return Object.fromEntries(
    Object.entries(looks).map(([period, ms]) => [
      period,
      {
        looks: ms.length,
        first: ms[0],
        median: ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)],
        worst: Math.max(...ms),
      },
    ]),
  );
}

/** A million of each: waiting, delivered, events, attempts of webhooks, mails. */
async function fill(database: Database): Promise<void> {
  const nowMs = Date.now();
  const each = 50_000;
  for (let from = 1; from <= million; from += each) {
    const to = from + each - 1;
    const spread = `(${nowMs} - ${29 * dayMs} + n.i * ${Math.floor((28 * dayMs) / million)})`;
    const id = {
      sqlite: `printf('%08x-%04x-7000-8000-%012x', ${spread} >> 16, ${spread} & 65535, n.i)`,
      postgres: `lpad(to_hex(${spread} >> 16), 8, '0') || '-' || lpad(to_hex(${spread} & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n.i), 12, '0')`,
    };
    const person = {
      sqlite: `unhex(printf('%032x', n.i))`,
      postgres: `decode(lpad(to_hex(n.i), 32, '0'), 'hex')`,
    };
    const insert = (into: string, select: (engine: 'sqlite' | 'postgres') => string): Sql => ({
      sqlite: `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) insert into ${into} select ${select('sqlite')} from n, (select upstream, account, key_id, payload from signups order by seq limit 1) s`,
      postgres: `insert into ${into} select ${select('postgres')} from generate_series(${from}::bigint, ${to}) as n(i), (select upstream, account, key_id, payload from signups order by seq limit 1) s`,
    });
    const statements = [
      insert(
        'signups (id, upstream, account, form, lane, kind, person, due, attempts, accepted_at, key_id, payload)',
        (engine) =>
          `${id[engine]}, s.upstream, s.account, 'newsletter', 1, 'upsert', ${person[engine]}, ${nowMs + dayMs} + n.i, 1, ${nowMs - dayMs / 2} + n.i * 40, s.key_id, s.payload`,
      ),
      insert(
        'delivered_contacts (id, upstream, account, form, origin, person, rasa_id, is_own, delivered_at, state, state_at, reason)',
        (engine) =>
          `${id[engine]}, s.upstream, s.account, 'newsletter', 'https://www.example.com', ${person[engine]}, 'r' || n.i, 1, ${spread} + 1000, '', 0, ''`,
      ),
      insert(
        'events (seq, id, type, account, subject, at, told_at, data)',
        (engine) =>
          `n.i + 1000, ${id[engine]}, 'signup.delivered', s.account, ${id[engine]}, ${spread}, ${spread}, '{}'`,
      ),
      insert(
        'webhook_attempts (id, webhook, event, at, took_ms, status, result)',
        (engine) => `${id[engine]}, 'hook', ${id[engine]}, ${spread}, 5, 200, 'delivered'`,
      ),
      insert(
        'mails (id, due, attempts, created_at, until, failed_at, reason, key_id, payload)',
        (engine) =>
          `${id[engine]}, ${nowMs + dayMs} + n.i, 1, ${spread}, ${nowMs + 9 * dayMs}, 0, '', s.key_id, s.payload`,
      ),
    ];
    for (const sql of statements) await database.write([{ sql }]);
  }
}
