import { describe, expect, it } from 'vitest';
import { fieldsIn, startSandbox, type ApiAnswer } from '../../helpers/server/sandbox.ts';

async function open(variants: object) {
  let now = Date.UTC(2026, 10, 1, 21, 5, 6, 7);
  const sandbox = await startSandbox({ now: () => now });
  await sandbox.addPersons({ email: 'ada@example.com', first_name: 'Ada', a: 1 });
  const id = String((await sandbox.addPersons({ email: 'ada@example.com' })).envelope.results[0]?.['id']);
  const token = await sandbox.token();
  expect((await sandbox.putFaults({ variants })).status).toBe(200);
  const call = (method: string, path: string, body?: unknown) => sandbox.api(method, path, { token, body });
  return { ...sandbox, id, call, get: (path: string) => call('GET', path), move: (ms: number) => (now = ms) };
}

const first = (answer: ApiAnswer) => fieldsIn(answer)[0];

describe('variants of the envelope', () => {
  it.each([
    [{}, 'number', 1],
    [{ timestamp: 'text', totals: 'null' }, 'string', null],
    [{ totals: 'capped' }, 'number', 1],
  ])('%j', async (variants, type, total) => {
    const { get } = await open(variants);
    const { metadata } = (await get('/v1/persons')).envelope;
    expect([typeof metadata['timestamp'], metadata.total_query_count]).toEqual([type, total]);
  });

  it('caps totals at 1,000, and echoes the request', async () => {
    const { get, url } = await open({ totals: 'capped', requestEcho: 'present' });
    await fetch(`${url}/sandbox/contacts`, { method: 'POST', body: '{"count":1500}' });
    const answer = await get('/v1/persons?limit=1');
    expect(answer.envelope.metadata.total_query_count).toBe(1000);
    expect(JSON.parse(answer.text)).toMatchObject({ request: { method: 'GET' }, event: {} });
  });

  it.each([
    ['past-end', true, true],
    ['until-end', true, false],
    ['absent', false, false],
  ])('next_link %s', async (nextLink, before, after) => {
    const { get, addPersons } = await open({ nextLink });
    await addPersons({ email: 'bob@example.com' });
    const linked = async (query: string) =>
      (await get(`/v1/persons?limit=1&${query}`)).envelope.metadata.next_link !== null;
    expect([await linked('skip=0'), await linked('skip=1')]).toEqual([before, after]);
  });

  it('goes round past the end', async () => {
    const { get } = await open({ pastEnd: 'first-page' });
    expect(fieldsIn(await get('/v1/persons?skip=50'))).toMatchObject([{ email: 'ada@example.com' }]);
  });
});

describe('variants of items', () => {
  it.each([
    ['sql', '2026-11-01 21:05:06'],
    ['sql-fraction', '2026-11-01 21:05:06.007'],
    ['us', '11/01/2026 09:05:06 PM'],
    ['date', '2026-11-01'],
    ['iso', '2026-11-01T21:05:06.007Z'],
    ['iso-seconds', '2026-11-01T21:05:06Z'],
  ])('dates %s', async (dates, written) => {
    const { get } = await open({ dates });
    expect(first(await get('/v1/persons'))).toMatchObject({ created: written, updated: written });
    // Whatever was written is read as a filter.
    const since = new URLSearchParams({ created_since: written });
    expect(fieldsIn(await get(`/v1/persons?${since.toString()}`)).length).toBe(1);
  });

  it.each([
    ['number', 1],
    ['boolean', true],
    ['text', '1'],
  ])('flags as %s', async (flags, written) => {
    const { get } = await open({ flags });
    expect(first(await get('/v1/persons'))).toMatchObject({ is_active: written, is_subscribed: written });
  });

  it('attributes as one object, and parts that are wrapped', async () => {
    const { get, id, putFaults } = await open({ attributes: 'object' });
    const path = `/v1/persons/${id}/attributes`;
    expect((await get(path)).envelope.results).toEqual([{ attributes: { a: 1 } }]);
    await putFaults({ variants: { partItems: 'wrapped' } });
    expect((await get(path)).envelope.results).toMatchObject([{ data: { name: 'a', value: 1 }, links: {} }]);
  });

  it.each(['error', 'errors', 'message', 'status_message'])(
    'the error of one item as %s',
    async (itemError) => {
      const { call } = await open({ itemError });
      const { results } = (await call('POST', '/v1/persons', { email: 'no' })).envelope;
      expect(results).toEqual([{ status: 'error', [itemError]: 'email must be an e-mail address' }]);
    },
  );

  it.each([
    [{}, 'timestamp', 'total_open'],
    [{ metricNames: 'plural', timeField: 'date' }, 'date', 'total_opens'],
    [{ metricNames: 'bare', timeField: 'bucket_start' }, 'bucket_start', 'opens'],
    [{ metricPlace: 'totals' }, 'timestamp', 'totals'],
    [{ metricPlace: 'values' }, 'timestamp', 'values'],
  ])('figures of %j', async (variants, time, figure) => {
    const { get, move, token, api } = await open(variants);
    move(Date.UTC(2026, 10, 3, 12));
    const answer = await api('GET', '/v1/analytics/activities?date_range=past_day', { token: await token() });
    expect(answer.envelope.results).toHaveLength(1);
    expect(Object.keys(answer.envelope.results[0] ?? {})).toEqual(expect.arrayContaining([time, figure]));
    expect((await get('/v1/persons')).status).toBe(401);
  });
});

