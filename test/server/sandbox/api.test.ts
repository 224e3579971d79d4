import { describe, expect, it } from 'vitest';
import { startSandbox, tokenIn, type TestSandbox } from '../../helpers/server/sandbox.ts';

const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/;

describe('tokens', () => {
  it('mints with Basic and the key: 201, the token in results[0]["rasa-token"]', async () => {
    const sandbox = await startSandbox({ now: () => Date.UTC(2026, 0, 1) });
    const answer = await sandbox.mint();
    expect(answer.status).toBe(201);
    expect(tokenIn(answer)).toMatch(jwt);
    const claims: unknown = JSON.parse(
      Buffer.from(tokenIn(answer).split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims).toMatchObject({ exp: Date.UTC(2026, 0, 1, 1) / 1000 });
    expect(answer.envelope.metadata.token_expiration).toBe(Date.UTC(2026, 0, 1, 1) / 1000);
  });

  it('mints for a client that sends JSON without a content type', async () => {
    const { api, basic, credentials } = await startSandbox();
    const headers = { authorization: basic, 'content-type': 'text/plain' };
    const { status } = await api('POST', '/v1/tokens', { headers, body: { key: credentials.apiKey } });
    expect(status).toBe(201);
  });

  it('accepts a token for an hour and not a second longer', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { api, token } = await startSandbox({ now: () => now });
    const minted = await token();
    now += 3_599_000;
    expect((await api('GET', '/v1/persons', { token: minted })).status).toBe(200);
    now += 1_000;
    expect((await api('GET', '/v1/persons', { token: minted })).status).toBe(401);
  });

  it('deletes one token with Basic: 204, and the others keep working', async () => {
    const { api, basic, token } = await startSandbox();
    const [first, second] = [await token(), await token()];
    const headers = { authorization: basic };
    const { status, text } = await api('DELETE', `/v1/tokens/${first}`, { headers });
    expect([status, text]).toEqual([204, '']);
    expect((await api('GET', '/v1/persons', { token: first })).status).toBe(401);
    expect((await api('GET', '/v1/persons', { token: second })).status).toBe(200);
    expect((await api('DELETE', `/v1/tokens/${first}`, { headers })).status).toBe(404);
  });

  it('deletes all tokens', async () => {
    const { api, basic, token } = await startSandbox();
    const tokens = [await token(), await token()];
    expect((await api('DELETE', '/v1/tokens', { headers: { authorization: basic } })).status).toBe(204);
    for (const dead of tokens) expect((await api('GET', '/v1/persons', { token: dead })).status).toBe(401);
  });
});

describe('every answer is the envelope, with the status in it', () => {
  const live = 'a live token';
  const account = 'the account';
  it.each([
    ['POST', '/v1/tokens', undefined, { key: 'x' }, 401],
    ['POST', '/v1/tokens', account, { key: 'not-a-key' }, 401],
    ['POST', '/v1/tokens', account, {}, 400],
    ['POST', '/v1/tokens', account, '{"key":', 400],
    ['GET', '/v1/tokens', account, undefined, 400],
    ['DELETE', '/v1/tokens', undefined, undefined, 401],
    ['GET', '/v1/persons', undefined, undefined, 401],
    ['GET', '/v1/persons', live, undefined, 200],
    ['GET', '/v1/persons?limit=-1', live, undefined, 400],
    ['GET', '/v1/persons?created_since=yesterday', live, undefined, 400],
    ['POST', '/v1/persons', undefined, { email: 'ada@example.com' }, 401],
    ['POST', '/v1/persons', live, { email: 'ada@example.com' }, 201],
    ['POST', '/v1/persons', live, [{ email: 'ada@example.com' }], 201],
    ['POST', '/v1/persons', live, [], 200],
    ['POST', '/v1/persons', live, '[{', 400],
    ['POST', '/v1/persons', live, `"${'x'.repeat(1_100_000)}"`, 400],
    ['PUT', '/v1/persons', live, [], 200],
    ['GET', '/v1/persons/nobody', live, undefined, 404],
    ['PUT', '/v1/persons/nobody', live, {}, 404],
    ['DELETE', '/v1/persons/nobody', live, undefined, 404],
    ['GET', '/v1/persons/nobody/attributes', live, undefined, 404],
    ['GET', '/v1/persons/%E0%A4%A', live, undefined, 400],
    ['GET', '/v1/communities', live, undefined, 200],
    ['GET', '/v1/communities', undefined, undefined, 401],
    ['POST', '/v1/communities', live, {}, 400],
    ['GET', '/v1/v1/persons', live, undefined, 404],
  ])('%s %s with %s', async (method, path, access, body, status) => {
    const { api, basic, token } = await startSandbox();
    const answer = await api(method, path, {
      body,
      ...(access === live && { token: await token() }),
      ...(access === account && { headers: { authorization: basic } }),
    });
    expect(answer.status).toBe(status);
    expect(answer.envelope).toMatchObject({ code: status, status_code: status });
    expect(answer.envelope.metadata.errors === '').toBe(status < 400);
    expect(answer.text).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
  });
});

