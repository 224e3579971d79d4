import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Part, ServerName, Tasks } from './accept-child.ts';
import { buildScript } from '../helpers/server/build-script.ts';
import { pin, startChild, type Child } from './child.ts';
import { burst, closedLoop, openLoop, openLoopFresh, type Latencies, type Target } from './http-load.ts';
import { median, quantile } from './load.ts';
import { aim, aimsTable, table, type Aim } from './report.ts';
import { makeVisitors } from './visitors.ts';

/**
 * `npm run bench:accept [-- --quick]`: the cost of accepting a sign-up, compared with a plain Express chain
 * that stores nothing, with a naive proxy that forwards to an upstream of 30 ms while the visitor waits, with
 * a bare node:http server, and without each of the product's parts in turn. Each server is a separate process
 * on one processor; the visitors and the upstream run on another. The servers are loaded in turn, round by
 * round, so that a disturbance affects all of them. Every request is a different sign-up with a proof made in
 * advance.
 */
const quick = process.argv.includes('--quick');
const [rounds, cellMs, closedRequests, warmUpRequests] = quick ? [3, 500, 1000, 3000] : [9, 800, 2000, 3000];
const visitorsAtOnce = 500;

/** The parts for which a cost is printed. */
const parts: readonly Part[] = ['origin', 'rates', 'proof', 'signals', 'schema', 'disk'];

const servers: readonly Measured[] = [
  { name: 'bare', does: 'node:http, reads the form, answers 202', isWhole: true },
  {
    name: 'plain chain',
    does: 'Express 5, helmet, express-rate-limit, urlencoded, zod, 202',
    isWhole: true,
  },
  { name: 'naive proxy', does: 'the same, then fetch to an upstream of 30 ms', isWhole: false },
  { name: 'product', does: 'the product: checks, counts, stores', isWhole: true },
  ...(
    [
      ['nothing', 'assembled here, nothing left out'],
      ['origin', 'without the origin check'],
      ['rates', 'without the four rates'],
      ['proof', 'without the proof check'],
      ['signals', 'without the bot signals'],
      ['schema', 'without the field checks'],
      ['disk', 'without the disk'],
      ['intake', 'HTTP in and out, nothing between'],
    ] satisfies [Part, string][]
  ).map(([part, does]) => ({ name: `without ${part}`, does, isWhole: false }) as const),
];

interface Measured {
  readonly name: ServerName;
  readonly does: string;
  /** Whether latencies are measured for this server, in each of the ways that visitors come. */
  readonly isWhole: boolean;
}

interface Running extends Measured {
  readonly child: Child<Tasks>;
  readonly target: Target;
  readonly rounds: Round[];
}

/** One round of one server. The rates are sign-ups per second. */
interface Round {
  readonly perSecond: number;
  /** CPU time for each sign-up, at the highest rate that the server can handle. */
  readonly busyMicros: number;
  /** CPU time for each sign-up at 1,000 per second, where most of them wait for the next. */
  readonly cpuMicros: number;
  readonly at1000: Latencies;
  readonly at500?: Latencies;
  readonly fresh500?: Latencies;
  readonly fresh1000?: Latencies;
  readonly burst?: Latencies;
}

const perSecond = (round: Round) => round.perSecond;
const busy = ({ busyMicros }: Round) => busyMicros;
const cpu = ({ cpuMicros }: Round) => cpuMicros;

