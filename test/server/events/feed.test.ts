import { describe, expect, it } from 'vitest';
import { Tokens, type Scope } from '../../../server/contacts/tokens.ts';
import { CursorLost, Feed, type FeedPage } from '../../../server/events/feed.ts';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { Teller } from '../../../server/events/teller.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { pause } from '../../../server/system/pause.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const key = 'ab'.repeat(32);
const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 50 };

interface Answer extends Partial<FeedPage> {
  readonly code?: string;
}

/** A running proxy, and an application that reads its events. */
async function startFeed(engine: Engine, env: Readonly<Record<string, string>> = {}) {
  const place = { ...(await newPlace(engine)), key: new Secret(key) };
  const service = await startService({
    DATA_DIR: place.dataDir,
    OUTBOX_KEY: key,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl.reveal() }),
    ...env,
  });
  const database = await openTestStore(place);
  const tokens = new Tokens({ database });
  let made = 0;
  const newToken = async (scopes: readonly Scope[] = ['events:read'], account = 'main') =>
    (await tokens.create({ name: `t${++made}`, account, scopes, validForMs: undefined })) ?? '';
  const get = async (query: string, token: string, signal: AbortSignal | null = null) => {
    const answer = await fetch(`${service.url}/api/events${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer };
  };
  const signUp = async (name: string) => {
    const answer = await fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ email: `${name}@example.com` }),
    });
    expect(answer.status).toBe(202);
  };
  return { service, database, newToken, get, signUp };
}

const typesOf = ({ events = [] }: Answer) => events.map(({ type }) => type);

function event(subject: string, changes: Partial<NewEvent> = {}): NewEvent {
  return { type: 'contact.updated', account: 'main', subject, atMs: 1_800_000_000_000, data: {}, ...changes };
}

describe.each(engines)('GET /api/events on %s', (engine) => {
  it('tells of a sign-up that it was accepted and then delivered, without its address', async () => {
    const { newToken, get, signUp } = await startFeed(engine);
    const token = await newToken();
    await signUp('ada');
    await expect.poll(async () => (await get('', token)).body.events, soon).toHaveLength(2);
    const { body } = await get('', token);
    const [accepted, delivered] = body.events ?? [];
    expect(accepted).toEqual({
      id: expect.stringMatching(/^evt_[\w]+$/) as string,
      type: 'signup.accepted',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      data: { account: 'main', id: expect.any(String) as string, form: 'newsletter' },
    });
    expect(delivered).toMatchObject({ type: 'signup.delivered', data: accepted?.data });
    expect(JSON.stringify(body)).not.toMatch(/ada(@|%40)/);
    const again = await get(`?after=${body.next ?? ''}`, token);
    expect(again.body).toEqual({ events: [], next: body.next });
  }, 60_000);

  it('tells at once of what waits while rasa.io is away, once a token may read', async () => {
    const { newToken, get, signUp, service, database } = await startFeed(engine);
    await service.sandbox?.close();
    const token = await newToken();
    const marked = sameSql(`select value from event_numbers where name like 'told %' and value >= 0`);
    await expect.poll(() => database.read({ sql: marked }), soon).toHaveLength(1);
    await signUp('bob');
    await expect.poll(async () => typesOf((await get('', token)).body), soon).toEqual(['signup.accepted']);
  }, 60_000);

  it('answers a request that waits as soon as something happens, and one that has waited in vain', async () => {
    const { newToken, get, database } = await startFeed(engine);
    const token = await newToken();
    expect((await get('?wait=1', token)).body.events).toEqual([]);
    // More than may wait at once, and all of them go away: their places are free again.
    const leaving = new AbortController();
    const left = Promise.allSettled(
      Array.from({ length: 220 }, () => get('?wait=30', token, leaving.signal)),
    );
    await pause(500, new AbortController().signal);
    leaving.abort();
    await left;
    const waitedMs = async () => {
      const beganMs = performance.now();
      await get('?wait=1', token);
      return performance.now() - beganMs;
    };
    await expect.poll(waitedMs, soon).toBeGreaterThan(900);
    // One event answers all who wait, told by whatever process.
    const waiting = Array.from({ length: 100 }, () => get('?wait=30', token));
    await database.write(eventStatements([event('a')], Date.now()));
    for (const { body } of await Promise.all(waiting)) expect(typesOf(body)).toEqual(['contact.updated']);
  }, 60_000);

  it('shows a token only its account, the types that are asked for, and pages in order', async () => {
    const { newToken, get, database } = await startFeed(engine);
    const token = await newToken();
    const many = Array.from({ length: 230 }, (_, at) => event(`s${at}`));
    await database.write(eventStatements([event('x', { account: 'other' }), ...many], Date.now()));
    await database.write(eventStatements([event('i', { type: 'import.finished' })], Date.now()));
    const ids: string[] = [];
    let after = '';
    for (;;) {
      const { body } = await get(after, token);
      if (body.events?.length === 0) break;
      ids.push(...(body.events ?? []).map(({ id }) => id));
      after = `?after=${body.next ?? ''}`;
    }
    expect(ids).toEqual([
      ...many.map(({ subject }) => `evt_${subject}_contact_updated`),
      'evt_i_import_finished',
    ]);
    expect(typesOf((await get('?types=import.*', token)).body)).toEqual(['import.finished']);
    expect(typesOf((await get('?types=signup.accepted,import.finished', token)).body)).toEqual([
      'import.finished',
    ]);
  }, 60_000);

  it('says what is wrong with a request', async () => {
    const { newToken, get } = await startFeed(engine);
    const token = await newToken();
    const codes = async (query: string, shown = token) => {
      const { status, body } = await get(query, shown);
      return [status, body.code];
    };
    expect(await codes('', await newToken(['contacts:read']))).toEqual([403, 'forbidden']);
    expect(await codes('', 'rst_wrong')).toEqual([401, 'unauthorized']);
    for (const query of [
      '?after=',
      '?after=x',
      '?after=1-',
      '?after=1-ABCDEF01',
      '?after=1-0123456789',
      '?after=1&after=2',
      '?wait=31',
      '?wait=-1',
      '?types=signup.gone',
    ])
      expect(await codes(query), query).toEqual([400, 'malformed']);
    expect(await codes('?after=7')).toEqual([410, 'cursor_lost']);
  }, 60_000);
});

describe.each(engines)('events on %s', (engine) => {
  it('are skipped by no cursor, however many processes tell at once', async () => {
    const place = await newPlace(engine);
    const stores = await Promise.all([1, 2, 3].map(() => openTestStore(place)));
    const [reader] = stores;
    if (!reader) throw new Error('There is no store.');
    const told = new AbortController();
    const telling = Promise.all(
      stores.map(async (store, at) => {
        for (let turn = 0; turn < 40; turn++) {
          const both = [event(`p${at}-${turn}a`), event(`p${at}-${turn}b`)];
          await store.write([...eventStatements(both, Date.now())]);
        }
      }),
    ).finally(() => {
      told.abort();
    });
    const feed = new Feed({ database: reader });
    const read: string[] = [];
    let after: string | undefined;
    for (let isLast = false; !isLast;) {
      isLast = told.signal.aborted;
      const page = await feed.read({ account: 'main', after, types: [] });
      read.push(...page.events.map(({ id }) => id));
      after = page.next;
    }
    await telling;
    const all = await reader.read({ sql: sameSql('select id from events order by seq') });
    expect(all).toHaveLength(240);
    expect(read).toEqual(all.map(({ id }) => id).slice(0, read.length));
    expect((await feed.read({ account: 'main', after, types: [] })).events.length + read.length).toBe(240);
  });

  it('are told once, also where their write is repeated', async () => {
    const database = await openTestStore(await newPlace(engine));
    const statements = eventStatements([event('a'), event('b')], 1000);
    await database.write([...statements]);
    await database.write([...statements, ...eventStatements([event('c')], 1000)]);
    const { events } = await new Feed({ database }).read({ account: 'main', after: undefined, types: [] });
    expect(events.map(({ id }) => id)).toEqual(['a', 'b', 'c'].map((name) => `evt_${name}_contact_updated`));
  });

  it('are deleted after 30 days, and a cursor from before is refused', async () => {
    const database = await openTestStore(await newPlace(engine));
    const day = 24 * 60 * 60_000;
    await database.write([...eventStatements([event('old'), event('older')], 10 * day)]);
    await database.write([...eventStatements([event('new')], 30 * day)]);
    const teller = (now: number) =>
      new Teller({ database, places: new Map(), isRead: () => Promise.resolve(false), now: () => now });
    const nothing = { sql: sameSql('select 1 as held') };
    const feed = new Feed({ database });
    const read = async (after?: string) =>
      (await feed.read({ account: 'main', after, types: [] })).events.map(({ id }) => id);
    await teller(39 * day).sweep(nothing);
    expect(await read('1')).toHaveLength(2);
    await teller(41 * day).sweep(nothing);
    expect(await read()).toEqual(['evt_new_contact_updated']);
    expect(await read('2')).toEqual(['evt_new_contact_updated']);
    await expect(read('1')).rejects.toThrow(CursorLost);
    await expect(read('4')).rejects.toThrow(CursorLost);
  });

  it('are not passed over where they are deleted while somebody reads on', async () => {
    const database = await openTestStore(await newPlace(engine));
    await database.write([...eventStatements([event('a'), event('b')], 1000)]);
    await database.write([...eventStatements([event('c')], 50 * 24 * 60 * 60_000)]);
    const nowMs = 51 * 24 * 60 * 60_000;
    const [places, isRead] = [new Map(), () => Promise.resolve(true)];
    const teller = new Teller({ database, places, isRead, now: () => nowMs });
    const nothing = { sql: sameSql('select 1 as held') };
    // The deletion comes just before what the cursor allows is read.
    const reading: Pick<Database, 'read'> = {
      async read(statement) {
        if (statement.sql.sqlite.includes('seq > ?')) await teller.sweep(nothing);
        return database.read(statement);
      },
    };
    const { next } = await new Feed({ database }).read({ account: 'main', after: undefined, types: [] });
    expect(next).toMatch(/^3-/);
    const late = new Feed({ database: reading });
    await expect(late.read({ account: 'main', after: '0', types: [] })).rejects.toThrow(CursorLost);
    const fresh = await late.read({ account: 'main', after: undefined, types: [] });
    expect(fresh.events.map(({ id }) => id)).toEqual(['evt_c_contact_updated']);
  });

  it('are not read on with a cursor of another database, however many that one has told', async () => {
    const [one, other] = [
      await openTestStore(await newPlace(engine)),
      await openTestStore(await newPlace(engine)),
    ];
    await one.write([...eventStatements([event('a'), event('b')], 1000)]);
    await other.write([...eventStatements([event('a'), event('c'), event('d')], 1000)]);
    const all = { account: 'main', types: [] };
    const { next } = await new Feed({ database: one }).read({ ...all, after: undefined });
    await one.write([...eventStatements([event('e')], 1000)]);
    const read = await new Feed({ database: one }).read({ ...all, after: next });
    expect(read.events.map(({ id }) => id)).toEqual(['evt_e_contact_updated']);
    await expect(new Feed({ database: other }).read({ ...all, after: next })).rejects.toThrow(CursorLost);
  });
});
