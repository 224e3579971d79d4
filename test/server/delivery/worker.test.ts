import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startDeliveryWorker, type DeliveryWorkerOptions } from '../../../server/delivery/worker.ts';
import type { Outcome } from '../../../server/outbox/signup.ts';
import { deferred } from '../../helpers/deferred.ts';
import { openTestOutbox, recordLog } from '../../helpers/server/outbox.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

/** A delivery worker with a real outbox, the calls that arrive at the far end, and the lines it logs. */
async function workerWith(
  deliver: DeliveryWorkerOptions['deliver'],
  options: Partial<DeliveryWorkerOptions> = {},
) {
  const outbox = await openTestOutbox({ dir: await temporaryDir() });
  const { log, lines } = recordLog();
  const add = (email: string) =>
    outbox.add({ id: email, form: 'newsletter', contact: { email }, acceptedAt: new Date().toISOString() });
  const start = () => {
    const worker = startDeliveryWorker({
      outbox,
      deliver,
      log,
      minIntervalMs: 1,
      random: () => 0,
      ...options,
    });
    onTestFinished(async () => {
      await worker.stop(0);
      await outbox.close();
    });
    return worker;
  };
  return { outbox, add, start, log: lines };
}

const refusedCredentials = {
  is: 'later',
  reason: 'refused',
  afterMs: 3_600_000,
  waitsFor: 'credentials',
} as const;

const all = (outcome: Outcome) => (persons: readonly unknown[]) =>
  Promise.resolve(persons.map(() => outcome));