const out = join(process.cwd(), 'node_modules/.cache/bench');
await mkdir(out, { recursive: true });
const script = await buildScript('test/bench/accept-child.ts', join(out, 'built'));
const dir = await mkdtemp(join(tmpdir(), 'bench-accept-'));
const running: Running[] = [];
const upstream = await startChild<Tasks>(script, { args: ['upstream', dir], core: 1 });
const upstreamPort = await upstream.ask('listen');
try {
  await run();
} finally {
  for (const { child } of running) await child.close();
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const visitors = await makeVisitors(
    warmUpRequests + closedRequests + rounds * (closedRequests + 3 * cellMs + visitorsAtOnce),
  );
  const isPinned = await pin(process.pid, 1);
  for (const measured of servers) running.push(await start(measured, visitors));
  for (const { target } of running) await closedLoop(target, warmUpRequests);
  for (let round = 0; round < rounds; round++) {
    for (const server of running) server.rounds.push(await measure(server));
  }
  const profile = await profileOf(theServer('product'));

  const pinned = isPinned ? '' : '; servers and visitors shared processors';
  print(
    `Accepts, ${rounds} rounds, medians: sign-ups/s from 64 callers, with CPU µs for each; then CPU µs and latency from the due time at 1,000/s on kept connections${pinned}`,
    acceptsTable(),
  );
  print('Latency in ms from the time a visitor was due, medians of the rounds', latenciesTable());
  const costs = costsOfParts();
  print(
    'Cost of each part, CPU µs per sign-up, first quartiles of the rounds',
    table(['part', 'busy', 'at 1,000 a second'], costs),
  );
  print(
    `Where the main thread of the product spends its time, ${closedRequests} sign-ups, µs for each`,
    table(
      ['where', 'µs'],
      profile.map(({ where, micros }) => [where, micros / closedRequests]),
    ),
  );
  const aims = aimsOf();
  print('Aims', aimsTable(aims));

  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMb: totalmem() / 1_000_000 };
  const system = `${type()} ${release()}`;
  const about = { date: new Date().toISOString(), node: process.version, system, machine, quick, isPinned };
  const figures = running.map(({ name, rounds: measured }) => ({ name, rounds: measured }));
  await writeFile(
    join(out, 'accept.json'),
    JSON.stringify({ ...about, figures, costs, profile, aims }, null, 2),
  );
}

async function start(measured: Measured, visitors: readonly Buffer[]): Promise<Running> {
  const own = join(dir, measured.name.replaceAll(/\W+/g, '-'));
  await mkdir(own);
  const child = await startChild<Tasks>(script, {
    args: [measured.name, own, String(upstreamPort)],
    core: 0,
  });
  let sent = 0;
  const next = () => {
    const visitor = visitors[sent++];
    if (!visitor) throw new Error('More requests were needed than were prepared.');
    return visitor;
  };
  return { ...measured, child, target: { port: await child.ask('listen'), next }, rounds: [] };
}

async function measure({ child, target, isWhole }: Running): Promise<Round> {
  const atFirst = await child.ask('cpuMicros');
  const reached = await closedLoop(target, closedRequests);
  const before = await child.ask('cpuMicros');
  const at1000 = await openLoop(target, 1000, cellMs);
  const after = await child.ask('cpuMicros');
  const [busyMicros, cpuMicros] = [(before - atFirst) / closedRequests, (after - before) / cellMs];
  const always = { perSecond: reached, busyMicros, cpuMicros, at1000 };
  if (!isWhole) return always;
  return {
    ...always,
    at500: await openLoop(target, 500, cellMs),
    fresh500: await openLoopFresh(target, 500, cellMs),
    fresh1000: await openLoopFresh(target, 1000, cellMs),
    burst: await burst(target, visitorsAtOnce),
  };
}

/** After the rounds, since to be watched costs time itself. */
async function profileOf({ child, target }: Running) {
  await child.ask('startProfile');
  await closedLoop(target, closedRequests);
  return child.ask('stopProfile');
}

function acceptsTable(): string {
  const bare = theServer('bare');
  return table(
    [
      'server',
      'a second',
      'of bare',
      'busy µs',
      'bare / it',
      'CPU µs',
      'bare / it',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
    ],
    running.map((server) => [
      server.does,
      of(server, perSecond),
      ratio(server, bare, perSecond),
      of(server, busy),
      ratio(bare, server, busy),
      of(server, cpu),
      ratio(bare, server, cpu),
      of(server, ({ at1000 }) => at1000.p50Ms),
      of(server, ({ at1000 }) => at1000.p99Ms),
      of(server, ({ at1000 }) => at1000.p999Ms),
    ]),
  );
}

