import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { Acknowledgements } from '../../server/outbox/acknowledgements.ts';
import { Claims } from '../../server/outbox/claims.ts';
import { Outbox } from '../../server/outbox/outbox.ts';
import type { Database } from '../../server/store/database.ts';
import { Leases, type Held } from '../../server/store/leases.ts';
import { openStore } from '../../server/store/open-store.ts';
import { Secret } from '../../server/system/secret.ts';
import { destination, makeSignup, writeBacklog } from './backlog.ts';
import { openBareAppend } from './bare-append.ts';
import { closedLoop, type LoadFigures } from './load.ts';

/** What the benchmark asks of the process that has the outbox; each is answered by its figures. */
export interface Tasks {
  /** With `ms` sign-ups waiting. */
  fill(count: number): Promise<number>;
  open(ms: number): Promise<OpenFigures>;
  /** 64 callers add, each with an id of its client and a proof, as the widget sends them. */
  add(ms: number): Promise<AddFigures>;
  /** The same with nothing stored: 64 callers wait for the next turn of the loop. */
  idle(ms: number): Promise<AddFigures>;
  /** 64 callers append lines of the same length with the least code. */
  bare(ms: number): Promise<LoadFigures>;
  /** Claims batches of 25 and acknowledges them as delivered at once. */
  settle(ms: number): Promise<number>;
  memory(ms: number): Promise<number>;
}

export interface OpenFigures {
  readonly openMs: number;
  readonly rssMb: number;
}

export interface AddFigures extends LoadFigures {
  /** CPU time of the whole process for each. */
  readonly cpuMicros: number;
  /** By how much a timer of 10 ms comes late, in ms. */
  readonly loopP99Ms: number;
}

const callers = 64;
const batchSize = 25;
const [, , dataDir = '', url = ''] = process.argv;
await mkdir(dataDir, { recursive: true });
const place = {
  dataDir,
  key: new Secret('a key for the benchmark, long enough'),
  databaseUrl: url === '' ? undefined : new Secret(url),
  log: pino({ level: 'silent' }),
};
const bareAppend = await openBareAppend(join(dataDir, 'bare.ndjson'));
/** Made before, like the line of the bare append. */
const prepared = Array.from({ length: 4096 }, makeSignup);
const line = `${JSON.stringify({ ...makeSignup(), id: randomUUID(), acceptedAt: new Date().toISOString() })}\n`;
let opened: { readonly database: Database; readonly outbox: Outbox; readonly leases: Leases } | undefined;
let held: Held | undefined;

const tasks: Tasks = {
  async fill(count) {
    const database = await openStore(place);
    await writeBacklog(database, count);
    await database.close();
    return count;
  },

  async open() {
    const start = performance.now();
    const database = await openStore(place);
    const outbox = await Outbox.open({
      database,
      destinations: new Map([['main', destination]]),
      max: Infinity,
    });
    opened = { database, outbox, leases: new Leases({ database, owner: 'bench' }) };
    return { openMs: performance.now() - start, rssMb: rssMb() };
  },

  async add(ms) {
    const { outbox } = parts();
    const prefix = randomUUID();
    let count = 0;
    return measure(() => {
      const name = `${prefix} ${count++}`;
      const signup = prepared[count % prepared.length] ?? makeSignup();
      return outbox.add(signup, { retry: name, proof: { kind: 'proof', text: name } });
    }, ms);
  },

  idle: (ms) => measure(() => new Promise(setImmediate), ms),

  bare: (ms) => closedLoop(() => bareAppend.append(line), callers, ms),

  async settle(ms) {
    const { database, leases } = parts();
    const name = 'deliver bench';
    held ??= await leases.look(name);
    if (!held) throw new Error('no lease');
    const claims = new Claims({ database, destination });
    const acknowledgements = new Acknowledgements({ database, destination });
    const start = performance.now();
    let settled = 0;
    while (performance.now() < start + ms) {
      const { fresh } = await claims.claim(batchSize, new Set());
      if (fresh.length === 0) break;
      await acknowledgements.settle({
        fence: leases.fence(held),
        acknowledgements: fresh.map((waiting) => ({ waiting, is: 'delivered' })),
      });
      settled += fresh.length;
    }
    return settled / ((performance.now() - start) / 1000);
  },

  memory: () => Promise.resolve(rssMb()),
};

process.on('message', ({ task, ms }: { readonly task: keyof Tasks; readonly ms: number }) => {
  void tasks[task](ms).then((figures) => process.send?.(figures));
});
process.once('disconnect', () => {
  void close();
});
process.send?.('ready');

async function close(): Promise<void> {
  await opened?.outbox.close();
  await opened?.database.close();
  await bareAppend.close();
}

async function measure(call: () => Promise<unknown>, ms: number): Promise<AddFigures> {
  const before = cpuMicros();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const figures = await closedLoop(call, callers, ms);
  delay.disable();
  return {
    ...figures,
    cpuMicros: (cpuMicros() - before) / (figures.perSecond * (ms / 1000)),
    loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 10),
  };
}

function parts() {
  if (!opened) throw new Error('The outbox is not open.');
  return opened;
}

function rssMb(): number {
  return process.memoryUsage.rss() / 1_000_000;
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
