import { describe, expect, it } from 'vitest';
import {
  lastPeopleRead,
  peopleOfV1,
  peopleOfV2,
  readPeople,
} from '../../../server/accounts/people-reading.ts';
import { People } from '../../../server/accounts/people.ts';
import { variantNames, variants } from '../../../server/sandbox/control/variants.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { clientsOf, envelope, scriptRasa } from '../../helpers/server/scripted-rasa.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const account = { upstream: 'v1 https://api.rasa.io', account: 'one' };
const other = { upstream: 'v1 https://api.rasa.io', account: 'two' };
const { signal } = new AbortController();

async function openPeople(engine?: Engine) {
  const database = await openTestStore(
    engine === undefined ? { dataDir: await directoryInMemory() } : await newPlace(engine),
  );
  return { database, people: await People.open({ database }) };
}

async function openSandboxWithPeople() {
  const sandbox = await startSandbox();
  const { username, password, apiKey = '' } = sandbox.credentials;
  const { rasa, v2 } = clientsOf(
    sandbox.url,
    {},
    { username, password, apiKey },
    { clientId: sandbox.clientId, clientSecret: apiKey },
  );
  const ids: Record<string, string> = {};
  for (const name of ['ada', 'bob', 'cleo', 'dan']) {
    const { id = '' } = await rasa.persons.save({ email: `${name}@example.com` });
    ids[name] = id;
  }
  await rasa.persons.unsubscribe(ids['bob'] ?? '');
  await rasa.persons.unsubscribe(ids['dan'] ?? '');
  return { sandbox, rasa, v2, ids };
}

describe.each(engines)('what is known of people on %s', (engine) => {
  it('is kept for each account, and by addresses in any case', async () => {
    const { people } = await openPeople(engine);
    await people.learn(account, [
      { person: people.hashOf('Ada@Example.com'), rasaId: '1', subscription: 'unsubscribed', reason: 'API' },
    ]);
    expect(await people.of(account, ' ada@example.com')).toMatchObject({
      rasaId: '1',
      state: 'unsubscribed',
      sticky: ['unsubscribed'],
      reason: 'API',
    });
    expect(await people.of(other, 'ada@example.com')).toBeUndefined();
    expect(await people.of(account, 'bob@example.com')).toBeUndefined();
  });

  it('changes only where something new is said', async () => {
    const { people } = await openPeople(engine);
    const person = people.hashOf('ada@example.com');
    await people.learn(account, [{ person, rasaId: '1', subscription: 'complained', reason: 'Spam Report' }]);
    await people.learn(account, [{ person, archivedAtMs: 1_000 }]);
    await people.learn(account, [{ person, rasaId: '2' }]);
    expect(await people.of(account, 'ada@example.com')).toMatchObject({
      rasaId: '2',
      state: 'archived',
      sticky: ['complained', 'archived'],
      reason: 'Spam Report',
    });
    await people.learn(account, [{ person, subscription: 'subscribed', archivedAtMs: 0 }]);
    expect(await people.of(account, 'ada@example.com')).toMatchObject({ state: 'subscribed', sticky: [] });
  });

  it('of two contacts with one address, counts the one that is not subscribed', async () => {
    const { people } = await openPeople(engine);
    const person = people.hashOf('ada@example.com');
    const [gone, here] = [
      { person, rasaId: '1', subscription: 'unsubscribed' },
      { person, rasaId: '2', subscription: 'subscribed' },
    ] as const;
    await people.learn(account, [gone, here]);
    expect(await people.of(account, 'ada@example.com')).toMatchObject({ state: 'unsubscribed' });
    await people.learn(account, [here, gone]);
    expect(await people.of(account, 'ada@example.com')).toMatchObject({ state: 'unsubscribed' });
  });

  it('is read from the list once, and then what has changed', async () => {
    const { database, people } = await openPeople(engine);
    const { rasa, ids } = await openSandboxWithPeople();
    const progress: unknown[] = [];
    const options = { database, people, account, source: peopleOfV1(rasa.persons), signal };
    expect(await lastPeopleRead(database, account)).toEqual({ completeAtMs: 0, readAtMs: 0 });
    await readPeople({ ...options, onProgress: (one) => progress.push(one) });
    expect(progress).toEqual([{ read: 4, total: 4 }]);
    expect(await people.of(account, 'ada@example.com')).toMatchObject({
      rasaId: ids['ada'],
      state: 'subscribed',
    });
    expect(await people.of(account, 'bob@example.com')).toMatchObject({
      state: 'unsubscribed',
      reason: 'API',
    });

    await rasa.persons.archive(ids['cleo'] ?? '');
    await rasa.persons.archive(ids['dan'] ?? '');
    await rasa.persons.unsubscribe(ids['ada'] ?? '');
    const read = await readPeople(options);
    expect(read.completeAtMs).toBeGreaterThan(0);
    expect(await lastPeopleRead(database, account)).toEqual(read);
    expect(await people.of(account, 'cleo@example.com')).toMatchObject({ sticky: ['archived'] });
    expect(await people.of(account, 'dan@example.com')).toMatchObject({
      sticky: ['unsubscribed', 'archived'],
    });
    expect(await people.of(account, 'ada@example.com')).toMatchObject({ sticky: ['unsubscribed'] });

    await rasa.persons.save({ email: 'cleo@example.com' });
    await readPeople(options);
    expect(await people.of(account, 'cleo@example.com')).toMatchObject({ state: 'subscribed' });
  });
});

