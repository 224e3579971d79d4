import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../../server/config/config.ts';
import { challengeSecret, leastWork } from '../helpers/server/issuer.ts';
import { launchProduct, type Product } from '../helpers/server/launch.ts';
import { startPostgres, whyNoPostgres } from '../helpers/server/postgres.ts';
import { closedLoop } from './http-load.ts';
import { median } from './load.ts';
import { table } from './report.ts';
import { makeVisitors, origin } from './visitors.ts';

/**
 * `npm run bench:scale [-- --quick]`: accepts a second with one, two and three proxies on one PostgreSQL
 * database, and with one and two processes on one SQLite file. Each is the built product with its default
 * guards, all quotas on, and a database that only its cell uses. The same number of visitors comes to each
 * cell, in turn, round by round, so that a disturbance affects all of them. Proxies, database and visitors
 * share this machine's processors: with few of them more proxies cannot accept more.
 */
const quick = process.argv.includes('--quick');
const [rounds, perRound] = quick ? [3, 600] : [7, 1800];
const callers = 96;

interface Cell {
  readonly engine: 'PostgreSQL' | 'SQLite';
  readonly products: readonly Product[];
  /** Each visitor comes once to each cell. */
  readonly next: () => Buffer;
  readonly perSecond: number[];
  readonly cpuMicros: number[];
}

/** No request reaches these rates. rasa.io is unreachable, so that nothing is delivered meanwhile. */
const settings: Env = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
  BUILDER: 'off',
  ALLOWED_ORIGINS: origin,
  PUBLIC_URL: 'https://signup.example.com',
  TRUST_PROXY: '1',
  RATE_NETWORK: '1000000/1h',
  RATE_ADDRESS: '1000000/1d',
  RATE_FORM: '1000000/1h',
  RATE_SERVICE: '1000000/1h',
  CHALLENGE_SECRET: challengeSecret,
  PROOF_WORK: String(leastWork),
  OUTBOX_MAX: '10000000',
  RASA_BASE_URL: 'http://127.0.0.1:9',
  RASA_USERNAME: 'nobody',
  RASA_PASSWORD: 'none',
  RASA_API_KEY: 'none',
};

const out = join(process.cwd(), 'node_modules/.cache/bench');
await mkdir(out, { recursive: true });
const dir = await mkdtemp(join(tmpdir(), 'bench-scale-'));
const noPostgres = whyNoPostgres();
const server = noPostgres === undefined ? await startPostgres() : undefined;
if (noPostgres !== undefined) process.stdout.write(`Without PostgreSQL: ${noPostgres}.\n`);
const cells: Cell[] = [];
try {
  await run();
} finally {
  for (const { products } of cells) for (const product of products) await product.stop();
  await server?.close();
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  // One round more, to warm up.
  const visitors = await makeVisitors((rounds + 1) * perRound);
  for (const count of server ? [1, 2, 3] : []) cells.push(await openCell('PostgreSQL', count, visitors));
  for (const count of [1, 2]) cells.push(await openCell('SQLite', count, visitors));
  for (const cell of cells) await load(cell);
  for (let round = 0; round < rounds; round++) {
    for (const cell of cells) {
      const { perSecond, cpuMicros } = await load(cell);
      cell.perSecond.push(perSecond);
      cell.cpuMicros.push(cpuMicros);
    }
  }
  const figures = cells.map((cell) => {
    const one = cells.find(({ engine }) => engine === cell.engine) ?? cell;
    return {
      engine: cell.engine,
      processes: cell.products.length,
      perSecond: median(cell.perSecond),
      timesOne: ratioOf(cell.perSecond, one.perSecond),
      cpuMicros: median(cell.cpuMicros),
    };
  });
  process.stdout.write(
    `\nAccepts, ${callers} callers, ${rounds} rounds of ${perRound} sign-ups, medians; ${cpus().length} processors for all\n\n`,
  );
  process.stdout.write(
    table(
      ['engine', 'processes', 'accepts/s', 'times one', 'CPU µs in proxies'],
      figures.map((of) => [of.engine, of.processes, of.perSecond, of.timesOne, of.cpuMicros]),
    ),
  );
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMb: totalmem() / 1_000_000 };
  const system = `${type()} ${release()}`;
  const about = { date: new Date().toISOString(), node: process.version, system, machine, quick };
  await writeFile(join(out, 'scale.json'), JSON.stringify({ ...about, figures }, null, 2));
}

async function openCell(engine: Cell['engine'], count: number, visitors: readonly Buffer[]): Promise<Cell> {
  const database: Env =
    engine === 'SQLite' || !server
      ? {}
      : { DATABASE_URL: await server.createDatabase(), OUTBOX_KEY: 'ab'.repeat(32) };
  const shared = join(dir, `${engine}-${count}`);
  const products: Product[] = [];
  for (let at = 0; at < count; at++) {
    const dataDir = engine === 'SQLite' ? shared : `${shared}-${at}`;
    await mkdir(dataDir, { recursive: true });
    products.push(await launchProduct(dataDir, { ...settings, ...database }));
  }
  let came = 0;
  const next = () => {
    const visitor = visitors[came++];
    if (!visitor) throw new Error('More requests were needed than were prepared.');
    return visitor;
  };
  return { engine, products, next, perSecond: [], cpuMicros: [] };
}

/** As many visitors in all, however many proxies there are. */
async function load({ products, next }: Cell): Promise<{ perSecond: number; cpuMicros: number }> {
  const before = cpuMicrosOf(products);
  const start = performance.now();
  await Promise.all(
    products.map(({ url }) =>
      closedLoop(
        { port: Number(new URL(url).port), next },
        perRound / products.length,
        callers / products.length,
      ),
    ),
  );
  const perSecond = (perRound * 1000) / (performance.now() - start);
  return { perSecond, cpuMicros: (cpuMicrosOf(products) - before) / perRound };
}

/** Of all threads, in steps of 10 ms; NaN where there is no /proc. */
function cpuMicrosOf(products: readonly Product[]): number {
  const ticksPerSecond = 100;
  return products.reduce((sum, { pid }) => {
    try {
      // The second field is the name in brackets, which may hold spaces.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return sum + ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
    } catch {
      return NaN;
    }
  }, 0);
}

/** Of each round by itself, since neighbours in time met the same disk. */
function ratioOf(rates: readonly number[], others: readonly number[]): number {
  return median(rates.map((rate, round) => rate / (others[round] ?? rate)));
}
