import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DeliveryWorker, type DeliveryWorkerOptions } from '../../../server/delivery/worker.ts';
import type { Contact, NewSignup, Outcome } from '../../../server/outbox/signup.ts';
import { sameSql } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { databaseFileName, openStore } from '../../../server/store/open-store.ts';
import { deferred } from '../../helpers/deferred.ts';
import { makeSignup, openTestOutbox, recordLog, setAside, toSandbox } from '../../helpers/server/outbox.ts';
import { quiet } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

interface Options extends Partial<DeliveryWorkerOptions> {
  readonly dataDir?: string;
}

/** A delivery worker over a real outbox, with what it is told at the far end and the lines it logs. */
async function workerWith(
  deliver: DeliveryWorkerOptions['deliver'],
  { dataDir, now = Date.now, ...options }: Options = {},
) {
  const place = { dataDir: dataDir ?? (await temporaryDir()) };
  const parts = await openTestOutbox({ place, now });
  const { outbox, database } = parts;
  const { log, lines } = recordLog();
  const add = (email: string, changes: Partial<NewSignup> = {}) =>
    outbox.add({ ...makeSignup(''), contact: { email }, ...changes });
  const pauseOf = async () => {
    const [row] = await database.read({ sql: sameSql('select until, failures from pauses') });
    return { failures: Number(row?.['failures'] ?? 0), untilMs: Number(row?.['until'] ?? 0) };
  };
  const start = () => {
    const worker = new DeliveryWorker({
      database,
      destination: toSandbox,
      outbox,
      deliver,
      log,
      owner: 'a test',
      random: () => 0,
      now,
      ...options,
    });
    onTestFinished(() => worker.stop(0));
    return worker;
  };
  return { ...parts, dataDir: place.dataDir, add, start, pauseOf, log: lines };
}

/** `waiting` of the database itself. */
async function waitingIn({
  database,
}: Pick<Awaited<ReturnType<typeof workerWith>>, 'database'>): Promise<number> {
  const [row] = await database.read({ sql: sameSql('select count(*) as n from signups') });
  return Number(row?.['n']);
}

/** Within the test's time. */
const soon = { interval: 20 };

const refusedCredentials = {
  is: 'later',
  reason: 'refused',
  afterMs: 3_600_000,
  waitsFor: 'credentials',
} as const;

