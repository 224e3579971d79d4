import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Claims } from '../../../server/outbox/claims.ts';
import { OutboxFull, retryName, type Added } from '../../../server/outbox/outbox.ts';
import { sameSql } from '../../../server/store/database.ts';
import { ExpectationFailed, StoreUnavailable } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { makeSignup, namesOf, openTestOutbox, setAside, toSandbox } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const hourMs = 3_600_000;
const anId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(engines)('the outbox on %s', (engine) => {
  it('gives out the oldest first, and what was delivered never again', async () => {
    const { add, due, settle } = await openTestOutbox({ place: await newPlace(engine) });
    for (const name of ['first', 'second', 'third']) expect(await add(name)).toBe('stored');
    const batch = await due(2);
    expect(namesOf(batch)).toEqual(['first', 'second']);
    expect(batch.map(({ signup }) => signup.id)).toEqual([
      expect.stringMatching(anId),
      expect.stringMatching(anId),
    ]);
    await settle(batch.map((waiting) => ({ waiting, is: 'delivered' })));
    expect(namesOf(await due())).toEqual(['third']);
  });

  it('keeps everything of a sign-up, across a restart', async () => {
    const place = await newPlace(engine);
    const first = await openTestOutbox({ place, now: () => Date.parse('2026-11-01T00:00:00Z') });
    const contact = { email: 'zoë@example.com', first_name: 'Zoë 😀', is_subscribed: true };
    await first.outbox.add({ form: 'events', contact });
    await first.close();
    const [waiting] = await (await openTestOutbox({ place })).due();
    expect(waiting?.signup).toEqual({
      id: expect.stringMatching(anId) as string,
      form: 'events',
      contact,
      acceptedAt: '2026-11-01T00:00:00.000Z',
    });
  });

  it('keeps what was accepted, and what is to be tried again, when the process dies', async () => {
    const place = await newPlace(engine);
    const dying = await openTestOutbox({ place });
    await Promise.all(['a', 'b', 'c'].map((name) => dying.add(name)));
    const batch = await dying.due(2);
    await dying.settle(batch.map((waiting) => ({ waiting, is: 'later', lane: 'retry', dueMs: Date.now() })));
    // Nothing is closed.
    const { due } = await openTestOutbox({ place });
    const found = await due();
    expect(namesOf(found).sort()).toEqual(['a', 'b', 'c']);
    expect(found.map(({ attempts }) => attempts).sort()).toEqual([0, 1, 1]);
  });

  it('waits with what is to be tried later, and sets aside what is refused, with the reason', async () => {
    const clock = { ms: Date.now() };
    const { add, due, settle, deadLetters, outbox } = await openTestOutbox({
      place: await newPlace(engine),
      now: () => clock.ms,
    });
    for (const name of ['later', 'refused']) await add(name);
    const [later, refused] = await due();
    if (!later || !refused) throw new Error('nothing is due');
    await settle([
      { waiting: later, is: 'later', lane: 'retry', dueMs: clock.ms + 5000 },
      { waiting: refused, is: 'refused', code: 'refused', reason: 'no such segment' },
    ]);
    expect(await due()).toEqual([]);
    expect(outbox.counts()).toMatchObject({ waiting: 1, deadLetters: 1 });
    clock.ms += 5000;
    expect(namesOf(await due())).toEqual(['later']);
    const { entries } = await deadLetters.list();
    expect(entries).toMatchObject([{ signup: refused.signup, reason: 'no such segment', attempts: 1 }]);
  });

  it('takes the same acknowledgement twice, as after a write of which nobody knows how it ended', async () => {
    const { add, due, settle, deadLetters } = await openTestOutbox({ place: await newPlace(engine) });
    for (const name of ['refused', 'damaged']) await add(name);
    const [waiting, damaged] = await due();
    if (!waiting || !damaged) throw new Error('nothing is due');
    for (const reason of ['the first words', 'the second words']) {
      await settle([{ waiting, is: 'refused', code: 'refused', reason }], { damaged: [damaged.signup.id] });
    }
    expect(await due()).toEqual([]);
    expect(await deadLetters.list()).toMatchObject({
      entries: [{ signup: waiting.signup, reason: 'the first words' }],
      unreadable: [damaged.signup.id],
    });
  });

  it('does not wait for longer than an hour for a time that a wrong clock has written', async () => {
    const clock = { ms: Date.now() };
    const { add, due, settle } = await openTestOutbox({ place: await newPlace(engine), now: () => clock.ms });
    for (const name of ['retry', 'alone']) await add(name);
    const batch = await due();
    await settle(
      batch.map((waiting, at) => ({
        waiting,
        is: 'later',
        lane: at === 0 ? 'retry' : 'alone',
        dueMs: clock.ms + 24 * hourMs,
      })),
    );
    expect(namesOf(await due()).sort()).toEqual(['alone', 'retry']);
  });

  it('lets nobody acknowledge who has lost the lease', async () => {
    const place = await newPlace(engine);
    const { add, due, database, acknowledgements } = await openTestOutbox({ place });
    const leases = new Leases({ database, owner: 'a test' });
    const held = await leases.look('deliver to somewhere');
    await add('ada');
    const [waiting] = await due();
    if (!waiting || !held) throw new Error('nothing is due');
    const settle = () =>
      acknowledgements.settle({
        fence: leases.fence(held),
        acknowledgements: [{ waiting, is: 'delivered' }],
      });
    await database.write([{ sql: sameSql('update leases set epoch = epoch + 1') }]);
    await expect(settle()).rejects.toThrow(ExpectationFailed);
    expect(namesOf(await due())).toEqual(['ada']);
    await database.write([{ sql: sameSql('update leases set epoch = epoch - 1') }]);
    await settle();
    expect(await due()).toEqual([]);
  });

  it('keeps for another destination what is meant for that one', async () => {
    const place = await newPlace(engine);
    const rasa = { upstream: 'v1 https://api.rasa.io', account: 'a' };
    const first = await openTestOutbox({ place, destination: rasa });
    await first.add('for-rasa');
    await first.close();
    const { add, due, drain, outbox, close } = await openTestOutbox({ place });
    expect(outbox.counts()).toMatchObject({ waiting: 0, elsewhere: [{ ...rasa, waiting: 1 }] });
    await add('for-the-sandbox');
    expect(await drain()).toEqual(['for-the-sandbox']);
    await close();
    for (const other of [
      { ...rasa, account: 'b' },
      { ...rasa, upstream: 'v1 https://elsewhere.example' },
    ]) {
      const there = await openTestOutbox({ place, destination: other });
      expect(await there.due()).toEqual([]);
      await there.close();
    }
    expect(await due().catch(() => 'closed')).toBe('closed');
    expect(await (await openTestOutbox({ place, destination: rasa })).drain()).toEqual(['for-rasa']);
  });

  it('refuses more than it may hold, and takes more once there is room', async () => {
    const { add, drain } = await openTestOutbox({ place: await newPlace(engine), max: 2 });
    await Promise.all(['first', 'second'].map((name) => add(name)));
    await expect(add('third')).rejects.toThrow(OutboxFull);
    await drain();
    expect(await add('third')).toBe('stored');
    const crowd = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => add(name)));
    expect(crowd.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('says how many wait and since when, also of what other processes did', async () => {
    const place = await newPlace(engine);
    const one = await openTestOutbox({ place, now: () => Date.parse('2026-11-01T00:00:00Z') });
    await one.add('old');
    const two = await openTestOutbox({ place });
    await two.add('new');
    expect(two.outbox.counts()).toMatchObject({
      waiting: 2,
      elsewhere: [],
      oldestMs: Date.parse('2026-11-01T00:00:00Z'),
    });
    await vi.waitFor(() => {
      expect(one.outbox.counts().waiting).toBe(2);
    }, 5000);
    await two.drain();
    await vi.waitFor(() => {
      expect(one.outbox.counts()).toEqual({ waiting: 0, elsewhere: [], deadLetters: 0, oldestMs: undefined });
    }, 5000);
  });
});

describe.each(engines)('a retry on %s', (engine) => {
  const retry = 'the name of a sign-up and its contents';

  it('is stored once, however many come at the same time, at whichever process', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openTestOutbox({ place }), await openTestOutbox({ place })];
    const added = await Promise.all(
      [one, two, one, two].map(({ outbox }) => outbox.add(makeSignup('ada'), { retry })),
    );
    expect(added.sort()).toEqual(['duplicate', 'duplicate', 'duplicate', 'stored']);
    expect(await one.drain()).toEqual(['ada']);
  });

  it('is known across a restart, and after its delivery', async () => {
    const place = await newPlace(engine);
    const first = await openTestOutbox({ place });
    await first.outbox.add(makeSignup('ada'), { retry });
    await first.drain();
    await first.close();
    const { outbox } = await openTestOutbox({ place });
    expect(await outbox.wasAdded(retry)).toBe(true);
    expect(await outbox.add(makeSignup('ada'), { retry })).toBe('duplicate');
    expect(await outbox.wasAdded('another')).toBe(false);
  });

  it('is another sign-up when its contents are others, and both are delivered in their order', async () => {
    const { outbox, drain } = await openTestOutbox({ place: await newPlace(engine) });
    const answers: Added[] = [];
    for (const name of ['ada', 'bob', 'ada']) {
      answers.push(await outbox.add(makeSignup(name), { retry: `one id, ${name} ${answers.length}` }));
    }
    expect(answers).toEqual(['stored', 'stored', 'stored']);
    expect(await drain()).toEqual(['ada', 'bob', 'ada']);
  });

  it('is not known where the first one could not be stored', async () => {
    const { outbox, database, drain } = await openTestOutbox({ place: await newPlace(engine) });
    const proof = { kind: 'proof', text: 'p' } as const;
    vi.spyOn(database, 'write').mockRejectedValueOnce(new StoreUnavailable('full'));
    await expect(outbox.add(makeSignup('ada'), { retry, proof })).rejects.toThrow(StoreUnavailable);
    expect(await outbox.wasAdded(retry)).toBe(false);
    expect(await outbox.add(makeSignup('ada'), { retry, proof })).toBe('stored');
    expect(await drain()).toEqual(['ada']);
  });
});