describe('adding persons', () => {
  it('creates one, then updates it by its address in any case, keeping fields that were not sent', async () => {
    const { addPersons, api, token } = await startSandbox();
    const first = await addPersons({ email: 'Ada@example.com', first_name: 'Ada', company: 'Analytical' });
    expect([first.status, first.envelope.results]).toEqual([201, [{ id: anyId, status: 'created' }]]);
    const second = await addPersons({ email: 'ada@EXAMPLE.com', last_name: 'Lovelace' });
    const id = idOf(first);
    expect([second.status, second.envelope.results]).toEqual([200, [{ id, status: 'updated' }]]);

    const read = await api('GET', `/v1/persons/${id}`, { token: await token() });
    expect(read.envelope.results).toEqual([
      {
        data: expect.objectContaining({
          id,
          email: 'ada@EXAMPLE.com',
          first_name: 'Ada',
          last_name: 'Lovelace',
          is_subscribed: 1,
          company: 'Analytical',
        }) as unknown,
        links: expect.any(Object) as unknown,
      },
    ]);
  });

  it('prefers external_id over the address, so that the address may change', async () => {
    const { addPersons } = await startSandbox();
    const first = await addPersons({ email: 'old@example.com', external_id: '7' });
    const second = await addPersons({ email: 'new@example.com', external_id: '7' });
    expect(second.envelope.results).toEqual([{ id: idOf(first), status: 'updated' }]);
    const third = await addPersons({ email: 'old@example.com' });
    expect(third.envelope.results).toEqual([{ id: anyId, status: 'created' }]);
    const clash = await addPersons({ email: 'old@example.com', external_id: '7' });
    expect(clash.envelope.results).toEqual([{ status: 'error', error: expect.any(String) as unknown }]);
  });

  it('answers for each person of a batch: no id and an error for refused ones', async () => {
    const { addPersons } = await startSandbox();
    const { status, envelope } = await addPersons(
      { email: 'ada@example.com' },
      { first_name: 'Nobody' },
      { email: 'not an address' },
      { email: 'flag@example.com', is_subscribed: 'perhaps' },
      [],
    );
    expect(status).toBe(201);
    expect(envelope.results.map((result) => ['id' in result, result['error']])).toEqual([
      [true, undefined],
      [false, 'email is missing'],
      [false, 'email must be an e-mail address'],
      [false, 'is_subscribed must be 0, 1, true or false'],
      [false, 'a person must be an object'],
    ]);
  });

  it.each([
    [1, 1],
    ['1', 1],
    [true, 1],
    ['true', 1],
    [0, 0],
    ['0', 0],
    [false, 0],
    ['false', 0],
  ])('reads is_subscribed %j as %j', async (sent, stored) => {
    const { addPersons, api, token } = await startSandbox();
    const id = idOf(await addPersons({ email: 'ada@example.com', is_subscribed: sent }));
    const { envelope } = await api('GET', `/v1/persons/${id}`, { token: await token() });
    expect(envelope.results).toMatchObject([{ data: { is_subscribed: stored } }]);
  });

  it('does not resubscribe a person unless asked to', async () => {
    const { addPersons, api, token } = await startSandbox();
    const id = idOf(await addPersons({ email: 'ada@example.com', is_subscribed: 0 }));
    const isSubscribed = async (): Promise<unknown> =>
      (await api('GET', `/v1/persons/${id}`, { token: await token() })).envelope.results[0]?.['data'];
    await addPersons({ email: 'ada@example.com' });
    expect(await isSubscribed()).toMatchObject({ is_subscribed: 0 });
    await addPersons({ email: 'ada@example.com', is_subscribed: true });
    expect(await isSubscribed()).toMatchObject({ is_subscribed: 1 });
  });

  it('handles attributes that are named like properties of every object', async () => {
    const { addPersons, api, token } = await startSandbox();
    const id = idOf(
      await addPersons(JSON.parse('{"email":"a@b.de","__proto__":"x","constructor":"y"}') as object),
    );
    const { envelope } = await api('GET', `/v1/persons/${id}/attributes`, { token: await token() });
    expect(envelope.results).toMatchObject([
      { name: '__proto__', value: 'x' },
      { name: 'constructor', value: 'y' },
    ]);
  });
});

