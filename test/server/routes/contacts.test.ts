import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { People } from '../../../server/accounts/people.ts';
import { Contacts } from '../../../server/contacts/contacts.ts';
import { storeAnswer } from '../../../server/contacts/request-answers.ts';
import { Tokens, type Scope } from '../../../server/contacts/tokens.ts';
import { Outbox } from '../../../server/outbox/outbox.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { idsFrom } from '../../../server/store/ids.ts';
import { sentContacts, signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { openTestOutbox } from '../../helpers/server/outbox.ts';
import { readContact, readContacts, startService } from '../../helpers/server/service.ts';
import { countRows, openTestStore } from '../../helpers/server/store.ts';

const key = 'ab'.repeat(32);
const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 50 };

interface Result {
  readonly ref: string | number | null;
  readonly id: string | null;
  readonly status: string;
  readonly field?: string;
  readonly issue?: string;
}
interface Body {
  readonly results: readonly Result[];
  readonly code?: string;
  readonly detail?: string;
  readonly status?: string;
}

/** A running proxy on this engine, and an application with a token. */
async function startApi(engine: Engine, env: Readonly<Record<string, string>> = {}) {
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
  const newToken = async (scopes: readonly Scope[], account = 'main', validForMs?: number) =>
    (await tokens.create({ name: `t${++made}`, account, scopes, validForMs })) ?? '';
  const token = await newToken(['contacts:write', 'contacts:read']);
  const call = async (path: string, init: RequestInit = {}, shown: string | undefined = token) => {
    const answer = await fetch(`${service.url}/api/contacts${path}`, {
      ...init,
      headers: {
        ...(shown !== '' && { authorization: `Bearer ${shown}` }),
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  };
  const post = (json: unknown, headers: Readonly<Record<string, string>> = {}, shown?: string) =>
    call(
      '',
      { method: 'POST', body: typeof json === 'string' ? json : JSON.stringify(json), headers },
      shown,
    );
  return {
    ...{ service, database, tokens, newToken, token, call, post },
    countRows: (table: string) => countRows(database, table),
  };
}

const statuses = ({ body }: { readonly body: Body }) => body.results.map(({ status }) => status);

describe.each(engines)('POST /api/contacts on %s', (engine) => {
  it('takes one or many, answers each in order, and all valid ones arrive', async () => {
    const { service, post, call } = await startApi(engine);
    const one = await post({
      ref: 'a-1',
      email: 'Ada@EXAMPLE.com',
      first_name: ' Ada ',
      member_no: 17,
      vip: true,
    });
    expect(one.status).toBe(200);
    expect(one.headers.get('access-control-allow-origin')).toBeNull();
    expect(one.headers.get('cache-control')).toBe('no-store');
    const [ada] = one.body.results;
    expect(one.body).toEqual({
      results: [{ ref: 'a-1', id: expect.stringMatching(/^[\da-f-]{36}$/) as string, status: 'accepted' }],
    });
    const many = await post([
      { ref: 1, email: 'bob@example.com' },
      { ref: 2, email: 'bob' },
      { ref: 3 },
      'a text',
      { ref: 5, email: 'cyd@example.com', is_subscribed: true },
      { ref: 6, email: 'cyd@example.com', tags: ['a'] },
      { ref: 7, email: 'cyd@example.com', proof: 'eyJ9' },
      { email: 'dan@example.com' },
    ]);
    expect(many.body.results).toMatchObject([
      { ref: 1, status: 'accepted' },
      { ref: 2, id: null, status: 'invalid', field: 'email', issue: 'malformed' },
      { ref: 3, status: 'invalid', field: 'email', issue: 'missing' },
      { ref: null, status: 'invalid', issue: 'malformed' },
      { ref: 5, status: 'invalid', field: 'is_subscribed', issue: 'unknown' },
      { ref: 6, status: 'invalid', field: 'tags', issue: 'malformed' },
      { ref: 7, status: 'invalid', field: 'proof', issue: 'unknown' },
      { ref: null, status: 'accepted' },
    ]);
    // JavaScript would round them, and answer another ref, or store another number, than was sent.
    const digits = '12345678901234567891';
    const json = { 'content-type': 'application/json' };
    const rounded = await post(
      `[{"ref":${digits},"email":"eve@example.com"},{"member_no":${digits},"email":"eve@example.com"},` +
        `{"member_no":1e999,"email":"eve@example.com"},{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`,
      json,
    );
    expect(rounded.body.results).toEqual([
      { ref: null, id: null, status: 'invalid', field: 'ref', issue: 'malformed' },
      { ref: null, id: null, status: 'invalid', field: 'member_no', issue: 'malformed' },
      { ref: null, id: null, status: 'invalid', field: 'member_no', issue: 'malformed' },
      { ref: null, id: null, status: 'invalid', field: 'x', issue: 'malformed' },
    ]);
    const { sandbox } = service;
    if (!sandbox) throw new Error('There is no sandbox.');
    await vi.waitFor(async () => {
      expect((await readContacts(sandbox)).map(({ email }) => email).sort()).toEqual([
        'Ada@example.com',
        'bob@example.com',
        'dan@example.com',
      ]);
    }, soon);
    const { id } = (await readContacts(sandbox)).find(({ email }) => email === 'Ada@example.com') ?? {};
    expect(await readContact(sandbox, id)).toMatchObject({ first_name: 'Ada', member_no: 17, vip: true });
    await vi.waitFor(async () => {
      expect((await call(`/${String(ada?.id)}`)).body).toMatchObject({
        id: ada?.id,
        status: 'delivered',
        delivered_at: expect.stringMatching(/Z$/) as string,
      });
    }, soon);
    expect((await call('?ref=a-1')).body).toMatchObject({ id: ada?.id, status: 'delivered' });
    expect(service.log()).not.toMatch(/rst_|example\.com/);
  });

  it('knows the last contents of a ref again, and stores them once', async () => {
    const { post, countRows } = await startApi(engine);
    const first = await post([{ ref: 'x', email: 'ada@example.com', plan: 'a' }]);
    const again = await post([{ ref: 'x', plan: 'a', email: 'ada@example.com' }]);
    expect(statuses(again)).toEqual(['duplicate']);
    expect(again.body.results[0]?.id).toBe(first.body.results[0]?.id);
    expect(statuses(await post([{ ref: 'x', email: 'ada@example.com', plan: 'b' }]))).toEqual(['accepted']);
    expect(statuses(await post([{ ref: 'x', email: 'ada@example.com', plan: 'a' }]))).toEqual(['accepted']);
    const item = { ref: 'twice', email: 'bob@example.com' };
    expect(statuses(await post([item, item]))).toEqual(['accepted', 'duplicate']);
    const before = await countRows('sent_contacts');
    const racing = await Promise.all(
      Array.from({ length: 8 }, () => post([{ ref: 'race', email: 'cyd@example.com' }])),
    );
    expect(racing.flatMap(statuses).sort()).toEqual(['accepted', ...Array<string>(7).fill('duplicate')]);
    expect(await countRows('sent_contacts')).toBe(before + 1);
  });

  it('answers a repeated Idempotency-Key as the first time, and refuses it for another body', async () => {
    const { post, countRows } = await startApi(engine);
    const body = [{ email: 'ada@example.com' }, { email: 'no address' }];
    const headers = { 'idempotency-key': '"8e03978e-40d5-43dd"' };
    const first = await post(body, headers);
    expect(statuses(first)).toEqual(['accepted', 'invalid']);
    expect(await post(body, headers)).toMatchObject({ status: 200, body: first.body });
    // Bare is the same key.
    expect((await post(body, { 'idempotency-key': '8e03978e-40d5-43dd' })).body).toEqual(first.body);
    expect(await countRows('sent_contacts')).toBe(1);
    expect(await post([{ email: 'bob@example.com' }], headers)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    expect(await post(body, { 'idempotency-key': '""' })).toMatchObject({ status: 400 });
    const racing = await Promise.all(
      Array.from({ length: 6 }, () => post([{ email: 'cyd@example.com' }], { 'idempotency-key': 'race' })),
    );
    const answers = racing.filter(({ status }) => status === 200).map((one) => JSON.stringify(one.body));
    expect(new Set(answers).size).toBe(1);
    expect(
      racing
        .filter(({ status }) => status !== 200)
        .every(({ body }) => body.code === 'idempotency_in_progress'),
    ).toBe(true);
    expect(await countRows('sent_contacts')).toBe(2);
  });

  it('streams NDJSON, whatever its lines are, and is idempotent by ref', async () => {
    const { post, countRows } = await startApi(engine);
    const lines = Array.from({ length: 1203 }, (_, n) =>
      JSON.stringify({ ref: n, email: `p${n}@example.com` }),
    );
    const text = `\ufeff${[...lines.slice(0, 600), '', '{"ref":', ...lines.slice(600)].join('\r\n')}\r\n`;
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const first = await post(text, ndjson);
    expect(first.status).toBe(200);
    expect(first.body.results).toHaveLength(1204);
    expect(first.body.results.filter(({ status }) => status === 'accepted').map(({ ref }) => ref)).toEqual(
      lines.map((_, n) => n),
    );
    expect(first.body.results[600]).toEqual({ ref: null, id: null, status: 'invalid', issue: 'malformed' });
    const again = await post(text, ndjson);
    expect(new Set(statuses(again))).toEqual(new Set(['duplicate', 'invalid']));
    expect(await countRows('sent_contacts')).toBe(1203);
  });

  it('lets nobody in without a valid token of the right scope, and one account sees nothing of another', async () => {
    const { post, call, newToken, tokens, service } = await startApi(engine);
    const item = { ref: 'x', email: 'ada@example.com' };
    const without = await post(item, {}, '');
    expect(without).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(without.headers.get('www-authenticate')).toBe('Bearer realm="rasa-signup"');
    for (const wrong of ['rst_', `rst_${'a'.repeat(43)}`, await newToken(['contacts:write'], 'main', -1)]) {
      const refused = await post(item, {}, wrong);
      expect(refused).toMatchObject({ status: 401 });
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    const revoked = await newToken(['contacts:write']);
    expect((await post(item, {}, revoked)).status).toBe(200);
    for (const { name } of (await tokens.list()).slice(-1)) await tokens.revoke(name);
    expect((await post(item, {}, revoked)).status).toBe(401);
    const reader = await newToken(['contacts:read']);
    const refused = await post(item, {}, reader);
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(refused.body.detail).toContain('contacts:write');
    const other = await newToken(['contacts:write', 'contacts:read'], 'elsewhere');
    expect(await post(item, {}, other)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await call('?ref=unknown')).toMatchObject({ status: 404 });
    expect(service.log()).not.toContain('rst_');
  });

  it('keeps the consent with the row, sealed', async () => {
    const { database, post } = await startApi(engine, {
      RASA_USERNAME: 'ada@example.org',
      RASA_PASSWORD: 'a password',
      RASA_API_KEY: 'a key',
      RASA_BASE_URL: 'http://127.0.0.1:9',
      ALLOWED_ORIGINS: 'https://www.example.com',
    });
    const consent = { text: 'Yes, send me news', at: '2026-11-26T10:00:00+01:00', source: 'shop' };
    const { body } = await post({ email: 'ada@example.com', consent });
    const [result] = body.results;
    const [row] = await database.read({
      sql: sameSql('select id, key_id, payload from signups'),
      opens: signups,
    });
    expect(row).toMatchObject({
      id: result?.id,
      payload: { contact: { email: 'ada@example.com' }, consent },
    });
    expect(statuses(await post({ email: 'ada@example.com', consent: { when: 'now' } }))).toEqual(['invalid']);
  });
});

it('a token opens no form, and a proof no API', async () => {
  const { service, token, post } = await startApi('sqlite', { BOT_MODE: 'enforce' });
  const form = await fetch(`${service.url}/forms/newsletter`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ email: 'ada@example.com' }),
  });
  expect({ status: form.status, body: (await form.json()) as unknown }).toMatchObject({
    status: 403,
    body: { code: 'bot_suspected' },
  });
  const challenge = await (await fetch(`${service.url}/forms/newsletter/challenge`)).text();
  const proof = Buffer.from(challenge).toString('base64');
  expect(await post({ email: 'ada@example.com', proof }, {}, '')).toMatchObject({ status: 401 });
});

it('a token has a budget of its own', async () => {
  const { post, newToken } = await startApi('sqlite', { RATE_TOKEN: '2/1m' });
  const item = { email: 'ada@example.com' };
  expect([(await post(item)).status, (await post(item)).status]).toEqual([200, 200]);
  const over = await post(item);
  expect(over).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await post(item, {}, await newToken(['contacts:write']))).status).toBe(200);
});

