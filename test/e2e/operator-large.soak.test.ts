import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import { Secret } from '../../server/system/secret.ts';
import { launchProduct } from '../helpers/server/launch.ts';
import { useEngines } from '../helpers/server/engines.ts';
import { fillStore } from '../helpers/server/large-store.ts';
import { logInToOperator } from '../helpers/server/operator-log-in.ts';
import { quiet } from '../helpers/server/store.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const { engines, server } = useEngines();
const password = 'correct horse battery';
const key = 'ab'.repeat(32);
const million = Number(process.env['ROWS'] ?? 1_000_000);

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
    await fillStore(database, million);
    await database.close();

    const product = await launchProduct(dataDir, env);
    onTestFinished(async () => {
      await product.stop();
    });
    const startMs = performance.now();
    const cookie = await logInToOperator(product.url, password);
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
