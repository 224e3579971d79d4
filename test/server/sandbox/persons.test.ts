import { request } from 'node:http';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { fieldsIn, startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';

async function open(options: Parameters<typeof startSandbox>[0] = {}) {
  const sandbox = await startSandbox(options);
  const token = await sandbox.token();
  const call = (method: string, path: string, body?: unknown) => sandbox.api(method, path, { token, body });
  return {
    ...sandbox,
    minted: token,
    call,
    get: async (path: string) => fieldsIn(await call('GET', path)),
    post: (body: unknown) => call('POST', '/v1/persons', body),
  };
}

const idIn = ({ envelope }: Awaited<ReturnType<TestSandbox['api']>>, index = 0) =>
  String(envelope.results[index]?.['id']);

it('gives custom attributes back as they were written, any JSON value each', async () => {
  const { post, get } = await open();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), async (attributes) => {
      const own = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`a_${name}`, value]));
      const written = JSON.parse(JSON.stringify(own)) as Record<string, unknown>;
      const id = idIn(await post({ ...written, email: `p${++number}@example.com` }));
      expect((await get(`/v1/persons/${id}`))[0]).toMatchObject(written);
      const list = await get(`/v1/persons/${id}/attributes?limit=5000`);
      expect(Object.fromEntries(list.map(({ name, value }) => [name, value]))).toEqual(written);
    }),
    { numRuns: 40 },
  );
});

it('keeps an attribute that is null, and pages attributes by skip and limit', async () => {
  const { post, get, call } = await open();
  const id = idIn(await post({ email: 'ada@example.com', a: null, b: [1, { c: '' }], d: 'x' }));
  const names = async (query: string) =>
    (await get(`/v1/persons/${id}/attributes${query}`)).map(({ name }) => name);
  expect((await get(`/v1/persons/${id}`))[0]).toMatchObject({ a: null, b: [1, { c: '' }], d: 'x' });
  expect(await names('?limit=2')).toEqual(['a', 'b']);
  expect(await names('?skip=2&limit=2')).toEqual(['d']);
  expect(await names('?skip=3')).toEqual([]);
  expect((await call('GET', `/v1/persons/${id}/attributes?limit=x`)).status).toBe(400);
});

it('has an unsubscribe_reason on every person: null, API, or OneClickUnsubscribe', async () => {
  const { post, get, call, url, submit } = await open();
  const made = await post([
    { email: 'stays@example.com' },
    { email: 'api@example.com', is_subscribed: 0 },
    { email: 'click@example.com' },
    { email: 'button@example.com' },
  ]);
  const clicked = await fetch(`${url}/sandbox/unsubscribe`, {
    method: 'POST',
    body: '{"email":"Click@example.com"}',
  });
  expect(await clicked.json()).toEqual({ id: idIn(made, 2), unsubscribe_reason: 'OneClickUnsubscribe' });
  expect((await submit(`/contacts/${idIn(made, 3)}/unsubscribe`)).status).toBe(303);
  const reasons = async () =>
    (await get('/v1/persons')).map(({ is_subscribed, unsubscribe_reason }) => [
      is_subscribed,
      unsubscribe_reason,
    ]);
  expect(await reasons()).toEqual([
    [1, null],
    [0, 'API'],
    [0, 'OneClickUnsubscribe'],
    [0, 'OneClickUnsubscribe'],
  ]);
  await call('PUT', `/v1/persons/${idIn(made, 2)}`, { is_subscribed: true });
  await call('PUT', `/v1/persons/${idIn(made, 3)}`, { is_subscribed: false });
  expect((await reasons()).slice(2)).toEqual([
    [1, null],
    [0, 'OneClickUnsubscribe'],
  ]);
  const nobody = await fetch(`${url}/sandbox/unsubscribe`, {
    method: 'POST',
    body: '{"email":"no@one.test"}',
  });
  expect(nobody.status).toBe(400);
});

