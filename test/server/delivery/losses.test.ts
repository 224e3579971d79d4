import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DeliveryWorker } from '../../../server/delivery/worker.ts';
import type { Contact, Outcome } from '../../../server/outbox/signup.ts';
import { sameSql } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { useEngines, type Place } from '../../helpers/server/engines.ts';
import {
  makeSignup,
  openTestOutbox,
  recordLog,
  setAside,
  toSandbox,
  type TestOutbox,
} from '../../helpers/server/outbox.ts';

/*
 * Each of these once lost sign-ups, or kept them from being delivered, when they were files of our own. Two
 * more are in worker.test.ts: a form that always fails, and sign-ups that arrive faster than anything can be
 * delivered.
 */
const { engines, newPlace } = useEngines();
const hourMs = 3_600_000;

/** Within the test's time. */
const soon = { timeout: 18_000, interval: 30 };

function startWorker({ database, outbox }: TestOutbox, now: () => number = Date.now) {
  const arrived: string[] = [];
  const deliver = (persons: readonly Contact[]): Promise<readonly Outcome[]> => {
    arrived.push(...persons.map(({ email }) => email.replace('@example.com', '')));
    return Promise.resolve(persons.map(() => ({ is: 'delivered' })));
  };
  const { log, lines } = recordLog();
  const worker = new DeliveryWorker({
    database,
    outbox,
    destination: toSandbox,
    deliver,
    log,
    owner: 'a test',
    maxAgeMs: 30 * 24 * hourMs,
    now,
  });
  onTestFinished(() => worker.stop(0));
  return { worker, arrived, log: lines };
}

const addAll = ({ add }: TestOutbox, names: readonly string[]) => Promise.all(names.map((name) => add(name)));
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `visitor-${at}`);

async function reopened(outbox: TestOutbox, place: Place): Promise<TestOutbox> {
  await outbox.close();
  return openTestOutbox({ place });
}

