import { join } from 'node:path';
import { pino } from 'pino';
import { openFileOutbox } from '../../server/outbox/file/file-outbox.ts';
import { createRecords } from '../../server/outbox/file/records.ts';
import type { Outbox } from '../../server/outbox/outbox.ts';
import { makeSignup } from './backlog.ts';
import { openBareAppend } from './bare-append.ts';
import { closedLoop, type LoadFigures } from './load.ts';

/**
 * The tasks of the process with the outbox, in the order of the requests. Each is answered with its figures.
 */
export interface Tasks {
  open(ms: number): Promise<OpenFigures>;
  /** 64 callers add. */
  add(ms: number): Promise<LoadFigures>;
  /** 64 callers append lines of the same length with the least possible code. */
  bare(ms: number): Promise<LoadFigures>;
  /** The same, but each caller first makes a sign-up and its line, as it does for `add`. */
  made(ms: number): Promise<LoadFigures>;
  /** Claims batches of 25 and acknowledges them as delivered at once. */
  settle(ms: number): Promise<SettleFigures>;
  memory(ms: number): Promise<MemoryFigures>;
}

export interface OpenFigures {
  readonly openMs: number;
  readonly waiting: number;
  readonly emptyMb: number;
  readonly rssMb: number;
}

export interface SettleFigures {
  readonly perSecond: number;
}

export interface MemoryFigures {
  readonly rssMb: number;
  readonly peakMb: number;
}

const callers = 64;
const batchSize = 25;
const [, , dir = ''] = process.argv;

const bareAppend = await openBareAppend(join(dir, '../bare.ndjson'));
const line = `${createRecords().write(makeSignup(Date.now()))}\n`;
let outbox: Outbox | undefined;

const tasks: Tasks = {
  async open() {
    const emptyMb = rssMb();
    const start = performance.now();
    const opened = await openFileOutbox({
      dir,
      log: pino({ level: 'silent' }),
      process,
      onLost: () => {
        throw new Error('The lock was lost.');
      },
      max: Infinity,
    });
    outbox = opened;
    return { openMs: performance.now() - start, waiting: opened.counts().waiting, emptyMb, rssMb: rssMb() };
  },

  add: (ms) => closedLoop(() => theOutbox().add(makeSignup(Date.now())), callers, ms),
  bare: (ms) => closedLoop(() => bareAppend.append(line), callers, ms),
  made: (ms) =>
    closedLoop(
      () => bareAppend.append(`{"sum":"01234567","value":${JSON.stringify(makeSignup(Date.now()))}}\n`),
      callers,
      ms,
    ),

  async settle(ms) {
    const start = performance.now();
    let settled = 0;
    while (performance.now() < start + ms) {
      const taken = await theOutbox().claim(batchSize, Date.now());
      if (taken.length === 0) break;
      const acknowledgements = taken.map(({ signup: { id } }) => ({ id, is: 'delivered' }) as const);
      await theOutbox().acknowledge(acknowledgements, { failures: 0, untilMs: 0 });
      settled += taken.length;
    }
    return { perSecond: settled / ((performance.now() - start) / 1000) };
  },

  memory: () =>
    Promise.resolve({ rssMb: rssMb(), peakMb: (process.resourceUsage().maxRSS * 1024) / 1_000_000 }),
};

process.on('message', ({ task, ms }: { readonly task: keyof Tasks; readonly ms: number }) => {
  void tasks[task](ms).then((figures) => process.send?.(figures));
});
process.once('disconnect', () => {
  void Promise.all([outbox?.close(), bareAppend.close()]);
});
process.send?.('ready');

function theOutbox(): Outbox {
  if (!outbox) throw new Error('The outbox is not open.');
  return outbox;
}

function rssMb(): number {
  return process.memoryUsage.rss() / 1_000_000;
}