it.each(['UTC', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Auckland'])(
  'writes times as YYYY-MM-DD HH:MM:SS in UTC, and reads them so on a machine in %s',
  async (zone) => {
    const before = process.env['TZ'];
    process.env['TZ'] = zone;
    onTestFinished(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });
    let now = Date.UTC(2026, 10, 26, 23, 59, 59);
    const { post, get, call } = await open({ now: () => now });
    await post({ email: 'before@example.com' });
    now += 1000;
    await post({ email: 'after@example.com' });
    expect((await get('/v1/persons')).map(({ created, updated }) => [created, updated])).toEqual([
      ['2026-11-26 23:59:59', '2026-11-26 23:59:59'],
      ['2026-11-27 00:00:00', '2026-11-27 00:00:00'],
    ]);
    const emails = async (query: string) =>
      (await get(`/v1/persons?${new URLSearchParams(query).toString()}`)).map(({ email }) => email);
    for (const text of [
      '2026-11-27 00:00:00',
      '2026-11-27',
      '2026-11-27T00:00:00.000Z',
      '11/27/2026 12:00:00 AM',
    ])
      for (const name of ['created', 'updated']) {
        expect(await emails(`${name}_since=${text}`), text).toEqual(['after@example.com']);
        expect(await emails(`${name}_before=${text}`), text).toEqual(['before@example.com']);
      }
    for (const text of ['2026-02-30', '2026-11-27 24:00:00', 'yesterday', '13/01/2026'])
      expect((await call('GET', `/v1/persons?updated_since=${encodeURIComponent(text)}`)).status).toBe(400);
  },
);

it('updates each of a list by id, external_id or e-mail, and says who is not there', async () => {
  const { post, get, call } = await open();
  const made = await post([
    { email: 'a@example.com' },
    { email: 'b@example.com', external_id: '7' },
    { email: 'c@example.com' },
  ]);
  const { status, envelope } = await call('PUT', '/v1/persons', [
    { id: idIn(made), first_name: 'A' },
    { external_id: '7', first_name: 'B' },
    { email: 'C@example.com', first_name: 'C' },
    { id: 'nobody', first_name: 'N' },
    { email: 'new@example.com' },
  ]);
  expect(status).toBe(200);
  expect(envelope.results).toEqual([
    ...[0, 1, 2].map((index) => ({ id: idIn(made, index), status: 'updated' })),
    { status: 'error', error: 'no such person' },
    { status: 'error', error: 'no such person' },
  ]);
  expect((await get('/v1/persons')).map(({ first_name }) => first_name)).toEqual(['A', 'B', 'C']);
});

it('lists archived and deleted persons with when they last changed', async () => {
  let now = Date.UTC(2026, 0, 1);
  const { post, get, call } = await open({ now: () => now });
  const made = await post(['a', 'b', 'c'].map((name) => ({ email: `${name}@example.com` })));
  for (const index of [1, 0]) {
    now += 60_000;
    await call('PUT', `/v1/persons/${idIn(made, index)}`, { is_archived: 1, external_id: `x${index}` });
  }
  now += 60_000;
  expect((await call('DELETE', `/v1/persons/${idIn(made, 2)}`)).status).toBe(204);
  expect(await get('/v1/persons')).toEqual([]);
  const first = { id: idIn(made, 1), archived_date: '2026-01-01 00:01:00' };
  const second = { id: idIn(made, 0), archived_date: '2026-01-01 00:02:00' };
  const third = { id: idIn(made, 2), archived_date: '2026-01-01 00:00:00' };
  expect(await get('/v1/persons/deleted')).toEqual([third, first, second]);
  expect(await get('/v1/persons/deleted?archived_since=2026-01-01%2000:02:00')).toEqual([second]);
  expect(await get('/v1/persons/deleted?skip=1&limit=1')).toEqual([first]);
  await call('PUT', `/v1/persons/${idIn(made, 0)}`, { is_archived: 0 });
  expect(await get('/v1/persons/deleted?archived_since=2026-01-01%2000:00:01')).toEqual([first]);
});

it('takes a GET with the body {}, and include_counts=0', async () => {
  const { post, minted, port } = await open();
  await post({ email: 'ada@example.com' });
  const body = await new Promise<string>((resolve, reject) => {
    const headers = { 'rasa-token': minted, 'content-type': 'application/json', 'content-length': '2' };
    request({ port, host: '127.0.0.1', path: '/v1/persons?include_counts=0', headers }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => {
          resolve(text);
        });
    })
      .on('error', reject)
      .end('{}');
  });
  const { metadata } = JSON.parse(body) as { metadata: Record<string, unknown> };
  expect(metadata).toMatchObject({ record_count: 1, total_query_count: null, total_community_count: null });
});