describe('one person', () => {
  it('changes only the fields sent by PUT', async () => {
    const { addPersons, api, token } = await startSandbox();
    const id = idOf(await addPersons({ email: 'ada@example.com', first_name: 'Ada' }));
    const minted = await token();
    const put = (body: object): ReturnType<TestSandbox['api']> =>
      api('PUT', `/v1/persons/${id}`, { token: minted, body });
    const { status, envelope } = await put({ is_subscribed: 0, shoe_size: 38 });
    expect([status, envelope.results]).toEqual([200, [{ id, status: 'updated' }]]);

    const person = await api('GET', `/v1/persons/${id}`, { token: minted });
    expect(person.envelope.results).toMatchObject([{ data: { first_name: 'Ada', is_subscribed: 0 } }]);
    const attributes = await api('GET', `/v1/persons/${id}/attributes`, { token: minted });
    expect(attributes.envelope.results).toMatchObject([
      { name: 'shoe_size', value: 38, data_source_name: 'API', created: expect.any(String) as unknown },
    ]);
    expect((await put({ email: 'no' })).status).toBe(400);
  });

  it('is hidden from the list when archived, and comes back with the subscription it had', async () => {
    const sandbox = await startSandbox();
    const id = idOf(await sandbox.addPersons({ email: 'ada@example.com', is_subscribed: 0 }));
    await sandbox.api('PUT', `/v1/persons/${id}`, { token: await sandbox.token(), body: { is_archived: 1 } });
    expect(await emails(sandbox)).toEqual([]);
    await sandbox.addPersons({ email: 'ada@example.com' });
    expect((await list(sandbox)).envelope.results).toMatchObject([{ data: { id, is_subscribed: 0 } }]);
  });

  it('is deleted permanently by DELETE', async () => {
    const sandbox = await startSandbox();
    const id = idOf(await sandbox.addPersons({ email: 'ada@example.com' }));
    const call = { token: await sandbox.token() };
    expect((await sandbox.api('DELETE', `/v1/persons/${id}`, call)).status).toBe(204);
    expect((await sandbox.api('GET', `/v1/persons/${id}`, call)).status).toBe(404);
    expect(await emails(sandbox)).toEqual([]);
  });
});

describe('listing persons', () => {
  it('pages by skip and limit, counts the page and the total, and links on past the end', async () => {
    const sandbox = await startSandbox();
    await sandbox.addPersons(...[1, 2, 3].map((number) => ({ email: `p${number}@example.com` })));
    const first = await list(sandbox, '?limit=2');
    expect(first.envelope.metadata).toMatchObject({ record_count: 2, total_query_count: 3 });
    expect(first.envelope.metadata.next_link).toBe(`${sandbox.url}/v1/persons?limit=2&skip=2`);
    const past = await list(sandbox, '?limit=2&skip=4');
    expect(past.envelope.metadata).toMatchObject({ record_count: 0, total_query_count: 3 });
    expect(past.envelope.metadata.next_link).toBe(`${sandbox.url}/v1/persons?limit=2&skip=6`);
    expect(past.envelope.results).toEqual([]);
    const none = (await list(sandbox, '?limit=0')).envelope.metadata;
    expect(none).toMatchObject({ record_count: 0, next_link: null });
  });

  it('returns 50 at most, whatever the limit', async () => {
    const sandbox = await startSandbox();
    await sandbox.addPersons(
      ...Array.from({ length: 51 }, (_, index) => ({ email: `p${index}@example.com` })),
    );
    expect((await list(sandbox)).envelope.results).toHaveLength(50);
    expect((await list(sandbox, '?limit=1000')).envelope.results).toHaveLength(50);
  });

  it('filters by when a person was created or updated', async () => {
    let now = Date.UTC(2026, 0, 1);
    const sandbox = await startSandbox({ now: () => now });
    await sandbox.addPersons({ email: 'january@example.com' });
    now = Date.UTC(2026, 1, 1);
    await sandbox.addPersons({ email: 'february@example.com' });
    expect(await emails(sandbox, '?created_since=2026-01-15T00:00:00Z')).toEqual(['february@example.com']);
    expect(await emails(sandbox, '?created_before=2026-01-15T00:00:00Z')).toEqual(['january@example.com']);
    now = Date.UTC(2026, 2, 1);
    await sandbox.addPersons({ email: 'january@example.com', first_name: 'Jan' });
    expect(await emails(sandbox, '?updated_since=2026-02-15T00:00:00Z')).toEqual(['january@example.com']);
  });
});

const anyId: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);

function idOf({ envelope }: Awaited<ReturnType<TestSandbox['api']>>): string {
  return String(envelope.results[0]?.['id']);
}

async function list({ api, token }: TestSandbox, query = ''): ReturnType<TestSandbox['api']> {
  return api('GET', `/v1/persons${query}`, { token: await token() });
}

async function emails(sandbox: TestSandbox, query = ''): Promise<readonly unknown[]> {
  const { envelope } = await list(sandbox, query);
  return envelope.results.map(({ data }) => (data as { email: unknown }).email);
}
