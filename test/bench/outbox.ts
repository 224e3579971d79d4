import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { buildScript } from '../helpers/server/build-script.ts';
import { startPostgres, whyNoPostgres } from '../helpers/server/postgres.ts';
import { startChild, type Child } from './child.ts';
import { drain } from './drain.ts';
import { median, type LoadFigures } from './load.ts';
import type { AddFigures, Tasks } from './outbox-child.ts';
import { openBareInsert } from './bare-insert.ts';
import { aim, aimsTable, table } from './report.ts';

/**
 * `npm run bench:outbox [-- --quick]`: what an accept, an opening and a delivery cost with sign-ups waiting,
 * on both engines, beside a bare append + fdatasync and, on PostgreSQL, a bare insert of one row through a
 * pool. Each backlog lies in a process of its own; they are loaded in turn, round by round, so that a disk or
 * a neighbour that is slow for a while is slow for all of them. `FULL=1` has a million waiting too.
 */
const quick = process.argv.includes('--quick');
const backlogs = quick ? [0, 10_000] : [0, 100_000, ...(process.env['FULL'] ? [1_000_000] : [])];
const [rounds, cellMs] = quick ? [3, 500] : [5, 1000];
/** A proxy that has just started is slower until its code is compiled. */
const warmUpMs = 4 * cellMs;
const drained = quick ? 500 : 2000;

interface Cell {
  readonly engine: 'sqlite' | 'postgres';
  readonly backlog: number;
  readonly child: Child<Tasks>;
  readonly openMs: number;
  readonly openMb: number;
  readonly add: AddFigures[];
  readonly idle: AddFigures[];
  readonly bare: LoadFigures[];
  readonly insert: LoadFigures[];
  readonly settled: number[];
  readonly bareInsert: Awaited<ReturnType<typeof openBareInsert>> | undefined;
}

const out = join(process.cwd(), 'node_modules/.cache/bench');
await mkdir(out, { recursive: true });
const script = await buildScript('test/bench/outbox-child.ts', join(out, 'built'));
const dir = await mkdtemp(join(tmpdir(), 'bench-outbox-'));
const noPostgres = whyNoPostgres();
const server = noPostgres === undefined ? await startPostgres() : undefined;
if (noPostgres !== undefined) process.stdout.write(`Without PostgreSQL: ${noPostgres}.\n`);
try {
  await run();
} finally {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const cells: Cell[] = [];
  for (const backlog of backlogs) {
    cells.push(await openCell('sqlite', backlog));
    if (server) cells.push(await openCell('postgres', backlog));
  }
  for (const { child, bareInsert } of cells) {
    await child.ask('add', warmUpMs);
    await bareInsert?.load(cellMs);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { child, add, idle, bare, insert, settled, bareInsert } of cells) {
      add.push(await child.ask('add', cellMs));
      idle.push(await child.ask('idle', cellMs));
      bare.push(await child.ask('bare', cellMs));
      if (bareInsert) insert.push(await bareInsert.load(cellMs));
      settled.push(await child.ask('settle', cellMs));
    }
  }
  const figures = [];
  for (const cell of cells) figures.push(await closeCell(cell));
  print(
    `Accepts: 64 callers, ${rounds} rounds of ${cellMs} ms, medians; beside a bare append + fdatasync of one line, and on PostgreSQL a bare insert through a pool of 5`,
    table(
      ['engine', 'waiting', 'adds/s', 'p50 ms', 'p99 ms', 'CPU µs', 'append/s', 'ratio', 'insert/s', 'ratio'],
      figures.map((of) => [
        of.engine,
        of.backlog,
        of.perSecond,
        of.p50Ms,
        of.p99Ms,
        of.cpuMicros,
        of.barePerSecond,
        of.ratio,
        of.insertPerSecond ?? '',
        of.insertRatio ?? '',
      ]),
    ),
  );
  print(
    'Opening, memory (MB), batches of 25 claimed and acknowledged as fast as the database lets them, and how late timers come (p99, ms) while 64 callers add, and while they store nothing',
    table(
      [
        'engine',
        'waiting',
        'open ms',
        'RSS opened',
        'RSS after load',
        'settled/s',
        'late',
        'storing nothing',
      ],
      figures.map((of) => [
        of.engine,
        of.backlog,
        of.openMs,
        of.openMb,
        of.loadMb,
        of.settledPerSecond,
        of.loopP99Ms,
        of.idleLoopP99Ms,
      ]),
    ),
  );

  const drains = [];
  for (const minIntervalMs of [200, 0]) {
    drains.push(await drain(join(dir, `drain-${minIntervalMs}`), drained, minIntervalMs));
  }
  print(
    'Delivery to the sandbox from SQLite, each answer after 100 ms',
    table(
      ['pause ms', 'sign-ups', 'delivered/s', 'calls per 1,000'],
      drains.map((of) => [of.minIntervalMs, of.signups, of.perSecond, of.callsPerThousand]),
    ),
  );

  const aims = aimsOf(figures);
  print('Aims', aimsTable(aims));
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMb: totalmem() / 1_000_000 };
  const system = `${type()} ${release()}`;
  const about = { date: new Date().toISOString(), node: process.version, system, machine, quick };
  await writeFile(join(out, 'outbox.json'), JSON.stringify({ ...about, figures, drains, aims }, null, 2));
}