describe('the delivery worker', () => {
  it('delivers sign-ups in batches of at most 25', async () => {
    const sizes: number[] = [];
    const { outbox, add, start } = await workerWith((persons) => {
      sizes.push(persons.length);
      return all({ is: 'delivered' })(persons);
    });
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`${index}@example.com`)));
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 0 });
    });
    expect(sizes).toEqual([25, 25, 10]);
  });

  it('delivers a new sign-up at once when it is woken', async () => {
    const delivered = deferred<number>();
    const { add, start } = await workerWith((persons) => {
      delivered.resolve(performance.now());
      return all({ is: 'delivered' })(persons);
    });
    const worker = start();
    await add('ada@example.com');
    const added = performance.now();
    worker.wake();
    expect((await delivered.promise) - added).toBeLessThan(500);
  });

  it('tries again until rasa.io is back, and logs only the start and the end of the outage', async () => {
    let failures = 5;
    const { outbox, add, start, log } = await workerWith((persons) =>
      all(failures-- > 0 ? { is: 'later', reason: 'no answer' } : { is: 'delivered' })(persons),
    );
    await add('ada@example.com');
    start();
    await vi.waitFor(() => {
      expect(outbox.counts().waiting).toBe(0);
    });
    expect(log().match(/does not take sign-ups now/g)).toHaveLength(1);
    await vi.waitFor(() => {
      expect(log().match(/takes sign-ups again/g)).toHaveLength(1);
    });
  });

  it.each([
    ['as long as rasa.io asks it to', { afterMs: 60_000 }, 60_000],
    ['an hour at most, whatever rasa.io asks', { afterMs: 999_999_999 }, 3_600_000],
    ['up to a second after the first failure', {}, 1000],
  ])('pauses all deliveries %s', async (_name, later, pauseMs) => {
    const clock = { ms: 1_000_000 };
    const tried: string[][] = [];
    const { outbox, add, start } = await workerWith(
      (persons) => {
        tried.push(persons.map(({ email }) => email));
        return all({ is: 'later', reason: 'busy', ...later })(persons);
      },
      { now: () => clock.ms, random: () => 1 },
    );
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(() => {
      expect(outbox.circuit().failures).toBe(1);
    });
    await add('bob@example.com');
    worker.wake();
    await worker.stop(1000);
    expect(tried).toEqual([['ada@example.com']]);
    expect(outbox.circuit()).toEqual({ failures: 1, untilMs: clock.ms + pauseMs });
  });

  it('waits for credentials without opening the circuit, and continues at once when they change', async () => {
    let works = false;
    const sizes: number[] = [];
    const { outbox, add, start } = await workerWith((persons) => {
      sizes.push(persons.length);
      return all(works ? { is: 'delivered' } : refusedCredentials)(persons);
    });
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`${index}@example.com`)));
    const worker = start();
    await vi.waitFor(() => {
      expect(worker.stats()).toMatchObject({ attempts: 25, circuit: 'open' });
    });
    expect(outbox.circuit()).toEqual({ failures: 0, untilMs: 0 });
    worker.wake();
    works = true;
    worker.resume();
    await vi.waitFor(
      () => {
        expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 0 });
      },
      { timeout: 4000 },
    );
    // One is sent first, as it is not known yet whether the new credentials work; then 24 new ones, and one
    // of the first 25.
    expect(sizes.slice(0, 4)).toEqual([25, 1, 24, 1]);
    expect(worker.stats().circuit).toBe('closed');
  });

  it('tries the credentials again with one sign-up after the requested pause', async () => {
    const clock = { ms: 1_000_000 };
    const sizes: number[] = [];
    const { outbox, add, start } = await workerWith(
      (persons) => {
        sizes.push(persons.length);
        return all(sizes.length > 2 ? { is: 'delivered' } : { ...refusedCredentials, afterMs: 50 })(persons);
      },
      { now: () => (clock.ms += 10) },
    );
    await Promise.all(Array.from({ length: 30 }, (_, index) => add(`${index}@example.com`)));
    start();
    await vi.waitFor(
      () => {
        expect(outbox.counts().waiting).toBe(0);
      },
      { timeout: 4000 },
    );
    expect(sizes.slice(0, 3)).toEqual([25, 1, 1]);
  });

  it('does not miss new credentials that arrive during a refused call', async () => {
    const { promise, resolve } = deferred();
    let calls = 0;
    const { outbox, add, start } = await workerWith(async (persons) => {
      if (calls++ > 0) return all({ is: 'delivered' })(persons);
      await promise;
      return all(refusedCredentials)(persons);
    });
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(() => {
      expect(calls).toBe(1);
    });
    worker.resume();
    resolve();
    await vi.waitFor(() => {
      expect(outbox.counts().waiting).toBe(0);
    });
  });

  it('keeps to the pause that rasa.io asked for, even if the credentials change', async () => {
    let calls = 0;
    const { outbox, add, start } = await workerWith((persons) => {
      calls++;
      return all({ is: 'later', reason: 'busy', afterMs: 60_000 })(persons);
    });
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(() => {
      expect(outbox.circuit().failures).toBe(1);
    });
    worker.resume();
    await add('bob@example.com');
    worker.wake();
    await worker.stop(1000);
    expect(calls).toBe(1);
  });

  it('sends a single sign-up first when rasa.io may be back', async () => {
    let isBack = false;
    const sizes: number[] = [];
    const { outbox, add, start } = await workerWith((persons) => {
      sizes.push(persons.length);
      isBack ||= sizes.length > 3;
      return all(isBack ? { is: 'delivered' } : { is: 'later', reason: 'no answer' })(persons);
    });
    await Promise.all(Array.from({ length: 40 }, (_, index) => add(`${index}@example.com`)));
    start();
    await vi.waitFor(() => {
      expect(outbox.counts().waiting).toBe(0);
    });
    expect(sizes.slice(0, 4)).toEqual([25, 1, 1, 1]);
  });

  it('delivers all other sign-ups while rasa.io fails on one again and again', async () => {
    const { outbox, add, start } = await workerWith((persons) =>
      all(
        persons.some(({ email }) => email === 'poison@example.com')
          ? { is: 'later', reason: 'rasa.io answered 500' }
          : { is: 'delivered' },
      )(persons),
    );
    await add('poison@example.com');
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`${index}@example.com`)));
    const worker = start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 1, deadLetters: 0 });
    });
    expect(worker.stats()).toMatchObject({ delivered: 60, refused: 0 });
  });

  it('is not held up by a clock that was a day ahead', async () => {
    const day = 24 * 3_600_000;
    const clock = { ms: Date.now() + day };
    let calls = 0;
    const { outbox, add, start } = await workerWith(
      (persons) => all(calls++ === 0 ? { is: 'later', reason: 'no answer' } : { is: 'delivered' })(persons),
      { now: () => clock.ms, random: () => 1 },
    );
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(() => {
      expect(outbox.circuit().failures).toBe(1);
    });
    await worker.stop(0);
    clock.ms -= day;
    expect(await outbox.claim(1, clock.ms)).toHaveLength(1);
  });

  it('sets aside only sign-ups older than the maximum age, unsent', async () => {
    const sent: string[] = [];
    const day = 24 * 3_600_000;
    const { outbox, add, start } = await workerWith(
      (persons) => {
        sent.push(...persons.map(({ email }) => email));
        return all({ is: 'delivered' })(persons);
      },
      { maxAgeMs: 30 * day },
    );
    await outbox.add({
      id: 'too-old-one',
      form: 'newsletter',
      contact: { email: 'old@example.com' },
      acceptedAt: new Date(Date.now() - 31 * day).toISOString(),
    });
    await add('new@example.com');
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 1 });
    });
    expect(sent).toEqual(['new@example.com']);
  });

  it('sets aside sign-ups that rasa.io refuses, and logs no address', async () => {
    const { outbox, add, start, log } = await workerWith((persons) =>
      Promise.resolve(
        persons.map(({ email }) =>
          email.startsWith('bad') ? { is: 'refused', reason: `${email} is bad` } : { is: 'delivered' },
        ),
      ),
    );
    await Promise.all(['good@example.com', 'bad@example.com'].map(add));
    const worker = start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 1 });
    });
    // The counts change before the acknowledgement is on disk, and the line is logged after it.
    await worker.stop(1000);
    expect(log()).toContain('set aside');
    expect(log()).not.toContain('@example.com');
  });

  it('keeps the sign-up and continues when a delivery throws', async () => {
    let calls = 0;
    const { outbox, add, start, log } = await workerWith((persons) => {
      calls++;
      if (calls === 1) throw new Error('a bug');
      return all({ is: 'delivered' })(persons);
    });
    await add('ada@example.com');
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 0 });
    });
    expect(log()).toContain('a bug');
  });

  it('aborts the current call when it has to stop, and keeps the sign-up', async () => {
    const calling = deferred();
    const { outbox, add, start } = await workerWith(async (persons, stop) => {
      calling.resolve();
      await new Promise((resolve) => {
        stop.addEventListener('abort', resolve);
      });
      return all({ is: 'later', reason: 'abandoned' })(persons);
    });
    await add('ada@example.com');
    const worker = start();
    await calling.promise;
    await worker.stop(0);
    expect(outbox.counts().waiting).toBe(1);
  });
});
