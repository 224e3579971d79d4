import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startCourier, type CourierOptions } from '../../server/courier.ts';
import type { Outcome } from '../../server/signup.ts';
import { deferred } from '../helpers/deferred.ts';
import { openTestOutbox, recordLog } from '../helpers/outbox.ts';
import { temporaryDir } from '../helpers/temporary-dir.ts';

/** A courier over a real outbox, with what it is told at the far end and the lines it logs. */
async function courierWith(deliver: CourierOptions['deliver'], options: Partial<CourierOptions> = {}) {
  const outbox = await openTestOutbox({ dir: await temporaryDir() });
  const { log, lines } = recordLog();
  const add = (email: string) =>
    outbox.add({ id: email, form: 'newsletter', person: { email }, acceptedAt: new Date().toISOString() });
  const start = () => {
    const courier = startCourier({ outbox, deliver, log, minIntervalMs: 1, random: () => 0, ...options });
    onTestFinished(async () => {
      await courier.stop(0);
      await outbox.close();
    });
    return courier;
  };
  return { outbox, add, start, log: lines };
}

const all = (outcome: Outcome) => (persons: readonly unknown[]) =>
  Promise.resolve(persons.map(() => outcome));

describe('the courier', () => {
  it('delivers what is added, in batches of at most 25', async () => {
    const sizes: number[] = [];
    const { outbox, add, start } = await courierWith((persons) => {
      sizes.push(persons.length);
      return all({ is: 'delivered' })(persons);
    });
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`${index}@example.com`)));
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toEqual({ waiting: 0, setAside: 0 });
    });
    expect(sizes).toEqual([25, 25, 10]);
  });

  it('carries a new sign-up at once when it is woken', async () => {
    const delivered = deferred<number>();
    const { add, start } = await courierWith((persons) => {
      delivered.resolve(performance.now());
      return all({ is: 'delivered' })(persons);
    });
    const courier = start();
    await add('ada@example.com');
    const added = performance.now();
    courier.wake();
    expect((await delivered.promise) - added).toBeLessThan(500);
  });

  it('tries again until rasa.io is back, and says so twice, not every time', async () => {
    let failures = 5;
    const { outbox, add, start, log } = await courierWith((persons) =>
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

  it('waits as long as rasa.io asks it to', async () => {
    const now = 1_000_000;
    const tried = deferred();
    const { outbox, add, start } = await courierWith(
      (persons) => {
        tried.resolve();
        return all({ is: 'later', reason: 'busy', afterMs: 60_000 })(persons);
      },
      { now: () => now },
    );
    await add('ada@example.com');
    const courier = start();
    await tried.promise;
    await courier.stop(1000);
    expect(await outbox.take(1, now + 59_999)).toEqual([]);
    expect(await outbox.take(1, now + 60_000)).toHaveLength(1);
  });

  it('sets aside whom rasa.io refuses, and logs no address', async () => {
    const { outbox, add, start, log } = await courierWith((persons) =>
      Promise.resolve(
        persons.map(({ email }) =>
          email.startsWith('bad') ? { is: 'refused', reason: `${email} is bad` } : { is: 'delivered' },
        ),
      ),
    );
    await Promise.all(['good@example.com', 'bad@example.com'].map(add));
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toEqual({ waiting: 0, setAside: 1 });
    });
    expect(log()).toContain('set aside');
    expect(log()).not.toContain('@example.com');
  });

  it('keeps going, and keeps the sign-up, when delivering throws', async () => {
    let calls = 0;
    const { outbox, add, start, log } = await courierWith((persons) => {
      calls++;
      if (calls === 1) throw new Error('a bug');
      return all({ is: 'delivered' })(persons);
    });
    await add('ada@example.com');
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toEqual({ waiting: 0, setAside: 0 });
    });
    expect(log()).toContain('a bug');
  });

  it('gives up the call under way when it has to stop, and keeps the sign-up', async () => {
    const calling = deferred();
    const { outbox, add, start } = await courierWith(async (persons, stop) => {
      calling.resolve();
      await new Promise((resolve) => {
        stop.addEventListener('abort', resolve);
      });
      return all({ is: 'later', reason: 'abandoned' })(persons);
    });
    await add('ada@example.com');
    const courier = start();
    await calling.promise;
    await courier.stop(0);
    expect(outbox.counts().waiting).toBe(1);
  });
});