const day = 24 * 3_600_000;

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

  it('wipes what was delivered from the files within a day, also beside something that waits', async () => {
    let ms = 0;
    const { add, start, database, dataDir } = await workerWith(
      (persons) =>
        Promise.resolve(
          persons.map(({ email }): Outcome =>
            email.startsWith('waits') ? { is: 'later', reason: 'busy' } : { is: 'delivered' },
          ),
        ),
      { monotonicMs: () => ms },
    );
    await add('waits@example.com');
    await add('ada@example.com');
    const ids = async () =>
      (await database.read({ sql: sameSql('select id from signups order by seq') })).map(({ id }) =>
        String(id),
      );
    const [waiting = '', delivered = ''] = await ids();
    start();
    await vi.waitFor(async () => {
      expect(await ids()).toEqual([waiting]);
    });
    const filesHold = async (id: string) => {
      const names = (await readdir(dataDir)).filter((name) => name.startsWith(databaseFileName));
      const contents = await Promise.all(names.map((name) => readFile(join(dataDir, name), 'latin1')));
      return contents.some((content) => content.includes(id));
    };
    expect(await filesHold(delivered)).toBe(true);
    ms += day;
    await vi.waitFor(async () => {
      expect(await filesHold(delivered)).toBe(false);
    }, soon);
    expect(await filesHold(waiting)).toBe(true);
  });

  it('tries again until rasa.io is back, and logs only the start and the end of the outage', async () => {
    let failures = 5;
    const { outbox, add, start, pauseOf, log } = await workerWith((persons) =>
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
    // Nor does another process, or the next start, take it for away.
    expect(await pauseOf()).toEqual({ failures: 0, untilMs: 0 });
  });

  it.each([
    ['as long as rasa.io asks it to', { afterMs: 60_000 }, 60_000],
    ['an hour at most, whatever rasa.io asks', { afterMs: 999_999_999 }, 3_600_000],
    ['up to a second after the first failure', {}, 1000],
  ])('waits %s, with everything', async (_name, later, pauseMs) => {
    const tried: string[][] = [];
    const { add, start, pauseOf } = await workerWith(
      (persons) => {
        tried.push(persons.map(({ email }) => email));
        return all({ is: 'later', reason: 'busy', ...later })(persons);
      },
      { now: () => 1_000_000, monotonicMs: () => 5000, random: () => 1 },
    );
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures).toBe(1);
    }, soon);
    await add('bob@example.com');
    worker.wake();
    await worker.stop(1000);
    expect(tried).toEqual([['ada@example.com']]);
    expect(await pauseOf()).toEqual({ failures: 1, untilMs: 1_000_000 + pauseMs });
  });

  it('keeps to a pause that was asked for before a restart', async () => {
    let calls = 0;
    const first = await workerWith((persons) => {
      calls++;
      return all({ is: 'later', reason: 'busy', afterMs: 60_000 })(persons);
    });
    await first.add('ada@example.com');
    const worker = first.start();
    await vi.waitFor(async () => {
      expect((await first.pauseOf()).failures).toBe(1);
    }, soon);
    await worker.stop(0);
    const again = first.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(again.stats().circuit).toBe('open');
    expect(calls).toBe(1);
  });

  it('waits for credentials without opening the circuit, and continues at once when they change', async () => {
    let works = false;
    const sizes: number[] = [];
    const { outbox, add, start, pauseOf } = await workerWith((persons) => {
      sizes.push(persons.length);
      return all(works ? { is: 'delivered' } : refusedCredentials)(persons);
    });
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`${index}@example.com`)));
    const worker = start();
    await vi.waitFor(() => {
      expect(worker.stats()).toMatchObject({ attempts: 25, circuit: 'open' });
    });
    expect((await pauseOf()).failures).toBe(0);
    worker.wake();
    works = true;
    worker.resume();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 0 });
    });
    // One goes ahead, since nobody knows yet whether the other ones work; nobody's attempt was spent on it.
    expect(sizes).toEqual([25, 1, 25, 25, 9]);
    expect(worker.stats().circuit).toBe('closed');
  });

  it('tries the credentials again after the pause that was asked for, with one sign-up', async () => {
    const sizes: number[] = [];
    const { outbox, add, start } = await workerWith((persons) => {
      sizes.push(persons.length);
      return all(sizes.length > 2 ? { is: 'delivered' } : { ...refusedCredentials, afterMs: 50 })(persons);
    });
    await Promise.all(Array.from({ length: 30 }, (_, index) => add(`${index}@example.com`)));
    start();
    await vi.waitFor(() => {
      expect(outbox.counts().waiting).toBe(0);
    });
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
    const { add, start, pauseOf } = await workerWith((persons) => {
      calls++;
      return all({ is: 'later', reason: 'busy', afterMs: 60_000 })(persons);
    });
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures).toBe(1);
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

  it.each([
    ['a day ahead once, and right again', 24 * 3_600_000, 0],
    ['set back by hours', 0, -5 * 3_600_000],
  ])('is not held up by a clock that was %s', async (_name, first, second) => {
    const clock = { aheadMs: first };
    let calls = 0;
    const now = () => Date.now() + clock.aheadMs;
    const { add, start, pauseOf, ...parts } = await workerWith(
      (persons) => all(calls++ === 0 ? { is: 'later', reason: 'no answer' } : { is: 'delivered' })(persons),
      { now, random: () => 0.2 },
    );
    await add('ada@example.com');
    const worker = start();
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures).toBe(1);
    });
    await worker.stop(0);
    clock.aheadMs = second;
    start();
    await vi.waitFor(async () => {
      expect(await waitingIn(parts)).toBe(0);
    }, soon);
  });

  it('sets aside only sign-ups older than the maximum age, unsent', async () => {
    const sent: string[] = [];
    const clock = { aheadMs: -31 * day };
    const { outbox, add, start } = await workerWith(
      (persons) => {
        sent.push(...persons.map(({ email }) => email));
        return all({ is: 'delivered' })(persons);
      },
      { maxAgeMs: 30 * day, now: () => Date.now() + clock.aheadMs },
    );
    await add('old@example.com');
    clock.aheadMs = 0;
    await add('new@example.com');
    start();
    await vi.waitFor(() => {
      expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 1 });
    });
    expect(sent).toEqual(['new@example.com']);
  });

  it('sends what is replayed, however old it is', async () => {
    const sent: Contact[] = [];
    const { database, deadLetters, start, ...parts } = await workerWith(
      (persons) => {
        sent.push(...persons);
        return all({ is: 'delivered' })(persons);
      },
      { maxAgeMs: 30 * day },
    );
    await setAside(database, [{ id: 'too-old', hoursAgo: 24 * 90 }]);
    expect(await deadLetters.replay('too-old')).toBe(true);
    start();
    await vi.waitFor(async () => {
      expect(sent).toEqual([{ email: 'too-old@example.com' }]);
      expect(await waitingIn({ database, ...parts })).toBe(0);
    }, soon);
    expect((await deadLetters.list()).entries).toEqual([]);
  });

  it('sets aside whom rasa.io refuses, and logs no address', async () => {
    const { outbox, add, start, log } = await workerWith((persons) =>
      Promise.resolve(
        persons.map(({ email }) =>
          email.startsWith('bad') ? { is: 'refused', reason: `${email} is bad` } : { is: 'delivered' },
        ),
      ),
    );
    await Promise.all(['good@example.com', 'bad@example.com'].map((email) => add(email)));
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
    const { add, claims, start, pauseOf } = await workerWith(async (persons, stop) => {
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
    // As if it had not been tried: that says nothing about rasa.io, nor about this sign-up.
    const { fresh } = await claims.claim(25, new Set());
    expect(fresh).toMatchObject([{ signup: { contact: { email: 'ada@example.com' } }, attempts: 0 }]);
    expect((await pauseOf()).failures).toBe(0);
  });

  it('keeps those of a call that an answer that lacks some says nothing about', async () => {
    const sent: string[][] = [];
    const { add, start, ...parts } = await workerWith(async (persons) => {
      sent.push(persons.map(({ email }) => email));
      const outcomes = await all({ is: 'delivered' })(persons);
      return sent.length === 1 ? outcomes.slice(0, -1) : outcomes;
    });
    for (const name of ['ada', 'bob', 'cyd']) await add(`${name}@example.com`);
    start();
    await vi.waitFor(async () => {
      expect(await waitingIn(parts)).toBe(0);
    }, soon);
    expect(sent).toEqual([['ada@example.com', 'bob@example.com', 'cyd@example.com'], ['cyd@example.com']]);
  });

  it('leaves nothing of it on disk when all is delivered', async () => {
    const { add, database, dataDir, start, ...parts } = await workerWith(all({ is: 'delivered' }));
    await add('ada@example.com');
    const [row] = await database.read({ sql: sameSql('select payload from signups') });
    const sealed = Buffer.from(row?.['payload'] as Uint8Array)
      .toString('latin1')
      .slice(0, 40);
    const onDisk = async () => {
      const names = (await readdir(dataDir)).filter((name) => /db(-wal|-shm)?$/.test(name));
      return (await Promise.all(names.map((name) => readFile(join(dataDir, name), 'latin1')))).join('\n');
    };
    expect(await onDisk()).toContain(sealed);
    start();
    await vi.waitFor(async () => {
      expect(await waitingIn({ database, ...parts })).toBe(0);
      expect(await onDisk()).not.toContain(sealed);
    }, soon);
  });

  it('goes on when what became of a delivery cannot be written down, and delivers it once', async () => {
    const sent: string[] = [];
    const { database, add, start, log, ...parts } = await workerWith((persons) => {
      sent.push(...persons.map(({ email }) => email));
      return all({ is: 'delivered' })(persons);
    });
    await add('ada@example.com');
    let failures = 0;
    const write = database.write.bind(database);
    vi.spyOn(database, 'write').mockImplementation((statements, options) => {
      // A look at the lease is one statement.
      const isAcknowledgement = options?.settling === true && statements.length > 1;
      if (isAcknowledgement && failures++ < 2) return Promise.reject(new StoreUnavailable('full'));
      return write(statements, options);
    });
    const worker = start();
    await vi.waitFor(async () => {
      expect(await waitingIn({ database, ...parts })).toBe(0);
    }, soon);
    expect(sent).toEqual(['ada@example.com']);
    expect(log()).toContain('cannot be written down; nothing is sent until it is');
    await add('bob@example.com');
    worker.wake();
    await vi.waitFor(() => {
      expect(sent).toEqual(['ada@example.com', 'bob@example.com']);
    }, soon);
  });

  it('delivers while sign-ups arrive faster than anything can be delivered', async () => {
    let delivered = 0;
    const { add, start } = await workerWith((persons) => {
      delivered += persons.length;
      return all({ is: 'delivered' })(persons);
    });
    start();
    let isLoading = true;
    const load = Promise.all(
      Array.from({ length: 64 }, async (_, caller) => {
        for (let count = 0; isLoading; count++) await add(`${caller}-${count}@example.com`);
      }),
    );
    await vi.waitFor(() => {
      expect(delivered).toBeGreaterThan(200);
    }, soon);
    isLoading = false;
    await load;
  });
});