describe.each(engines)('nothing is lost on %s', (engine) => {
  it('when delivered sign-ups cannot be deleted, and the proxy is started again', async () => {
    const place = await newPlace(engine);
    const first = await openTestOutbox({ place });
    await addAll(first, numbered(60));
    const write = first.database.write.bind(first.database);
    vi.spyOn(first.database, 'write').mockImplementation((statements, options) =>
      options?.settling === true && statements.length > 1
        ? Promise.reject(new StoreUnavailable('io'))
        : write(statements, options),
    );
    const one = startWorker(first);
    await vi.waitFor(() => {
      expect(one.log()).toContain('cannot be written down');
    }, soon);
    await one.worker.stop(0);
    vi.restoreAllMocks();
    const again = await reopened(first, place);
    await addAll(again, ['later']);
    const two = startWorker(again);
    await vi.waitFor(() => {
      expect(new Set(two.arrived)).toEqual(new Set([...numbered(60), 'later']));
    }, soon);
  });

  it('when one id of a client comes eleven minutes apart for two addresses, and both must wait', async () => {
    const place = await newPlace(engine);
    const clock = { aheadMs: -11 * 60_000 };
    const outbox = await openTestOutbox({ place, now: () => Date.now() + clock.aheadMs });
    await outbox.outbox.add(makeSignup('first'), { retry: 'the same' });
    clock.aheadMs = 0;
    await outbox.outbox.add(makeSignup('second'), { retry: 'the same, for another address' });
    const batch = await outbox.due();
    await outbox.settle(batch.map((waiting) => ({ waiting, is: 'later', lane: 'retry', dueMs: 0 })));
    const { arrived } = startWorker(await reopened(outbox, place));
    await vi.waitFor(() => {
      expect([...arrived].sort()).toEqual(['first', 'second']);
    }, soon);
  });

  it('and nothing behind it waits, when one id comes twice at the same time', async () => {
    const outbox = await openTestOutbox({ place: await newPlace(engine) });
    await Promise.all([
      outbox.outbox.add(makeSignup('one'), { retry: 'an id, one' }),
      outbox.outbox.add(makeSignup('two'), { retry: 'an id, two' }),
      ...numbered(30).map((name) => outbox.add(name)),
    ]);
    const { arrived } = startWorker(outbox);
    await vi.waitFor(() => {
      expect(new Set(arrived)).toEqual(new Set(['one', 'two', ...numbered(30)]));
    }, soon);
  });

  it('when a write fails and rows are damaged afterwards: all others arrive', async () => {
    const place = await newPlace(engine);
    const outbox = await openTestOutbox({ place });
    await addAll(outbox, ['first', 'second', 'third']);
    vi.spyOn(outbox.database, 'write').mockRejectedValueOnce(new StoreUnavailable('io'));
    await expect(outbox.add('not-promised')).rejects.toThrow(StoreUnavailable);
    vi.restoreAllMocks();
    const damaging = sameSql('update signups set payload = ? where seq = (select min(seq) from signups)');
    await outbox.database.write([{ sql: damaging, params: [new Uint8Array(80)] }]);
    const again = await reopened(outbox, place);
    const { arrived, log } = startWorker(again);
    await vi.waitFor(() => {
      expect([...arrived].sort()).toEqual(['second', 'third']);
    }, soon);
    await vi.waitFor(async () => {
      expect((await again.deadLetters.list()).unreadable).toHaveLength(1);
    }, soon);
    expect(log()).toContain('are damaged and cannot be read');
  });

  it('when one of those that are replayed cannot be read', async () => {
    const outbox = await openTestOutbox({ place: await newPlace(engine) });
    await setAside(outbox.database, [{ id: 'bad' }, { id: 'good' }]);
    const damaging = sameSql(`update dead_letters set payload = ? where id = 'bad'`);
    await outbox.database.write([{ sql: damaging, params: [new Uint8Array(80)] }]);
    const replayed = await Promise.all(['bad', 'good'].map((id) => outbox.deadLetters.replay(id)));
    expect(replayed).toEqual([false, true]);
    await outbox.add('another');
    const { arrived } = startWorker(outbox);
    await vi.waitFor(() => {
      expect([...arrived].sort()).toEqual(['another', 'good']);
    }, soon);
  });

  it.each([
    ['was a day ahead once', 24 * hourMs],
    ['is set back by hours', -6 * hourMs],
  ])('or held up for more than an hour, when the clock %s', async (_name, aheadMs) => {
    const clock = { aheadMs: Math.max(0, aheadMs) };
    const now = () => Date.now() + clock.aheadMs;
    const place = await newPlace(engine);
    const outbox = await openTestOutbox({ place, now });
    await addAll(outbox, ['retried', 'alone', 'fresh']);
    const [retried, alone] = await outbox.due();
    if (!retried || !alone) throw new Error('nothing is due');
    const dueMs = now() + 15 * 60_000;
    await outbox.settle([
      { waiting: retried, is: 'later', lane: 'retry', dueMs },
      { waiting: alone, is: 'later', lane: 'alone', dueMs },
    ]);
    clock.aheadMs = Math.min(0, aheadMs);
    const { arrived } = startWorker(outbox, now);
    await vi.waitFor(() => {
      expect([...arrived].sort()).toEqual(['alone', 'fresh', 'retried']);
    }, soon);
  });

  it('when a process that is gone has left its lease behind with numbers from the future', async () => {
    const outbox = await openTestOutbox({ place: await newPlace(engine) });
    await outbox.add('ada');
    const leaving = sameSql('insert into leases (name, owner, epoch, beat) values (?, ?, ?, ?)');
    const row = ['deliver sandbox sandbox', 'process 1 on nowhere', 9_000_000_000_000, 9_000_000_000_000];
    await outbox.database.write([{ sql: leaving, params: row }]);
    const start = performance.now();
    const { arrived } = startWorker(outbox);
    await vi.waitFor(() => {
      expect(arrived).toEqual(['ada']);
    }, soon);
    expect(performance.now() - start).toBeLessThan(15_000);
  }, 30_000);

  it('when it was set aside for its age, and is replayed', async () => {
    const outbox = await openTestOutbox({ place: await newPlace(engine) });
    await setAside(outbox.database, [{ id: 'old', hoursAgo: 24 * 365, reason: 'too old' }]);
    await outbox.deadLetters.replay('old');
    const { arrived } = startWorker(outbox);
    await vi.waitFor(() => {
      expect(arrived).toEqual(['old']);
    }, soon);
  });

  it('and no memory either while nothing happens: no signals are joined that live as long as the process', async () => {
    const joined = vi.spyOn(AbortSignal, 'any');
    onTestFinished(() => {
      joined.mockRestore();
    });
    const outbox = await openTestOutbox({ place: await newPlace(engine) });
    const { worker, arrived } = startWorker(outbox);
    for (let turn = 0; turn < 20; turn++) {
      worker.wake();
      worker.resume();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await outbox.add('ada');
    worker.wake();
    await vi.waitFor(() => {
      expect(arrived).toEqual(['ada']);
    }, soon);
    expect(joined).not.toHaveBeenCalled();
  });
});

it('a lock file of an earlier version, whatever its time, keeps nobody from starting', async () => {
  const place = await newPlace('sqlite');
  await mkdir(join(place.dataDir, 'outbox'));
  await writeFile(join(place.dataDir, 'outbox/lock'), '{"pid":1,"host":"elsewhere","nonce":"x"}');
  const outbox = await openTestOutbox({ place });
  expect(await outbox.add('ada')).toBe('stored');
});