it('the name of a sign-up and its contents does not depend on the order of the fields', () => {
  const names = ['an-id', 'newsletter'];
  const ada = { email: 'ada@example.com', first_name: 'Ada' };
  const turned = { first_name: 'Ada', email: 'ada@example.com' };
  expect(retryName(names, turned)).toBe(retryName(names, ada));
  expect(retryName(names, { ...ada, first_name: 'Adda' })).not.toBe(retryName(names, ada));
  expect(retryName(['another-id', 'newsletter'], ada)).not.toBe(retryName(names, ada));
});

describe.each(engines)('a proof or click on %s', (engine) => {
  it.each(['proof', 'click'] as const)('lets in one sign-up: %s', async (kind) => {
    const place = await newPlace(engine);
    const [one, two] = [await openTestOutbox({ place }), await openTestOutbox({ place })];
    const proof = { kind, text: 'the same one' };
    const added = await Promise.all(
      [one, two, one].map(({ outbox }, at) =>
        outbox.add(makeSignup(`visitor-${at}`), { retry: `${at}`, proof }),
      ),
    );
    expect(added.sort()).toEqual(['stored', 'used', 'used']);
    expect(await one.drain()).toHaveLength(1);
    // And is not mixed up with one of the other kind.
    const other = { kind: kind === 'proof' ? ('click' as const) : ('proof' as const), text: 'the same one' };
    expect(await one.outbox.add(makeSignup('another'), { proof: other })).toBe('stored');
  });
});

