import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Part, ServerName, Tasks } from './accept-child.ts';
import { buildChild, pin, startChild, type Child } from './child.ts';
import { burst, closedLoop, openLoop, openLoopFresh, type Latencies, type Target } from './http-load.ts';
import { median } from './load.ts';
import { aim, aimsTable, table } from './report.ts';
import { makeVisitors } from './visitors.ts';

/**
 * `npm run bench:accept [-- --quick]`: what accepting a sign-up costs, beside a bare node:http server that reads the
 * same body and says 202, and without each of the product's parts in turn. Every server is a process of its own on
 * one processor, the visitors are on another; they are loaded in turn, round by round, so that what disturbs one
 * disturbs all. Every request is a sign-up of its own with a proof that was worked for before.
 */
const quick = process.argv.includes('--quick');
const [rounds, cellMs, closedRequests, warmUpRequests] = quick ? [3, 500, 1000, 1000] : [9, 800, 2000, 3000];
const visitorsAtOnce = 500;

const servers: readonly Measured[] = [
  { name: 'bare', does: 'node:http, reads the form, says 202', isWhole: true },
  { name: 'bare, on disk', does: 'the same, after append + fdatasync', isWhole: true },
  { name: 'product', does: 'the product', isWhole: true },
  { name: 'express', does: 'its sign-up route in Express 5, with helmet', isWhole: true },
  ...(
    [
      ['nothing', 'wired here, nothing left out'],
      ['origin', 'without the check of the origin'],
      ['rates', 'without the four rates'],
      ['proof', 'without the check of the proof'],
      ['signals', 'without the signs of robots'],
      ['schema', 'without the check of the fields'],
      ['disk', 'without the disk'],
      ['door', 'HTTP in, HTTP out, and nothing between'],
    ] satisfies [Part, string][]
  ).map(([part, does]) => ({ name: `without ${part}`, does, isWhole: false }) as const),
];

interface Measured {
  readonly name: ServerName;
  readonly does: string;
  /** Of these the latencies are measured in all the ways that visitors come. */
  readonly isWhole: boolean;
}

interface Running extends Measured {
  readonly child: Child<Tasks>;
  readonly target: Target;
  readonly rounds: Round[];
}

/** One round of one server; the rates are sign-ups a second. */
interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly at1000: Latencies;
  readonly at500?: Latencies;
  readonly fresh500?: Latencies;
  readonly fresh1000?: Latencies;
  readonly burst?: Latencies;
}

