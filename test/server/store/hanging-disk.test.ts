import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { createHangingDisk, type HangingDisk } from '../../helpers/server/hanging-disk.ts';
import type { Answered, Asked } from '../../helpers/server/store-child.ts';
import { idsIn, openTestStore, useScript } from '../../helpers/server/store.ts';

const script = useScript('store-child');

interface Timed extends Answered {
  readonly tookMs: number;
}

/** A process with a store on the disk. */
async function startChild(dataDir: string, { env }: HangingDisk) {
  const child = fork(script(), [dataDir], { execArgv: [], env: { ...process.env, ...env } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const waiting = new Map<number, (answered: Answered) => void>();
  child.on('message', (answered: Answered) => {
    waiting.get(answered.number)?.(answered);
  });
  let asked = 0;
  const ask = async (what: Asked['do']): Promise<Timed> => {
    const startedAt = performance.now();
    const number = ++asked;
    const answer = new Promise<Answered>((resolve) => waiting.set(number, resolve));
    child.send({ number, do: what } satisfies Asked);
    return { ...(await answer), tookMs: performance.now() - startedAt };
  };
  await ask('look');
  return {
    ask,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    ended: once(child, 'exit'),
  };
}

const idsOf = (answers: readonly Answered[]) => answers.map(({ id }) => id);
const add = async (child: Awaited<ReturnType<typeof startChild>>, count: number) =>
  Promise.all(Array.from({ length: count }, () => child.ask('add')));

test(
  'a disk that hangs refuses sign-ups in time, holds up nothing else, and loses none',
  { timeout: 60_000 },
  async ({ skip }) => {
    const dataDir = await temporaryDir();
    const disk = await createHangingDisk(dataDir);
    if (!disk) return skip();
    const child = await startChild(dataDir, disk);
    const before = await add(child, 50);
    expect(before.map(({ reason }) => reason)).toEqual(before.map(() => undefined));

    disk.hang();
    const adding = add(child, 300);
    const looks: Timed[] = [];
    for (let look = 0; look < 20; look++) {
      looks.push(await child.ask('look'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const refused = await adding;
    for (const answer of refused) expect(answer).toMatchObject({ reason: 'timed_out' });
    // It would last as long as the disk hangs; the rest is for a machine that does other things as well.
    expect(Math.max(...refused.map(({ tookMs }) => tookMs))).toBeLessThan(12_000);
    expect(Math.max(...looks.map(({ tookMs }) => tookMs))).toBeLessThan(4000);
    expect(Math.max(...looks.map(({ longestStillMs }) => longestStillMs))).toBeLessThan(4000);

    disk.goOn();
    const after = await add(child, 50);
    expect(after.map(({ reason }) => reason)).toEqual(after.map(() => undefined));
    await child.kill();

    const kept = new Set(await idsIn(await openTestStore({ dataDir })));
    expect(idsOf([...before, ...after]).filter((id) => !kept.has(id))).toEqual([]);
    const notWritten = refused.filter(({ outcome }) => outcome === 'not_written');
    expect(notWritten.length).toBeGreaterThan(0);
    expect(idsOf(notWritten).filter((id) => kept.has(id))).toEqual([]);
  },
);

test(
  'a store on a disk that hangs is closed in time, and its process ends once the disk answers',
  { timeout: 60_000 },
  async ({ skip }) => {
    const dataDir = await temporaryDir();
    const disk = await createHangingDisk(dataDir);
    if (!disk) return skip();
    const child = await startChild(dataDir, disk);
    const before = await add(child, 10);
    disk.hang();
    const adding = add(child, 10);
    const { tookMs } = await child.ask('close');
    expect(tookMs).toBeLessThan(10_000);
    for (const answer of await adding) expect(answer.reason).toMatch(/^(closed|timed_out)$/);
    disk.goOn();
    expect(await child.ended).toEqual([0, null]);
    const kept = await idsIn(await openTestStore({ dataDir }));
    expect(kept).toEqual(expect.arrayContaining(idsOf(before)));
  },
);

test(
  'a disk that reports an error for a commit leaves open whether it is stored',
  { timeout: 60_000 },
  async ({ skip }) => {
    const dataDir = await temporaryDir();
    const disk = await createHangingDisk(dataDir);
    if (!disk) return skip();
    const child = await startChild(dataDir, disk);
    const before = await add(child, 10);
    disk.failToSync();
    const failed = await add(child, 10);
    for (const answer of failed) expect(answer).toMatchObject({ reason: 'io', outcome: 'unknown' });
    disk.goOn();
    const after = await add(child, 10);
    expect(after.map(({ reason }) => reason)).toEqual(after.map(() => undefined));
    await child.kill();
    const kept = await idsIn(await openTestStore({ dataDir }));
    expect(kept).toEqual(expect.arrayContaining(idsOf([...before, ...after])));
  },
);