describe('reading the list', () => {
  it(
    'finds the same in every variant of rasa.io’s answers, in both versions',
    { timeout: 300_000 },
    async () => {
      const { sandbox, rasa, v2, ids } = await openSandboxWithPeople();
      await rasa.persons.archive(ids['cleo'] ?? '');
      for (const name of variantNames) {
        for (const value of variants[name].values) {
          await sandbox.putFaults({ variants: { [name]: value } });
          const { database, people } = await openPeople();
          for (const [version, source] of [
            [1, peopleOfV1(rasa.persons)],
            [2, peopleOfV2(v2.contacts)],
          ] as const) {
            const of = { upstream: `v${version}`, account: '' };
            await readPeople({ database, people, account: of, source, signal });
            const found = await Promise.all(
              ['ada', 'bob', 'cleo'].map(async (one) => (await people.of(of, `${one}@example.com`))?.state),
            );
            // Version 1 tells no address of those that were archived before the first reading.
            const cleo = version === 1 ? undefined : 'archived';
            expect(found, `${name} ${value}, version ${version}`).toEqual([
              'subscribed',
              'unsubscribed',
              cleo,
            ]);
          }
        }
      }
    },
  );

  it('goes on where it was stopped, and misses nobody who has moved up meanwhile', async () => {
    let everybody = Array.from({ length: 120 }, (_, index) => ({
      id: `p${index}`,
      email: `p${index}@example.com`,
      is_subscribed: 0,
    }));
    const gone: object[] = [];
    let fails = false;
    const { url, asked } = await scriptRasa(({ path, query }) => {
      const skip = Number(query.get('skip') ?? 0);
      if (path.startsWith('/v1/persons/deleted')) return { body: envelope(gone.slice(skip)) };
      if (fails && skip >= 100) return { status: 500 };
      return { body: envelope(everybody.slice(skip, skip + 50)) };
    });
    const { rasa } = clientsOf(url);
    const { database, people } = await openPeople();
    const options = { database, people, account, source: peopleOfV1(rasa.persons), signal };
    fails = true;
    await expect(readPeople(options)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await lastPeopleRead(database, account)).completeAtMs).toBe(0);

    fails = false;
    everybody = everybody.filter(({ id }) => !['p3', 'p4'].includes(id));
    gone.push({ id: 'p3' }, { id: 'p4' });
    asked.length = 0;
    await readPeople(options);
    const skips = asked
      .filter(({ path }) => path.startsWith('/v1/persons?'))
      .map(({ query }) => query.get('skip'));
    expect(skips[0]).toBe('98');
    for (const { email } of everybody) {
      expect(await people.of(account, email)).toMatchObject({ state: 'unsubscribed' });
    }
    expect(await people.of(account, 'p3@example.com')).toMatchObject({
      sticky: ['unsubscribed', 'archived'],
    });
  });

  it.each([
    ['Bounce', 'bounced'],
    ['SoftBounce', 'bounced'],
    ['Spam Report', 'complained'],
    ['OneClickUnsubscribe', 'unsubscribed'],
    ['Dropped', 'unsubscribed'],
    [null, 'unsubscribed'],
  ])('understands the reason %s', async (unsubscribe_reason, state) => {
    const { url } = await scriptRasa(({ path, query }) =>
      path.startsWith('/v1/persons?') && !query.has('skip')
        ? {
            body: envelope([{ id: '1', email: 'ada@example.com', is_subscribed: false, unsubscribe_reason }]),
          }
        : { body: envelope([]) },
    );
    const { database, people } = await openPeople();
    const source = peopleOfV1(clientsOf(url).rasa.persons);
    await readPeople({ database, people, account, source, signal });
    expect(await people.of(account, 'ada@example.com')).toMatchObject({ state });
  });
});