describe('what always fails', () => {
  const fails = { is: 'later', reason: 'rasa.io answered 500' } as const;

  it('of one form, a thousand times, does not keep the sign-ups of other forms from arriving', async () => {
    const arrived = new Set<string>();
    const { add, start } = await workerWith(
      (persons) => {
        if (persons.some(({ email }) => email.startsWith('bad'))) return all(fails)(persons);
        for (const { email } of persons) arrived.add(email);
        return all({ is: 'delivered' })(persons);
      },
      { random: () => 0.1 },
    );
    await Promise.all(
      Array.from({ length: 1000 }, (_, at) => add(`bad-${at}@example.com`, { form: 'broken' })),
    );
    await Promise.all(Array.from({ length: 60 }, (_, at) => add(`good-${at}@example.com`)));
    const worker = start();
    await vi.waitFor(() => {
      expect(arrived.size).toBe(60);
    }, soon);
    // Also while it goes on failing, and more of both arrive.
    for (let at = 60; at < 120; at++) {
      await add(`bad-again-${at}@example.com`, { form: 'broken' });
      await add(`good-${at}@example.com`);
    }
    worker.wake();
    await vi.waitFor(() => {
      expect(arrived.size).toBe(120);
    }, soon);
  }, 40_000);

  it.each(['of the same process', 'of the next one'])(
    'no more is sent at once, also what was put off meanwhile: %s',
    async (which) => {
      let isAway = true;
      const arrived = new Set<string>();
      const deliver = (persons: readonly Contact[]) => {
        if (isAway && persons.some(({ email }) => email.startsWith('broken'))) return all(fails)(persons);
        for (const { email } of persons) arrived.add(email);
        return all({ is: 'delivered' })(persons);
      };
      const one = await workerWith(deliver, { random: () => 0.1 });
      const waitingLater = async () => {
        const [row] = await one.database.read({
          sql: sameSql('select count(*) as n from signups where due > ?'),
          params: [Date.now() + 5 * 60_000],
        });
        return Number(row?.['n']);
      };
      for (let at = 0; at < 60; at++) await one.add(`broken-${at}@example.com`, { form: 'broken' });
      for (let at = 0; at < 60; at++) await one.add(`good-${at}@example.com`);
      const worker = one.start();
      await vi.waitFor(async () => {
        expect(await waitingLater()).toBeGreaterThan(20);
      }, soon);
      if (which === 'of the next one') await worker.stop(0);
      isAway = false;
      if (which === 'of the next one') one.start();
      await vi.waitFor(() => {
        expect(arrived.size).toBe(120);
      }, soon);
    },
    40_000,
  );

  it('of the same form does not either', async () => {
    const arrived = new Set<string>();
    const { add, start } = await workerWith((persons) => {
      if (persons.some(({ email }) => email.startsWith('bad'))) return all(fails)(persons);
      for (const { email } of persons) arrived.add(email);
      return all({ is: 'delivered' })(persons);
    });
    for (let at = 0; at < 100; at++) {
      await add(`bad-${at}@example.com`);
      await add(`good-${at}@example.com`);
    }
    start();
    await vi.waitFor(() => {
      expect(arrived.size).toBe(100);
    }, soon);
  }, 40_000);

  it('takes nobody along again once it has failed alone, or twice with others', async () => {
    const tried = new Map<string, number>();
    const crowds: number[] = [];
    const { add, start } = await workerWith((persons) => {
      const bad = persons.filter(({ email }) => email.startsWith('bad'));
      if (bad.length === 0) return all({ is: 'delivered' })(persons);
      for (const { email } of bad) {
        const times = (tried.get(email) ?? 0) + 1;
        tried.set(email, times);
        if (times > 2) crowds.push(persons.length);
      }
      return all(fails)(persons);
    });
    for (let at = 0; at < 40; at++) await add(`${at % 10 === 0 ? 'bad' : 'good'}-${at}@example.com`);
    start();
    await vi.waitFor(() => {
      expect(tried.size).toBe(4);
      expect(Math.min(...tried.values())).toBeGreaterThan(5);
    }, soon);
    expect(new Set(crowds)).toEqual(new Set([1]));
  });

  it('makes way where it is one for which rasa.io asks for a pause', async () => {
    const arrived: string[] = [];
    const { add, start, pauseOf } = await workerWith((persons) => {
      if (persons.some(({ email }) => email.startsWith('bad')))
        return all({ ...fails, afterMs: 20 })(persons);
      arrived.push(...persons.map(({ email }) => email));
      return all({ is: 'delivered' })(persons);
    });
    await add('bad@example.com');
    start();
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures).toBeGreaterThan(0);
    }, soon);
    await add('good@example.com');
    await vi.waitFor(() => {
      expect(arrived).toEqual(['good@example.com']);
    }, soon);
  });

  it('leaves every second turn to what was never tried, while rasa.io may be away', async () => {
    const arrived: string[] = [];
    const { add, start, pauseOf } = await workerWith((persons) => {
      if (persons.some(({ email }) => email.startsWith('bad'))) return all(fails)(persons);
      arrived.push(...persons.map(({ email }) => email));
      return all({ is: 'delivered' })(persons);
    });
    await add('bad@example.com');
    start();
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures).toBeGreaterThan(0);
    }, soon);
    await add('good@example.com');
    await vi.waitFor(() => {
      expect(arrived).toEqual(['good@example.com']);
    }, soon);
  });

  it('is not kept from being tried by a damaged one in front of it', async () => {
    let isBack = false;
    const sent: string[] = [];
    const { add, claims, database, deadLetters, start, pauseOf, ...parts } = await workerWith((persons) => {
      if (!isBack) return all(fails)(persons);
      sent.push(...persons.map(({ email }) => email));
      return all({ is: 'delivered' })(persons);
    });
    await add('ada@example.com');
    start();
    // After an odd number of failures one that is untried is tried next.
    await vi.waitFor(async () => {
      expect((await pauseOf()).failures % 2).toBe(1);
    }, soon);
    const wait = deferred();
    const read = database.read.bind(database);
    vi.spyOn(database, 'read').mockImplementation(async (statement) => {
      await wait.promise;
      return read(statement);
    });
    await add('damaged@example.com');
    await database.write([
      { sql: sameSql('update signups set payload = ? where lane = 0'), params: [new Uint8Array(80)] },
    ]);
    isBack = true;
    wait.resolve();
    await vi.waitFor(async () => {
      expect(await waitingIn({ database, ...parts })).toBe(0);
    }, soon);
    expect(sent).toEqual(['ada@example.com']);
    expect((await deadLetters.list()).unreadable).toHaveLength(1);
  });

  it('is delivered too once it does not fail any more', async () => {
    let isBroken = true;
    const arrived = new Set<string>();
    const { add, start } = await workerWith((persons) => {
      if (isBroken && persons.some(({ email }) => email.startsWith('bad'))) return all(fails)(persons);
      for (const { email } of persons) arrived.add(email);
      return all({ is: 'delivered' })(persons);
    });
    for (let at = 0; at < 100; at++) await add(`bad-${at}@example.com`, { form: 'broken' });
    await add('good@example.com');
    start();
    await vi.waitFor(() => {
      expect(arrived).toContain('good@example.com');
    }, soon);
    isBroken = false;
    // What was put off is due again in ten minutes at the latest; nothing of it is needed here to know that
    // it is tried.
    await vi.waitFor(() => {
      expect([...arrived].some((email) => email.startsWith('bad'))).toBe(true);
    }, soon);
  }, 40_000);
});