it.each([50, 1000, 5000])('has pages of at most %i where the account is so', async (maxPage) => {
  const { get, putFaults, url } = await open();
  await fetch(`${url}/sandbox/contacts`, { method: 'POST', body: '{"count":6000}' });
  await putFaults({ variants: { maxPage } });
  expect(await get('/v1/persons')).toHaveLength(50);
  expect(await get('/v1/persons?limit=9000')).toHaveLength(maxPage);
  const seen = new Set<unknown>();
  for (let skip = 0; ;) {
    const page = await get(`/v1/persons?skip=${skip}&limit=5000`);
    if (page.length === 0) break;
    for (const { id } of page) seen.add(id);
    skip += page.length;
    if (maxPage === 50 && skip > 500) return;
  }
  expect(seen.size).toBe(6000);
});

it('pages by any filter and from any place, as they are ordered', async () => {
  let now = Date.UTC(2026, 0, 1);
  const { post, get, call, putFaults } = await open({ now: () => now });
  await putFaults({ variants: { maxPage: 5000 } });
  for (let part = 0; part < 4; part++) {
    await post(Array.from({ length: 1500 }, (_, index) => ({ email: `p${part}-${index}@example.com` })));
    now += 1000;
  }
  // Some change, go and come back, so that those that count the pages move too.
  const all = await get('/v1/persons?limit=5000');
  await call(
    'PUT',
    '/v1/persons',
    all.slice(0, 700).map(({ id }) => ({ id, first_name: 'Changed' })),
  );
  now += 1000;
  await call(
    'PUT',
    '/v1/persons',
    all.slice(600, 900).map(({ id }) => ({ id, is_archived: 1 })),
  );
  await call(
    'PUT',
    '/v1/persons',
    all.slice(800, 850).map(({ id }) => ({ id, is_archived: 0 })),
  );
  const count = async (query: string) => {
    const { envelope } = await call('GET', `/v1/persons?limit=1&${query}`);
    return envelope.metadata.total_query_count;
  };
  expect(await count('')).toBe(5750);
  const since = 'updated_since=2026-01-01%2000:00:04';
  expect(await count(since)).toBe(650);
  expect(await count('updated_before=2026-01-01%2000:00:04')).toBe(5100);
  expect(await count('created_since=2026-01-01%2000:00:01')).toBe(4500);
  expect(await count('created_since=2026-01-01%2000:00:01&created_before=2026-01-01%2000:00:03')).toBe(3000);
  expect(await count('created_since=2026-01-01%2000:00:00&updated_since=2026-01-01%2000:00:05')).toBe(50);
  for (const filter of [
    '',
    since,
    'updated_before=2026-01-01%2000:00:04',
    'created_since=2026-01-01%2000:00:01',
  ]) {
    const whole = [
      ...(await get(`/v1/persons?limit=5000&${filter}`)),
      ...(await get(`/v1/persons?limit=5000&skip=5000&${filter}`)),
    ].map(({ id }) => id);
    expect(new Set(whole).size).toBe(whole.length);
    for (const skip of [0, 1, 649, 2047, 2048, 4999, 5749])
      expect((await get(`/v1/persons?limit=3&skip=${skip}&${filter}`)).map(({ id }) => id)).toEqual(
        whole.slice(skip, skip + 3),
      );
  }
}, 60_000);

it('checks segment codes where the account has segments', async () => {
  const { post, putFaults } = await open();
  const errors = async () =>
    (
      await post([
        { email: 'a@example.com', segment_code: 'H-7' },
        { email: 'b@example.com', segment_code: 'X' },
      ])
    ).envelope.results.map(({ error }) => error);
  expect(await errors()).toEqual([undefined, undefined]);
  await putFaults({ segments: ['H-7', 'W-2'] });
  expect(await errors()).toEqual([undefined, 'segment_code is not one of the account']);
  await putFaults({ segments: null });
  expect(await errors()).toEqual([undefined, undefined]);
});