it('what is no JSON, too much, or compressed is refused as a whole', async () => {
  const { post, call, countRows } = await startApi('sqlite');
  expect(await post('{"email":')).toMatchObject({ status: 400, body: { code: 'malformed' } });
  expect(await post('"text"')).toMatchObject({ status: 400 });
  const many = Array.from({ length: 1001 }, (_, n) => ({ email: `p${n}@example.com` }));
  expect(await post(many)).toMatchObject({ status: 413, body: { code: 'too_large' } });
  expect((await post(many.slice(1))).body.results).toHaveLength(1000);
  expect(await post('a', { 'content-type': 'text/csv' })).toMatchObject({ status: 415 });
  expect(await post('{}', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
  expect(await call('', { method: 'PUT' })).toMatchObject({ status: 405 });
  expect((await post([])).body).toEqual({ results: [] });
  expect(await countRows('sent_contacts')).toBe(1000);
});

/** What a proxy with one account has beside its outbox. */
async function standing(database: Database) {
  const destinations = new Map([['main', { upstream: 'sandbox', account: 'sandbox' }]]);
  return { database, people: await People.open({ database }), destinations, resubscribe: [] };
}

async function findByRef(contacts: Contacts, ref: string) {
  const id = await contacts.idOf(ref, 'main');
  return id === undefined ? undefined : contacts.find(id, 'main');
}

it('says why a contact became a dead letter, and that it was purged', async () => {
  const place = await newPlace('sqlite');
  const { database, outbox, due, settle, deadLetters } = await openTestOutbox({ place });
  const address = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;
  const contacts = new Contacts({ ...(await standing(database)), outbox, address, key: new Uint8Array(32) });
  onTestFinished(() => {
    contacts.close();
  });
  await contacts.add([{ ref: 'r', email: 'ada@example.com' }], 'main');
  expect(await findByRef(contacts, 'r')).toMatchObject({ status: 'waiting' });
  const [waiting] = await due();
  if (!waiting) throw new Error('Nothing is due.');
  await settle([{ waiting, is: 'refused', code: 'refused', reason: 'no such segment' }]);
  expect(await findByRef(contacts, 'r')).toMatchObject({
    status: 'dead_letter',
    reason: 'no such segment',
  });
  expect(await contacts.find(waiting.signup.id, 'another')).toBeUndefined();
  await deadLetters.purge(waiting.signup.id);
  expect(await findByRef(contacts, 'r')).toMatchObject({ status: 'purged' });
});

it('old answers and refs are forgotten, however many, in writes that sign-ups can wait for', async () => {
  const database = await openTestStore(await newPlace('sqlite'));
  const outbox = await Outbox.open({ database, destinations: new Map(), max: 100 });
  onTestFinished(() => outbox.close());
  const none = new Uint8Array();
  const sent = { account: 'main', ref: none, turn: 0, content: none, person: none, ended: '' };
  for (let slice = 0; slice < 11; slice++) {
    const ids = Array.from({ length: 1000 }, (_, at) => `${idsFrom(0)}-${slice}-${at}`);
    await database.write([
      ...ids.map((id) => storeAnswer({ id, body: '00', answer: '' }, 0)),
      { into: sentContacts, rows: ids.map((id) => ({ ...sent, id, sent_at: 0, delivered_at: 0 })) },
    ]);
  }
  const counts: number[] = [];
  const write = database.write.bind(database);
  vi.spyOn(database, 'write').mockImplementation(async (statements, options) => {
    const results = await write(statements, options);
    counts.push(...results.map(({ count }) => count));
    return results;
  });
  const address = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;
  const known = await standing(database);
  const contacts = new Contacts({ ...known, outbox, address, key: new Uint8Array(32), now: Date.now });
  onTestFinished(() => {
    contacts.close();
  });
  await vi.waitFor(async () => {
    expect(await countRows(database, 'request_answers')).toBe(0);
    expect(await countRows(database, 'sent_contacts')).toBe(0);
  }, soon);
  expect(Math.max(...counts)).toBe(10_000);
});

it('old answers and refs are forgotten, but nothing that waits', async () => {
  const database = await openTestStore(await newPlace('sqlite'));
  let nowMs = Date.UTC(2026, 10, 26);
  const now = () => nowMs;
  const destinations = new Map([['main', { upstream: 'sandbox', account: 'sandbox' }]]);
  const outbox = await Outbox.open({ database, destinations, max: 100, now });
  onTestFinished(() => outbox.close());
  const address = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;
  const known = await standing(database);
  const open = () => {
    const contacts = new Contacts({ ...known, outbox, address, key: new Uint8Array(32), now });
    onTestFinished(() => {
      contacts.close();
    });
    return contacts;
  };
  const contacts = open();
  const request = { key: 'k', body: Buffer.from('1'), items: [{ ref: 'r', email: 'ada@example.com' }] };
  expect(await contacts.addOnce(request, 'main')).toMatchObject({ is: 'answered' });
  nowMs += 24 * 60 * 60_000 + 1;
  // The key is new again; its contact is not.
  expect(await contacts.addOnce({ ...request, body: Buffer.from('2') }, 'main')).toMatchObject({
    results: [{ status: 'duplicate' }],
  });
  nowMs += 40 * 24 * 60 * 60_000;
  open();
  await vi.waitFor(async () => {
    expect(await database.read({ sql: sameSql('select id from request_answers') })).toEqual([]);
  });
  expect(await findByRef(contacts, 'r')).toMatchObject({ status: 'waiting' });
  await database.write([{ sql: sameSql('delete from signups') }]);
  open();
  await vi.waitFor(async () => {
    expect(await findByRef(contacts, 'r')).toBeUndefined();
  });
});
