import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { writeBacklog } from './backlog.ts';
import { buildChild, startChild, type Child } from './child.ts';
import { drain } from './drain.ts';
import { median, type LoadFigures } from './load.ts';
import type { Tasks } from './outbox-child.ts';
import { aim, aimsTable, table } from './report.ts';

/**
 * `npm run bench:outbox [-- --quick]`: the cost of an accept, a restart and a delivery with up to a million
 * waiting sign-ups. Each backlog is in a separate process. They are loaded in turn, round by round, together
 * with a bare append of the same bytes, so that a temporarily slow disk or neighbour affects all of them.
 */
const quick = process.argv.includes('--quick');
const backlogs = quick ? [0, 1000, 10_000] : [0, 1000, 10_000, 100_000, 1_000_000];
const [rounds, cellMs] = quick ? [3, 500] : [5, 800];
const reopenings = 3;
const drained = quick ? 500 : 2000;

interface Cell {
  readonly backlog: number;
  readonly dir: string;
  readonly child: Child<Tasks>;
  readonly openMs: number;
  readonly emptyMb: number;
  readonly openMb: number;
  readonly add: LoadFigures[];
  readonly bare: LoadFigures[];
  readonly made: LoadFigures[];
}

const out = join(process.cwd(), 'node_modules/.cache/bench');
await mkdir(out, { recursive: true });
const script = await buildChild('test/bench/outbox-child.ts', join(out, 'built'));
const dir = await mkdtemp(join(tmpdir(), 'bench-outbox-'));
try {
  await run();
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const cells: Cell[] = [];
  for (const backlog of backlogs) cells.push(await openCell(backlog));
  for (let round = 0; round < rounds; round++) {
    for (const { child, add, bare, made } of cells) {
      add.push(await child.ask('add', cellMs));
      bare.push(await child.ask('bare', cellMs));
      made.push(await child.ask('made', cellMs));
    }
  }
  const figures = [];
  for (const cell of cells) figures.push(await closeCell(cell, cells[0] ?? cell));
  print(
    `Accepts: 64 callers, ${rounds} rounds of ${cellMs} ms, medians; then a bare append + fdatasync of a line of the same length, without and with making the line`,
    table(
      ['waiting', 'adds/s', 'p50 ms', 'p99 ms', 'bare/s', 'bare p99 ms', 'ratio', 'bare + JSON/s', 'ratio'],
      figures.map((of) => [
        of.backlog,
        of.perSecond,
        of.p50Ms,
        of.p99Ms,
        of.barePerSecond,
        of.bareP99Ms,
        of.ratio,
        of.madePerSecond,
        of.madeRatio,
      ]),
    ),
  );
  print(
    'Opening (median of 3 processes), memory (MB), and batches of 25 claimed and acknowledged as fast as the disk allows',
    table(
      ['waiting', 'open ms', 'RSS before', 'RSS opened', 'RSS after load', 'peak', 'acknowledged/s'],
      figures.map((of) => [
        of.backlog,
        of.openMs,
        of.emptyMb,
        of.openMb,
        of.loadMb,
        of.peakMb,
        of.settledPerSecond,
      ]),
    ),
  );

  const drains = [];
  for (const minIntervalMs of [200, 0]) {
    drains.push(await drain(join(dir, `drain-${minIntervalMs}`), drained, minIntervalMs));
  }
  print(
    'Delivery to the sandbox, each answer after 100 ms',
    table(
      ['pause ms', 'sign-ups', 'delivered/s', 'calls per 1,000'],
      drains.map((of) => [of.minIntervalMs, of.signups, of.perSecond, of.callsPerThousand]),
    ),
  );

  const most = figures.at(-1);
  if (!most) return;
  const at = most.backlog.toLocaleString('en');
  const aims = [
    aim(
      'adds/s, share of the bare append, worst',
      Math.min(...figures.map(({ ratio }) => ratio)),
      'at least',
      0.5,
    ),
    aim(`p99 of add, ${at} waiting to none`, most.p99Ratio, 'at most', 1.3),
    aim(`RSS after load, ${at} waiting, MB`, most.loadMb, 'at most', 150),
    aim(`opening, ${at} waiting, ms`, most.openMs, 'at most', 3000),
    aim(
      'calls per 1,000 sign-ups, worst',
      Math.max(...drains.map((of) => of.callsPerThousand)),
      'at most',
      41,
    ),
  ];
  print('Aims', aimsTable(aims));

  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMb: totalmem() / 1_000_000 };
  const system = `${type()} ${release()}`;
  const about = { date: new Date().toISOString(), node: process.version, system, machine, quick };
  await writeFile(join(out, 'outbox.json'), JSON.stringify({ ...about, figures, drains, aims }, null, 2));
}

/** Several processes open the backlog, each for the first time. The last one is kept. */
async function openCell(backlog: number): Promise<Cell> {
  const own = join(dir, String(backlog), 'outbox');
  await writeBacklog(own, backlog);
  const openings: number[] = [];
  for (;;) {
    const child = await startChild<Tasks>(script, { args: [own] });
    const { openMs, waiting, emptyMb, rssMb } = await child.ask('open');
    if (waiting !== backlog) throw new Error(`${waiting} sign-ups are waiting instead of ${backlog}`);
    openings.push(openMs);
    if (openings.length === reopenings) {
      return {
        backlog,
        dir: own,
        child,
        openMs: median(openings),
        emptyMb,
        openMb: rssMb,
        add: [],
        bare: [],
        made: [],
      };
    }
    await child.close();
  }
}

async function closeCell(
  { backlog, dir, child, openMs, emptyMb, openMb, add, bare, made }: Cell,
  least: Cell,
) {
  const { rssMb: loadMb, peakMb } = await child.ask('memory');
  const { perSecond: settledPerSecond } = await child.ask('settle', cellMs);
  await child.close();
  await rm(dir, { recursive: true });
  return {
    backlog,
    ...mediansOf(add),
    barePerSecond: mediansOf(bare).perSecond,
    bareP99Ms: mediansOf(bare).p99Ms,
    p99Ratio: ratioOf(add, least.add, ({ p99Ms }) => p99Ms),
    ratio: ratioOf(add, bare),
    madePerSecond: mediansOf(made).perSecond,
    madeRatio: ratioOf(add, made),
    openMs,
    emptyMb,
    openMb,
    loadMb,
    peakMb,
    settledPerSecond,
  };
}

/** Compares within each round, since neighbouring measurements had the same disk conditions. */
function ratioOf(
  rounds: readonly LoadFigures[],
  others: readonly LoadFigures[],
  figure = ({ perSecond }: LoadFigures) => perSecond,
): number {
  return median(others.map((other, round) => figure(rounds[round] ?? other) / figure(other)));
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