type Figures = Awaited<ReturnType<typeof closeCell>>;

function aimsOf(figures: readonly Figures[]) {
  return (['sqlite', 'postgres'] as const).flatMap((engine) => {
    const own = figures.filter((of) => of.engine === engine);
    const [none] = own;
    const most = own.at(-1);
    if (!none || !most) return [];
    const at = most.backlog.toLocaleString('en');
    return [
      engine === 'sqlite'
        ? aim(
            'sqlite: adds/s, share of the bare append, worst',
            Math.min(...own.map(({ ratio }) => ratio)),
            'at least',
            0.35,
          )
        : aim(
            'postgres: adds/s, times the bare insert, worst',
            Math.min(...own.map((of) => of.insertRatio ?? 0)),
            'at least',
            2,
          ),
      aim(`${engine}: p99 of add, ${at} waiting to none`, most.p99Ms / none.p99Ms, 'at most', 2),
      aim(`${engine}: RSS after load, ${at} waiting, MB`, most.loadMb, 'at most', 150),
      aim(`${engine}: opening, ${at} waiting, ms`, most.openMs, 'at most', 1000),
    ];
  });
}

async function openCell(engine: Cell['engine'], backlog: number): Promise<Cell> {
  const url = engine === 'postgres' ? ((await server?.createDatabase()) ?? '') : '';
  const args = [join(dir, `${engine}-${backlog}`), url];
  const filling = await startChild<Tasks>(script, { args });
  await filling.ask('fill', backlog);
  await filling.close();
  const child = await startChild<Tasks>(script, { args });
  const { openMs, rssMb } = await child.ask('open');
  const bareInsert = url === '' ? undefined : await openBareInsert(url);
  return {
    engine,
    backlog,
    child,
    openMs,
    openMb: rssMb,
    add: [],
    idle: [],
    bare: [],
    insert: [],
    settled: [],
    bareInsert,
  };
}

async function closeCell({ engine, backlog, child, openMs, openMb, ...cell }: Cell) {
  const loadMb = await child.ask('memory');
  await child.close();
  await cell.bareInsert?.close();
  return {
    engine,
    backlog,
    openMs,
    openMb,
    loadMb,
    ...mediansOf(cell.add),
    cpuMicros: median(cell.add.map(({ cpuMicros }) => cpuMicros)),
    loopP99Ms: median(cell.add.map(({ loopP99Ms }) => loopP99Ms)),
    idleLoopP99Ms: median(cell.idle.map(({ loopP99Ms }) => loopP99Ms)),
    barePerSecond: mediansOf(cell.bare).perSecond,
    ratio: ratioOf(cell.add, cell.bare),
    insertPerSecond: cell.bareInsert && mediansOf(cell.insert).perSecond,
    insertRatio: cell.bareInsert && ratioOf(cell.add, cell.insert),
    settledPerSecond: median(cell.settled),
  };
}

/** Of each round by itself, since neighbours in time met the same disk. */
function ratioOf(rounds: readonly LoadFigures[], others: readonly LoadFigures[]): number {
  return median(others.map((other, round) => (rounds[round] ?? other).perSecond / other.perSecond));
}

function mediansOf(rounds: readonly LoadFigures[]): LoadFigures {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
  };
}

function print(title: string, text: string): void {
  process.stdout.write(`\n${title}\n\n${text}`);
}
