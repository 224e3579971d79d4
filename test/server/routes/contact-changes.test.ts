import { describe, expect, it, vi } from 'vitest';
import { Tokens, type Scope } from '../../../server/contacts/tokens.ts';
import { sameSql } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { readContact, readContacts, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const key = 'ab'.repeat(32);
const { engines, newPlace } = useEngines();
const json = { 'content-type': 'application/json' };
const soon = { timeout: 15_000, interval: 50 };

type Body = Readonly<Record<string, unknown>> & {
  readonly id?: string;
  readonly results?: readonly { readonly id: string; readonly status: string }[];
};

async function startApi(engine: Engine) {
  const place = { ...(await newPlace(engine)), key: new Secret(key) };
  const service = await startService({
    DATA_DIR: place.dataDir,
    OUTBOX_KEY: key,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl.reveal() }),
  });
  const { sandbox } = service;
  if (!sandbox) throw new Error('There is no sandbox.');
  const database = await openTestStore(place);
  const tokens = new Tokens({ database });
  const newToken = async (scopes: readonly Scope[], account = 'main') =>
    (await tokens.create({ name: scopes.join(), account, scopes, validForMs: undefined })) ?? '';
  const all = await newToken(['contacts:write', 'contacts:read', 'contacts:delete']);
  const call = async (method: string, path: string, json?: unknown, token = all) => {
    const answer = await fetch(`${service.url}/api/contacts${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const send = async (...items: readonly object[]) =>
    ((await call('POST', '', items)).body.results ?? []).map(({ id }) => id);
  const became = async (id: unknown, status: string) => {
    await vi.waitFor(async () => {
      expect((await call('GET', `/${String(id)}`)).body).toMatchObject({ status });
    }, soon);
  };
  const atRasa = async (email: string) => {
    const id = (await readContacts(sandbox)).find((each) => each['email'] === email)?.['id'];
    return id === undefined ? undefined : readContact(sandbox, id);
  };
  return { service, sandbox, database, newToken, call, send, became, atRasa };
}

describe.each(engines)('changes of contacts on %s', (engine) => {
  it('changes fields, unsubscribes and archives what was delivered, by id and by ref', async () => {
    const { call, send, became, atRasa, service } = await startApi(engine);
    // In one call, so that rasa.io does not say whose id is whose.
    const ids = await send(
      { ref: 'ada', email: 'ada@example.com', first_name: 'Ada', plan: 'a' },
      { ref: 'bob', email: 'bob@example.com' },
      { ref: 'cyd', email: 'cyd@example.com', external_id: 'm-3' },
    );
    for (const id of ids) await became(id, 'delivered');
    const patched = await call('PATCH', `/${String(ids[0])}`, { first_name: '', plan: 'b', seats: 3 });
    expect(patched).toMatchObject({ status: 202, body: { status: 'accepted', contact: ids[0] } });
    const left = await call('POST', '/unsubscribe?ref=bob');
    expect(left).toMatchObject({ status: 202, body: { contact: ids[1] } });
    const archived = await call('DELETE', '?ref=cyd');
    expect(archived).toMatchObject({ status: 202, body: { contact: ids[2] } });
    for (const { body } of [patched, left, archived]) await became(body.id, 'delivered');
    expect(await atRasa('ada@example.com')).toMatchObject({ plan: 'b', seats: 3, is_subscribed: 1 });
    expect((await atRasa('ada@example.com'))?.['first_name'] ?? '').toBe('');
    expect(await atRasa('bob@example.com')).toMatchObject({ is_subscribed: 0 });
    expect(await atRasa('cyd@example.com')).toBeUndefined();
    const since = expect.stringMatching(/Z$/) as string;
    expect((await call('GET', '?ref=cyd')).body).toMatchObject({ archived_since: since });
    // What was sent before the change is no repetition, and nobody is brought back.
    const again = await call('POST', '', [
      { ref: 'ada', email: 'ada@example.com', first_name: 'Ada', plan: 'a' },
      { ref: 'bob', email: 'bob@example.com' },
      { ref: 'cyd', email: 'cyd@example.com', external_id: 'm-3' },
    ]);
    expect(again.body.results).toMatchObject([
      { status: 'accepted' },
      { status: 'left_alone', state: 'unsubscribed' },
      { status: 'left_alone', state: 'archived' },
    ]);
    expect(service.log()).not.toMatch(/rst_|example\.com/);
  });

  it('makes changes after what still waits for the person, and an erasure replaces it', async () => {
    const { sandbox, call, send, became, atRasa, database } = await startApi(engine);
    const faults = `${sandbox.url}/sandbox/faults`;
    await fetch(faults, { method: 'PUT', body: JSON.stringify({ delayMs: 3000 }), headers: json });
    const [ada, bob] = await send({ email: 'ada@example.com' }, { email: 'bob@example.com', plan: 'x' });
    const left = await call('POST', `/${String(ada)}/unsubscribe`);
    await call('PATCH', `/${String(bob)}`, { plan: 'y' });
    const erased = await call('DELETE', `/${String(bob)}?erase=true`);
    expect([left.status, erased.status]).toEqual([202, 202]);
    expect((await call('GET', `/${String(bob)}`)).body).toMatchObject({ status: 'erased' });
    expect((await call('PATCH', `/${String(bob)}`, { plan: 'z' })).status).toBe(404);
    const [anew] = await send({ email: 'bob@example.com', plan: 'new' });
    await fetch(faults, { method: 'DELETE' });
    for (const id of [ada, left.body.id, erased.body.id, anew]) await became(id, 'delivered');
    expect(await atRasa('ada@example.com')).toMatchObject({ is_subscribed: 0 });
    expect(await atRasa('bob@example.com')).toMatchObject({ plan: 'new' });
    const rows = await database.read({
      sql: sameSql('select id from signups union all select id from dead_letters'),
    });
    expect(rows).toEqual([]);
  });

  it('erases at rasa.io and here', async () => {
    const { call, send, became, atRasa, database } = await startApi(engine);
    const [ada] = await send({ ref: 1, email: 'ada@example.com' });
    await became(ada, 'delivered');
    const erased = await call('DELETE', '?ref=1&erase=true');
    await became(erased.body.id, 'delivered');
    await became(ada, 'erased');
    expect(await atRasa('ada@example.com')).toBeUndefined();
    for (const table of ['people', 'delivered_contacts']) {
      expect(await database.read({ sql: sameSql(`select 1 as n from ${table}`) })).toEqual([]);
    }
    const again = await call('POST', '', [{ ref: 1, email: 'ada@example.com' }]);
    expect(again.body.results).toMatchObject([{ status: 'accepted' }]);
  });

  it('tells no sign-up of a change', async () => {
    const { sandbox, service, call, send, became, newToken } = await startApi(engine);
    const reader = await newToken(['events:read']);
    const feed = async () => {
      const headers = { authorization: `Bearer ${reader}` };
      const answer = await fetch(`${service.url}/api/events?types=signup.*`, { headers });
      const { events } = (await answer.json()) as {
        readonly events: readonly { readonly type: string; readonly data: Body }[];
      };
      return events.map(({ type, data }) => `${type} ${data.id ?? ''}`);
    };
    const [ada] = await send({ ref: 'ada', email: 'ada@example.com' });
    await became(ada, 'delivered');
    await fetch(`${sandbox.url}/sandbox/faults`, {
      method: 'PUT',
      body: JSON.stringify({ answer: { on: 'persons', status: 503 } }),
      headers: json,
    });
    // What is accepted is told while it waits, from some time after the token was made.
    const before = (await feed()).length;
    let made = 0;
    await vi.waitFor(
      async () => {
        await send({ email: `p${made++}@example.com` });
        expect((await feed()).length).toBeGreaterThan(before);
      },
      { timeout: 15_000, interval: 500 },
    );
    const changed = await call('PATCH', '?ref=ada', { plan: 'a' });
    // A later sign-up is told of, so that the change before it was looked at.
    const [bob] = await send({ ref: 'bob', email: 'bob@example.com' });
    await vi.waitFor(async () => {
      expect(await feed()).toContain(`signup.accepted ${String(bob)}`);
    }, soon);
    await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
    await became(changed.body.id, 'delivered');
    await became(bob, 'delivered');
    expect((await feed()).filter((line) => line.endsWith(String(changed.body.id)))).toEqual([]);
    expect((await feed()).filter((line) => line.endsWith(String(ada)))).toHaveLength(2);
  });

  it('refuses what is no change, and who may not', async () => {
    const { call, send, newToken } = await startApi(engine);
    const [id = ''] = await send({ ref: 'a', email: 'ada@example.com' });
    const path = `/${id}`;
    const invalid = async (json: unknown) => {
      const { status, body } = await call('PATCH', path, json);
      return [status, body['issues']];
    };
    expect(await invalid({ email: 'eve@example.com' })).toEqual([422, { email: 'unknown' }]);
    expect(await invalid({ is_subscribed: true })).toEqual([422, { is_subscribed: 'unknown' }]);
    expect(await invalid({ tags: ['a'] })).toEqual([422, { tags: 'malformed' }]);
    expect(await invalid([{ plan: 'a' }, { plan: 'b' }])).toEqual([400, undefined]);
    expect(await invalid({})).toEqual([400, undefined]);
    expect((await call('DELETE', `${path}?erase=yes`)).status).toBe(400);
    expect((await call('DELETE', '')).status).toBe(400);
    expect((await call('PUT', path, {})).status).toBe(405);
    expect((await call('GET', `${path}/unsubscribe`)).status).toBe(405);
    const nobody = '01900000-0000-7000-8000-000000000000';
    expect((await call('DELETE', `/${nobody}`)).status).toBe(404);
    expect((await call('POST', '/unsubscribe?ref=other')).status).toBe(404);
    const writing = await newToken(['contacts:write']);
    const deleting = await newToken(['contacts:delete']);
    expect((await call('DELETE', path, undefined, writing)).status).toBe(403);
    expect((await call('PATCH', path, { plan: 'a' }, deleting)).status).toBe(403);
    expect((await call('POST', `${path}/unsubscribe`, undefined, deleting)).status).toBe(403);
  });
});