describe.each(engines)('sign-ups of one person on %s', (engine) => {
  it('are given out one after the other, and none before an earlier one that is to be tried again', async () => {
    const clock = { ms: Date.now() };
    const { outbox, due, settle, add } = await openTestOutbox({
      place: await newPlace(engine),
      now: () => clock.ms,
    });
    const named = (first_name: string) => ({
      form: 'newsletter',
      contact: { email: 'Ada@example.com', first_name },
    });
    await outbox.add(named('one'));
    await outbox.add({ ...named('two'), contact: { email: 'ada@EXAMPLE.com', first_name: 'two' } });
    await add('bob');
    const given = async () =>
      (await due()).map(({ signup }) => signup.contact['first_name'] ?? signup.contact.email);
    expect(await given()).toEqual(['one', 'bob@example.com']);
    const [first] = await due();
    if (!first) throw new Error('nothing is due');
    await settle([{ waiting: first, is: 'later', lane: 'alone', dueMs: clock.ms + 60_000 }]);
    expect(await given()).toEqual(['bob@example.com']);
    clock.ms += 60_000;
    expect((await given()).sort()).toEqual(['bob@example.com', 'one']);
    const again = (await due()).find(({ signup }) => signup.contact['first_name'] === 'one');
    if (!again) throw new Error('it is not due');
    await settle([{ waiting: again, is: 'delivered' }]);
    expect((await given()).sort()).toEqual(['bob@example.com', 'two']);
  });
});

describe.each(engines)('a row that cannot be read on %s', (engine) => {
  it('is set aside as it is where it is damaged, and keeps nobody from being delivered', async () => {
    const { add, claims, due, database, deadLetters, settle } = await openTestOutbox({
      place: await newPlace(engine),
    });
    for (const name of ['first', 'second', 'third']) await add(name);
    const [, second] = await due();
    const id = second?.signup.id ?? '';
    await database.write([
      { sql: sameSql('update signups set payload = ? where id = ?'), params: [new Uint8Array(80), id] },
    ]);
    const { damaged, fresh } = await claims.claim(25, new Set());
    expect(damaged).toEqual([id]);
    expect(namesOf(fresh)).toEqual(['first', 'third']);
    await settle([], { damaged });
    expect(await deadLetters.list()).toEqual({ entries: [], unreadable: [id] });
    expect(namesOf(await due())).toEqual(['first', 'third']);
    expect(await deadLetters.purge(id)).toBe(true);
  });

  it('waits where its key is not given, keeps nobody from being delivered, and is delivered with it', async () => {
    const place = await newPlace(engine);
    const key = new Secret('cd'.repeat(32));
    const first = await openTestOutbox({ place });
    await first.add('sealed-before');
    await first.close();
    const previousKeys = place.key ? [place.key] : [];
    const both = await openTestOutbox({ place: { ...place, key, previousKeys } });
    await both.add('sealed-after');
    const without = await openTestStore({ ...place, key });
    const claims = new Claims({ database: without, destination: toSandbox });
    expect(await claims.claim(25, new Set())).toMatchObject({
      fresh: [{ signup: { form: 'newsletter' } }],
      damaged: [],
    });
    expect(both.outbox.counts().waiting).toBe(2);
    expect(await both.drain()).toEqual(['sealed-before', 'sealed-after']);
  });
});