function latenciesTable(): string {
  const ways = [
    ['500 a second, kept connections', 'at500'],
    ['1,000 a second, kept connections', 'at1000'],
    ['500 a second, fresh connections', 'fresh500'],
    ['1,000 a second, fresh connections', 'fresh1000'],
    [`${visitorsAtOnce} at once, fresh connections`, 'burst'],
  ] as const;
  const whole = running.filter(({ isWhole }) => isWhole);
  return table(
    ['visitors', 'server', 'p50', 'p99', 'p99.9', 'the last'],
    ways.flatMap(([way, cell]) =>
      whole.map((server) => [
        way,
        server.name,
        of(server, (round) => round[cell]?.p50Ms ?? NaN),
        of(server, (round) => round[cell]?.p99Ms ?? NaN),
        of(server, (round) => round[cell]?.p999Ms ?? NaN),
        of(server, (round) => round[cell]?.worstMs ?? NaN),
      ]),
    ),
  );
}

function costsOfParts(): [part: string, busy: number, at1000: number][] {
  const [bare, all, intake] = [theServer('bare'), theServer('without nothing'), theServer('without intake')];
  const costs = parts.map((part) => differences(all, theServer(`without ${part}`)));
  const [busyRest, rest] = differences(all, intake);
  const sum = (column: 0 | 1) => costs.reduce((total, cost) => total + cost[column], 0);
  return [
    ['node:http and a bare answer', undisturbed(bare, busy), undisturbed(bare, cpu)],
    ['HTTP in and out: addresses, types, headers', ...differences(intake, bare)],
    ...parts.map((part, index): [string, number, number] => [part, ...(costs[index] ?? [NaN, NaN])]),
    ['the rest: reading the fields, the intake itself', busyRest - sum(0), rest - sum(1)],
    ['intake and store together', busyRest, rest],
    ['the noise: the product, and the same assembled here', ...differences(theServer('product'), all)],
  ];
}

function aimsOf(): readonly Aim[] {
  const product = theServer('product');
  const last = of(product, ({ burst: visitors }) => visitors?.worstMs ?? NaN);
  return [
    aim(
      'share of the rate of the plain chain that stores nothing',
      ratio(product, theServer('plain chain'), perSecond),
      'at least',
      0.8,
    ),
    aim(
      'times the rate of the naive proxy',
      ratio(product, theServer('naive proxy'), perSecond),
      'at least',
      3,
    ),
    aim(
      'intake and store together, busy µs',
      differences(theServer('without nothing'), theServer('without intake'))[0],
      'at most',
      155,
    ),
    aim(`the last of ${visitorsAtOnce} visitors at once, ms`, last, 'at most', 1000),
  ];
}

function theServer(name: ServerName): Running {
  const server = running.find((one) => one.name === name);
  if (!server) throw new Error(`There is no server "${name}".`);
  return server;
}

function of(server: Running, figure: (round: Round) => number): number {
  return median(server.rounds.map(figure));
}

function differences(server: Running, less: Running): [busy: number, at1000: number] {
  return [
    undisturbed(server, busy) - undisturbed(less, busy),
    undisturbed(server, cpu) - undisturbed(less, cpu),
  ];
}

/** The first quartile. Disturbances can only add to a cost, and would hide small differences. */
function undisturbed(server: Running, figure: (round: Round) => number): number {
  return quantile(
    server.rounds.map(figure).toSorted((a, b) => a - b),
    0.25,
  );
}

/** Compares the servers within each round, since a disturbance affects neighbouring measurements alike. */
function paired(server: Running, other: Running, compare: (a: Round, b: Round) => number): number {
  return median(
    server.rounds.flatMap((round, index) => {
      const neighbour = other.rounds[index];
      return neighbour ? [compare(round, neighbour)] : [];
    }),
  );
}

function ratio(server: Running, other: Running, figure: (round: Round) => number): number {
  return paired(server, other, (a, b) => figure(a) / figure(b));
}

function print(title: string, text: string): void {
  process.stdout.write(`\n${title}\n\n${text}`);
}