describe('variants of a new token', () => {
  it.each([
    [{ tokenName: 'jwt' }, (body: Body) => body.results[0]?.['jwt']],
    [
      { tokenName: 'token', tokenPlace: 'data' },
      (body: Body) => (body.results[0]?.['data'] as Item)['token'],
    ],
    [{ tokenName: 'access_token', tokenPlace: 'root' }, (body: Body) => body['access_token']],
  ])('%j', async (variants, read) => {
    const { mint, api } = await open(variants);
    const token = String(read(JSON.parse((await mint()).text) as Body));
    expect((await api('GET', '/v1/persons', { token })).status).toBe(200);
  });

  it('has no exp, and an expiration in another unit', async () => {
    const { mint, putFaults } = await open({ tokenExp: 'absent', tokenExpiration: 'left' });
    const { envelope } = await mint();
    const [, claims = ''] = String(envelope.results[0]?.['rasa-token']).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).not.toHaveProperty('exp');
    expect(envelope.metadata.token_expiration).toBe(3600);
    await putFaults({ variants: { tokenExpiration: 'ms' } });
    expect((await mint()).envelope.metadata.token_expiration).toBe(Date.UTC(2026, 10, 1, 22, 5, 6));
  });

  type Item = Readonly<Record<string, unknown>>;
  type Body = Item & { readonly results: readonly Item[] };
});

describe('variants of an upsert', () => {
  it('clears what is left out', async () => {
    const { call, get, id } = await open({ omittedFields: 'cleared' });
    await call('POST', '/v1/persons', { email: 'ada@example.com', last_name: 'Lovelace' });
    const person = first(await get(`/v1/persons/${id}`));
    expect(person).toMatchObject({ first_name: null, last_name: 'Lovelace', is_subscribed: 1 });
    expect(person).not.toHaveProperty('a');
    await call('POST', '/v1/persons', { email: 'ada@example.com', last_name: 'Lovelace', b: 2 });
    await call('PUT', `/v1/persons/${id}`, { first_name: 'Ada' });
    const after = first(await get(`/v1/persons/${id}`));
    expect(after).toMatchObject({ first_name: 'Ada', last_name: 'Lovelace', b: 2 });
  });

  it('leaves archived persons archived', async () => {
    const { call, get, id } = await open({ archivedAgain: 'stays' });
    await call('PUT', `/v1/persons/${id}`, { is_archived: 1 });
    await call('POST', '/v1/persons', { email: 'ada@example.com' });
    expect(fieldsIn(await get('/v1/persons'))).toEqual([]);
  });

  it('finds known persons by their address only', async () => {
    const { call } = await open({ matchedBy: 'email' });
    await call('POST', '/v1/persons', { email: 'ada@example.com', external_id: '7' });
    const { results } = (await call('POST', '/v1/persons', { email: 'new@example.com', external_id: '7' }))
      .envelope;
    expect(results).toMatchObject([{ status: 'error' }]);
  });
});
