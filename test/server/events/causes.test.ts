import { describe, expect, it } from 'vitest';
import type { AccountContacts, ContactAtRasa } from '../../../server/accounts/contacts.ts';
import { statesOf, type KeyNoteOf } from '../../../server/accounts/keys/key-notes.ts';
import { CredentialsTeller } from '../../../server/events/credentials.ts';
import { readAfter } from '../../../server/events/feed.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { forgetChanges, tellChanges } from '../../../server/survival/change-feed.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const fence = { sql: sameSql('select 1 as held') };
const destination = { upstream: 'v1 https://api.rasa.io', account: 'a' };
const startMs = Date.parse('2026-11-27T08:00:00Z');
const minuteMs = 60_000;

const told = async (database: Database) =>
  (await readAfter(database, 0, 1000)).map(({ type, data }) => ({ type, ...data }));

describe.each(engines)('changes at rasa.io on %s', (engine) => {
  /** rasa.io with contacts that the test changes, and a clock that it moves. */
  async function start() {
    const database = await openTestStore(await newPlace(engine));
    const clock = { ms: startMs };
    const atRasa = new Map<string, ContactAtRasa>();
    let isDown = false;
    const contacts: AccountContacts = {
      async *updatedSince(since) {
        await Promise.resolve();
        yield [...atRasa.values()].filter(({ updated }) => (updated?.getTime() ?? 0) >= since.getTime());
        if (isDown) throw new Error('rasa.io is down');
      },
      get: (id) => Promise.resolve(atRasa.get(id)),
      async *removedSince() {
        // Nobody is removed here.
      },
    };
    return {
      database,
      clock,
      set: (id: string, isSubscribed: boolean, reason = '') =>
        atRasa.set(id, {
          id,
          email: `${id}@example.com`,
          isSubscribed,
          isArchived: false,
          reason,
          updated: new Date(clock.ms),
        }),
      fail: (fails: boolean) => (isDown = fails),
      look: () =>
        tellChanges({
          database,
          destination,
          account: 'main',
          contacts,
          stop: new AbortController().signal,
          fence,
          now: () => clock.ms,
        }),
    };
  }

  it('are told once each, an unsubscription as such, and without an address', async () => {
    const { database, clock, set, look } = await start();
    set('old', false);
    clock.ms += 60 * minuteMs;
    await look();
    expect(await told(database)).toEqual([]);
    clock.ms += minuteMs;
    set('ada', false, 'OneClickUnsubscribe');
    set('bob', true);
    clock.ms += minuteMs;
    await look();
    await look();
    clock.ms += minuteMs;
    set('ada', false, 'ada@example.com asked for it');
    await look();
    clock.ms += minuteMs;
    set('ada', true);
    await look();
    clock.ms += minuteMs;
    set('ada', false);
    await look();
    const about = { account: 'main', contact: 'ada' };
    expect(await told(database)).toEqual([
      { ...about, type: 'contact.unsubscribed', subscribed: false, reason: 'OneClickUnsubscribe' },
      { ...about, type: 'contact.updated', contact: 'bob', subscribed: true },
      { ...about, type: 'contact.updated', subscribed: false, reason: 'other' },
      { ...about, type: 'contact.updated', subscribed: true },
      { ...about, type: 'contact.unsubscribed', subscribed: false },
    ]);
    expect(JSON.stringify(await readAfter(database, 0, 1000))).not.toContain('@');
  });

  it('are told when rasa.io answers again, none twice and none left out', async () => {
    const { database, clock, set, look, fail } = await start();
    await look();
    clock.ms += minuteMs;
    set('ada', false);
    fail(true);
    await expect(look()).rejects.toThrow('rasa.io is down');
    clock.ms += 24 * 60 * minuteMs;
    set('bob', false);
    fail(false);
    await look();
    expect(await told(database)).toMatchObject([{ contact: 'ada' }, { contact: 'bob' }]);
  });

  it('are not told of the time in which nobody read events', async () => {
    const { database, clock, set, look } = await start();
    await look();
    await database.write([forgetChanges(destination)]);
    set('ada', false);
    clock.ms += 60 * minuteMs;
    await look();
    await look();
    expect(await told(database)).toEqual([]);
  });
});

describe.each(engines)('credentials on %s', (engine) => {
  it('are told once when they fail and once when they work, whoever sees it', async () => {
    const database = await openTestStore(await newPlace(engine));
    let state: 'working' | 'refused' = 'working';
    const open = () =>
      new CredentialsTeller({ database, readStates: () => Promise.resolve(new Map([['main', state]])) });
    const [one, other] = [open(), open()];
    for (const next of ['working', 'refused', 'working', 'refused'] as const) {
      state = next;
      for (const teller of [one, other, one]) await teller.tell(fence);
    }
    const types = ['credentials.failed', 'credentials.working', 'credentials.failed'];
    expect(await told(database)).toEqual(types.map((type) => ({ type, account: 'main' })));
  });

  it('are told of a key that rasa.io refuses, by the running product', async () => {
    const sandbox = await startSandbox();
    const dataDir = await temporaryDir();
    const env = { ...credentialsFor(sandbox), RASA_API_KEY: 'revoked', DATA_DIR: dataDir };
    const service = await startService(env);
    await service.tryAccounts();
    const database = await openTestStore({ dataDir });
    await expect
      .poll(() => told(database), { timeout: 20_000, interval: 50 })
      .toEqual([{ type: 'credentials.failed', account: 'main' }]);
  }, 60_000);

  it('stand as the running process says that used them last', () => {
    const note = (at: string, credentials: KeyNoteOf['credentials'], more: Partial<KeyNoteOf> = {}) => {
      const source = { variable: 'RASA_API_KEY' };
      const sets = [{ number: 1, source, fingerprint: 'f', state: 'standby' as const, lastUse: at }];
      const running = { host: 'h', pid: 1, api: 'v1' as const, writtenAt: new Date(startMs).toISOString() };
      return { account: 'main', ...running, credentials, sets, ...more };
    };
    const [early, late] = ['2026-11-27T07:00:00.000Z', '2026-11-27T07:59:00.000Z'];
    expect(statesOf([note(early, 'working'), note(late, 'refused')], startMs).get('main')).toBe('refused');
    expect(statesOf([note(late, 'working'), note(early, 'refused')], startMs).get('main')).toBe('working');
    const retired = note(late, 'refused');
    const sets = retired.sets.map((set) => ({ ...set, state: 'retired' as const }));
    expect(statesOf([{ ...retired, sets }], startMs).get('main')).toBe('retired');
    const paused = sets.map((set) => ({ ...set, retiredUntil: late }));
    expect(statesOf([{ ...retired, sets: paused }], startMs).get('main')).toBe('refused');
    expect(statesOf([note(late, 'untried')], startMs).size).toBe(0);
    expect(statesOf([note(late, 'refused', { stoppedAt: late })], startMs).size).toBe(0);
    expect(statesOf([note(late, 'refused')], startMs + 10 * minuteMs).size).toBe(0);
  });
});