describe.each(engines)('dead letters on %s', (engine) => {
  it('are listed however many they are, replayed once, and purged', async () => {
    const { database, deadLetters, drain } = await openTestOutbox({ place: await newPlace(engine) });
    const ids = Array.from({ length: 1203 }, (_, at) => `dead-${String(at).padStart(4, '0')}`);
    await setAside(
      database,
      ids.map((id, at) => ({ id, hoursAgo: 2000 - at })),
    );
    expect((await deadLetters.list()).entries.map(({ signup }) => signup.id)).toEqual(ids);
    const replays = await Promise.all([1, 2, 3].map(() => deadLetters.replay('dead-0007')));
    expect(replays.sort()).toEqual([false, false, true]);
    expect(await deadLetters.purge('dead-0008')).toBe(true);
    expect(await deadLetters.purge('dead-0008')).toBe(false);
    expect(await drain()).toEqual(['dead-0007']);
    expect((await deadLetters.list()).entries).toHaveLength(1201);
  });

  it('are not found by a text that is no id', async () => {
    const { deadLetters } = await openTestOutbox({ place: await newPlace(engine) });
    for (const text of ['', 'a\0b', "' or true --", 'x'.repeat(200)]) {
      expect(await deadLetters.get(text)).toBeUndefined();
      expect(await deadLetters.replay(text)).toBe(false);
      expect(await deadLetters.purge(text)).toBe(false);
    }
  });

  it('keep the time of the sign-up when they are replayed and refused again', async () => {
    const { database, deadLetters, due, settle } = await openTestOutbox({ place: await newPlace(engine) });
    await setAside(database, [{ id: 'ada', hoursAgo: 100 }]);
    const before = await deadLetters.get('ada');
    await deadLetters.replay('ada');
    const [waiting] = await due();
    if (!waiting || typeof before !== 'object') throw new Error('it is not there');
    expect(Date.now() - waiting.sinceMs).toBeLessThan(60_000);
    await settle([{ waiting, is: 'refused', code: 'refused', reason: 'again' }]);
    expect(await deadLetters.get('ada')).toMatchObject({
      signup: before.signup,
      reason: 'again',
      attempts: 1,
    });
  });
});

describe('what lies on disk', () => {
  const contentOf = async (dir: string) => {
    const names = await readdir(dir, { recursive: true });
    return (await Promise.all(names.map((name) => readFile(join(dir, name), 'latin1')))).join('\n');
  };

  it('has no address in it that can be read, waiting, tried again, set aside or delivered', async () => {
    const dataDir = await directoryInMemory();
    const { add, due, settle, close } = await openTestOutbox({ place: { dataDir } });
    for (const name of ['delivered', 'retried', 'refused', 'waiting']) await add(name);
    const [delivered, retried, refused] = await due();
    if (!delivered || !retried || !refused) throw new Error('nothing is due');
    await settle([
      { waiting: delivered, is: 'delivered' },
      { waiting: retried, is: 'later', lane: 'retry', dueMs: 0 },
      { waiting: refused, is: 'refused', code: 'refused', reason: 'refused@example.com is bad' },
    ]);
    expect(await contentOf(dataDir)).not.toContain('example.com');
    await close();
    expect(await contentOf(dataDir)).not.toContain('example.com');
  });

  it('has nothing left of a delivered sign-up once it was tidied', async () => {
    const dataDir = await directoryInMemory();
    const { add, due, settle, database } = await openTestOutbox({ place: { dataDir } });
    await add('ada');
    const [waiting] = await due();
    if (!waiting) throw new Error('nothing is due');
    const [row] = await database.read({ sql: sameSql('select payload from signups') });
    const sealed = Buffer.from(row?.['payload'] as Uint8Array).toString('latin1');
    expect(await contentOf(dataDir)).toContain(sealed);
    await settle([{ waiting, is: 'delivered' }]);
    await database.tidy();
    const files = (await readdir(dataDir)).filter((name) => /db(-wal|-shm)?$/.test(name));
    for (const name of files) {
      expect(await readFile(join(dataDir, name), 'latin1'), name).not.toContain(sealed.slice(0, 40));
    }
  });
});