describe('several sign-ups of one person', () => {
  it('arrive in their order, also where the first one has to be tried again', async () => {
    const sent: unknown[] = [];
    let isFirst = true;
    const { add, start, ...parts } = await workerWith((persons) => {
      const fails = isFirst;
      isFirst = false;
      if (!fails) sent.push(...persons.map(({ email, first_name }) => `${email} ${String(first_name)}`));
      return all(fails ? { is: 'later', reason: 'no answer' } : { is: 'delivered' })(persons);
    });
    for (const first_name of ['first', 'second', 'third']) {
      await add('', { contact: { email: 'ada@example.com', first_name } });
    }
    start();
    await vi.waitFor(async () => {
      expect(await waitingIn(parts)).toBe(0);
    }, soon);
    expect(sent).toEqual(['first', 'second', 'third'].map((name) => `ada@example.com ${name}`));
  });
});

describe('two processes', () => {
  it('deliver each sign-up once: one works, the other takes over when that one stops', async () => {
    const sent: string[] = [];
    const deliver = (by: string) => (persons: readonly Contact[]) => {
      sent.push(...persons.map(({ email }) => `${email} by ${by}`));
      return all({ is: 'delivered' })(persons);
    };
    const one = await workerWith(deliver('one'));
    const first = one.start();
    await one.add('ada@example.com');
    await vi.waitFor(() => {
      expect(sent).toEqual(['ada@example.com by one']);
    }, soon);
    const two = await workerWith(deliver('two'), { dataDir: one.dataDir });
    two.start();
    await two.add('bob@example.com');
    await vi.waitFor(() => {
      expect(sent).toHaveLength(2);
    }, soon);
    await first.stop(0);
    await two.add('cyd@example.com');
    await vi.waitFor(() => {
      expect(sent).toEqual(['ada@example.com by one', 'bob@example.com by one', 'cyd@example.com by two']);
    }, soon);
  });

  it('stop at once where a write says that another one has taken over', async () => {
    const calling = deferred();
    const answer = deferred();
    const sent: string[] = [];
    const { add, database, start, log } = await workerWith(async (persons) => {
      sent.push(...persons.map(({ email }) => email));
      calling.resolve();
      await answer.promise;
      return all({ is: 'delivered' })(persons);
    });
    await add('ada@example.com');
    start();
    await calling.promise;
    await database.write([{ sql: sameSql('update leases set epoch = epoch + 1') }]);
    // No look at the lease says so before the write does.
    const write = database.write.bind(database);
    vi.spyOn(database, 'write').mockImplementation((statements, options) => {
      const isLook = options?.settling === true && statements.length === 1;
      return isLook ? Promise.reject(new StoreUnavailable('timed_out')) : write(statements, options);
    });
    answer.resolve();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toEqual(['ada@example.com']);
    expect(log()).not.toContain('cannot be written down');
  });

  it('take over within 15 seconds from one that died, whose late acknowledgement changes nothing', async () => {
    const calling = deferred();
    const answer = deferred<readonly Outcome[]>();
    let abortedAtMs = Infinity;
    const dying = await workerWith((persons, stop) => {
      calling.resolve();
      stop.addEventListener('abort', () => {
        abortedAtMs = performance.now();
        answer.resolve(persons.map(() => ({ is: 'delivered' })));
      });
      return answer.promise;
    });
    await dying.add('ada@example.com');
    // Its look at the lease never comes back any more, as if the process were stopped.
    const looks = vi.spyOn(dying.database, 'write');
    dying.start();
    await calling.promise;
    looks.mockImplementation(() => Promise.reject(new StoreUnavailable('timed_out')));
    const database = await openStore({ dataDir: dying.dataDir, log: quiet });
    onTestFinished(() => database.close());
    const sent: string[] = [];
    let sentAtMs = 0;
    const start = performance.now();
    const heir = await workerWith(
      (persons) => {
        sentAtMs = performance.now();
        sent.push(...persons.map(({ email }) => email));
        return all({ is: 'later', reason: 'busy', afterMs: 60_000 })(persons);
      },
      { dataDir: dying.dataDir },
    );
    heir.start();
    await vi.waitFor(
      () => {
        expect(sent).toEqual(['ada@example.com']);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(abortedAtMs).toBeLessThan(sentAtMs);
    looks.mockRestore();
    answer.resolve([{ is: 'delivered' }]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await waitingIn({ database })).toBe(1);
  }, 40_000);
});
