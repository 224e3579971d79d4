import { appendFile, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { openFileOutbox } from '../../../../server/outbox/file/file-outbox.ts';
import type { Outbox, Acknowledgement } from '../../../../server/outbox/outbox.ts';
import { realFiles, type Files } from '../../../../server/system/files.ts';
import { closedCircuit, makeSignup, recordLog } from '../../../helpers/server/outbox.ts';
import { temporaryDir } from '../../../helpers/server/temporary-dir.ts';

type Step =
  /** With so many that came before among them, by their ids and by their addresses. */
  | { readonly do: 'add'; readonly count: number; readonly again: number }
  | { readonly do: 'deliver'; readonly max: number; readonly outcomes: readonly Acknowledgement['is'][] }
  /** The process dies, before or after it has taken a batch, perhaps in the middle of an append. */
  | { readonly do: 'crash'; readonly taking: number; readonly torn: boolean }
  | { readonly do: 'restart' }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      count: fc.integer({ min: 0, max: 30 }),
      again: fc.nat(10),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      max: fc.integer({ min: 1, max: 25 }),
      outcomes: fc.array(fc.constantFrom('delivered' as const, 'later' as const, 'refused' as const), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  },
  fc.record({ do: fc.constant('crash' as const), taking: fc.nat(25), torn: fc.boolean() }),
  fc.record({ do: fc.constant('restart' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }),
);

/** `SOAK=1` looks for longer. */
const numRuns = process.env['SOAK'] ? 2000 : 60;

it(
  'whatever happens in whatever order, each accepted sign-up is delivered or set aside, and a settled one never comes back',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await play(steps);
      }),
      { numRuns },
    );
  },
  process.env['SOAK'] ? 3_600_000 : 120_000,
);

/** Plays the steps against the outbox and the simplest model of it: three sets of ids. */
async function play(steps: readonly Step[]): Promise<void> {
  const dir = await temporaryDir();
  const clock = { ms: 1_700_000_000_000 };
  const model = { waiting: new Set<string>(), delivered: new Set<string>(), deadLetters: new Set<string>() };
  const handles: FileHandle[] = [];
  const files: Files = {
    ...realFiles,
    open: async (...args) => {
      const handle = await realFiles.open(...args);
      handles.push(handle);
      return handle;
    },
  };
  /** What this process has accepted. */
  const known: string[] = [];
  let pid = 1;
  let lastId = 0;
  let outbox = await open();
  onTestFinished(() => outbox.close().catch(() => undefined));

  for (const step of steps) await claim(step);
  while (model.waiting.size > 0) {
    clock.ms += 60_000;
    const settled = await deliver(25, ['delivered']);
    if (settled === 0) throw new Error(`lost: ${[...model.waiting].join()}`);
  }
  // A look that finds nothing clears away what only duplicates have left.
  await deliver(25, ['delivered']);
  expect(outbox.counts()).toEqual({ waiting: 0, deadLetters: model.deadLetters.size, oldestMs: undefined });
  await outbox.close();
  expect((await readdir(dir)).filter((name) => /^\d/.test(name))).toEqual([]);

  async function claim(step: Step): Promise<void> {
    switch (step.do) {
      case 'add': {
        const ids = Array.from({ length: step.count }, () => `signup-${++lastId}`);
        const at = new Date(clock.ms).toISOString();
        const again = known
          .slice(0, step.again)
          .map((id, index) => makeSignup(index % 2 ? id : `again-${++lastId}`, `${id}@example.com`, at));
        const signups = [
          ...again.slice(1),
          ...ids.map((id) => makeSignup(id, undefined, at)),
          ...again.slice(0, 1),
        ];
        const came = await Promise.all(signups.map((signup) => outbox.add(signup)));
        expect(came.filter((as) => as === 'duplicate')).toHaveLength(again.length);
        for (const id of ids) model.waiting.add(id);
        known.push(...ids);
        break;
      }
      case 'deliver':
        await deliver(step.max, step.outcomes);
        break;
      case 'crash':
        if (step.taking > 0) await outbox.claim(step.taking, clock.ms);
        if (step.torn) await tear();
        outbox = await open();
        break;
      case 'restart':
        await outbox.close();
        outbox = await open();
        break;
      case 'wait':
        clock.ms += step.ms;
        break;
    }
    const { waiting, deadLetters } = outbox.counts();
    expect({ waiting, deadLetters }).toEqual({
      waiting: model.waiting.size,
      deadLetters: model.deadLetters.size,
    });
  }

  async function deliver(max: number, outcomes: readonly Acknowledgement['is'][]): Promise<number> {
    const taken = await outbox.claim(max, clock.ms);
    const acknowledgements = taken.map(({ signup: { id } }, index): Acknowledgement => {
      expect(model.waiting.has(id), `${id} was settled before`).toBe(true);
      const is = outcomes[index % outcomes.length] ?? 'delivered';
      return is === 'later'
        ? { id, is, dueMs: clock.ms + 1000 }
        : is === 'refused'
          ? { id, is, reason: 'no' }
          : { id, is };
    });
    await outbox.acknowledge(acknowledgements, closedCircuit);
    for (const { id, is } of acknowledgements) {
      if (is === 'later') continue;
      model.waiting.delete(id);
      (is === 'delivered' ? model.delivered : model.deadLetters).add(id);
    }
    return acknowledgements.length;
  }

  /** Each opening is another process to the lock, and the ones before it are dead. */
  async function open(): Promise<Outbox> {
    const own = ++pid;
    known.length = 0;
    // What the system does for a process that dies.
    for (const handle of handles.splice(0)) await handle.close().catch(() => undefined);
    return openFileOutbox({
      dir,
      log: recordLog().log,
      process: { pid: own, kill: (other) => other === own || gone() },
      onLost: () => undefined,
      files,
      now: () => clock.ms,
    });
  }

  async function tear(): Promise<void> {
    const name = (await readdir(dir)).find((file) => /^\d{10}\.ndjson$/.test(file));
    if (name !== undefined) await appendFile(join(dir, name), '{"sum":"00000000","value":{"id":"signup-');
  }
}

function gone(): never {
  throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
}