const out = join(process.cwd(), 'node_modules/.cache/bench');
await mkdir(out, { recursive: true });
const script = await buildChild('test/bench/accept-child.ts', join(out, 'built'));
const dir = await mkdtemp(join(tmpdir(), 'bench-accept-'));
const running: Running[] = [];
try {
  await run();
} finally {
  for (const { child } of running) await child.close();
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const visitors = await makeVisitors(
    warmUpRequests + rounds * (closedRequests + 3 * cellMs + visitorsAtOnce),
  );
  const isPinned = await pin(process.pid, 1);
  for (const measured of servers) running.push(await start(measured, visitors));
  for (const { target } of running) await closedLoop(target, warmUpRequests);
  for (let round = 0; round < rounds; round++) {
    for (const server of running) server.rounds.push(await measure(server));
  }

  const [bare] = running;
  const product = theServer('product');
  const inExpress = theServer('express');
  if (!bare) return;
  const cpu = ({ cpuMicros }: Round) => cpuMicros;
  print(
    `Accepts, ${rounds} rounds, medians: sign-ups a second (64 callers), and beside it at 1,000 a second on kept connections CPU µs and latency from the due time${isPinned ? '' : '; servers and visitors shared processors'}`,
    table(
      ['server', 'a second', 'of bare', 'CPU µs', 'bare / CPU', 'p50 ms', 'p99 ms', 'p99.9 ms'],
      running.map((server) => [
        server.does,
        of(server, ({ perSecond }) => perSecond),
        ratio(server, bare, ({ perSecond }) => perSecond),
        of(server, cpu),
        ratio(bare, server, cpu),
        of(server, ({ at1000 }) => at1000.p50Ms),
        of(server, ({ at1000 }) => at1000.p99Ms),
        of(server, ({ at1000 }) => at1000.p999Ms),
      ]),
    ),
  );

  const whole = running.filter(({ isWhole }) => isWhole);
  const ways = [
    ['500 a second, kept connections', 'at500'],
    ['1,000 a second, kept connections', 'at1000'],
    ['500 a second, fresh connections', 'fresh500'],
    ['1,000 a second, fresh connections', 'fresh1000'],
    [`${visitorsAtOnce} at once, fresh connections`, 'burst'],
  ] as const;
  print(
    'Latency in ms from the moment a visitor was due, medians of the rounds',
    table(
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
    ),
  );

  const all = theServer('without nothing');
  const door = theServer('without door');
  const costs: [string, number][] = [
    ['node:http and a bare answer', of(bare, cpu)],
    ['HTTP in and out: addresses, types, headers', difference(door, bare)],
    ...running
      .filter(
        ({ name }) => name.startsWith('without ') && name !== 'without door' && name !== 'without nothing',
      )
      .map((server): [string, number] => [server.name.replace('without ', ''), difference(all, server)]),
    ['(the product, less the same wired here: the noise)', difference(product, all)],
    ['Express 5 and helmet, were they in front', difference(inExpress, all)],
  ];
  print('What each part costs, CPU µs a sign-up', table(['part', 'CPU µs'], costs));

  const aims = [
    aim('in Express, share of the bare server’s sign-ups a second', perSecondOf(inExpress), 'at least', 0.2),
    aim('the product, share of the bare server’s sign-ups a second', perSecondOf(product), 'at least', 0.5),
  ];
  print('Aims', aimsTable(aims));

  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMb: totalmem() / 1_000_000 };
  const system = `${type()} ${release()}`;
  const about = { date: new Date().toISOString(), node: process.version, system, machine, quick, isPinned };
  const figures = running.map(({ name, rounds: measured }) => ({ name, rounds: measured }));
  await writeFile(join(out, 'accept.json'), JSON.stringify({ ...about, figures, costs, aims }, null, 2));

  function perSecondOf(server: Running): number {
    return ratio(server, bare ?? server, ({ perSecond }) => perSecond);
  }

  function difference(server: Running, less: Running): number {
    return paired(server, less, (a, b) => a.cpuMicros - b.cpuMicros);
  }
}

async function start(measured: Measured, visitors: readonly Buffer[]): Promise<Running> {
  const own = join(dir, measured.name.replaceAll(/\W+/g, '-'));
  await mkdir(own);
  const child = await startChild<Tasks>(script, { args: [measured.name, own], core: 0 });
  let sent = 0;
  const next = () => {
    const visitor = visitors[sent++];
    if (!visitor) throw new Error('More visitors came than were made.');
    return visitor;
  };
  return { ...measured, child, target: { port: await child.ask('listen'), next }, rounds: [] };
}

async function measure({ child, target, isWhole }: Running): Promise<Round> {
  const perSecond = await closedLoop(target, closedRequests);
  const before = await child.ask('cpuMicros');
  const at1000 = await openLoop(target, 1000, cellMs);
  const cpuMicros = ((await child.ask('cpuMicros')) - before) / cellMs;
  if (!isWhole) return { perSecond, cpuMicros, at1000 };
  return {
    perSecond,
    cpuMicros,
    at1000,
    at500: await openLoop(target, 500, cellMs),
    fresh500: await openLoopFresh(target, 500, cellMs),
    fresh1000: await openLoopFresh(target, 1000, cellMs),
    burst: await burst(target, visitorsAtOnce),
  };
}

function theServer(name: ServerName): Running {
  const server = running.find((one) => one.name === name);
  if (!server) throw new Error(`There is no server "${name}".`);
  return server;
}

function of(server: Running, figure: (round: Round) => number): number {
  return median(server.rounds.map(figure));
}

/** Of each round by itself, since neighbours in time met the same disturbances. */
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
