import { describe, expect, it } from 'vitest';
import { fieldsIn, startSandbox } from '../../helpers/server/sandbox.ts';

async function sandboxWithToken() {
  const sandbox = await startSandbox();
  const mint = (body: object) => sandbox.api('POST', '/v2/tokens', { body });
  const answer = await mint({
    grant_type: 'client_credentials',
    client_id: sandbox.clientId,
    client_secret: sandbox.credentials.apiKey,
  });
  const minted = JSON.parse(answer.text) as { access_token: string; token_type: string; expires_in: number };
  return { ...sandbox, mint, answer, minted, token: minted.access_token };
}

describe('version 2', () => {
  it('mints for the client id and an API key: access_token, token_type and expires_in', async () => {
    const { answer, minted } = await sandboxWithToken();
    expect(answer.status).toBe(200);
    expect(minted).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(minted.access_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it.each([
    [{ client_id: 'sandbox-client', client_secret: 'wrong' }, 401],
    [{ client_id: 'another', client_secret: 'right' }, 401],
    [{ client_id: 'sandbox-client' }, 400],
    [{ client_id: 'sandbox-client', client_secret: 'right', grant_type: 'password' }, 400],
  ])('mints no token for %j', async (body, status) => {
    const { mint } = await sandboxWithToken();
    expect((await mint({ grant_type: 'client_credentials', ...body })).status).toBe(status);
  });

  it('accepts a contact, with options as custom fields, and shows it in both versions', async () => {
    const { api, token, mint: _, ...sandbox } = await sandboxWithToken();
    const body = { email: 'ada@example.com', first_name: 'Ada', options: { company: 'Analytical' } };
    expect((await api('POST', '/v2/contacts', { token, body })).status).toBe(201);
    expect((await api('POST', '/v2/contacts', { token, body })).status).toBe(200);
    const { envelope } = await api('GET', '/v2/contacts', { token });
    expect(envelope.results).toMatchObject([{ ...body, last_name: null, can_email: true }]);
    expect(await sandbox.page('/')).toContain('ada@example.com');
  });

  it.each([[{ email: 'no address' }], [{}], [{ email: 'ada@example.com', company: 'x' }]])(
    'refuses %j',
    async (body) => {
      const { api, token } = await sandboxWithToken();
      expect((await api('POST', '/v2/contacts', { token, body })).status).toBe(400);
    },
  );

  it('refuses tokens of version 1, as version 1 refuses its tokens, and both refuse deleted ones', async () => {
    const { api, token, basic, credentials } = await sandboxWithToken();
    const headers = { authorization: basic };
    const { envelope } = await api('POST', '/v1/tokens', { headers, body: { key: credentials.apiKey } });
    const other = String(envelope.results[0]?.['rasa-token']);
    expect((await api('GET', '/v2/contacts', { token: other })).status).toBe(401);
    expect((await api('GET', '/v1/persons', { token })).status).toBe(401);
    expect((await api('DELETE', '/v2/tokens', { token })).status).toBe(204);
    expect((await api('GET', '/v2/contacts', { token })).status).toBe(401);
  });
});

describe('the sign-up webhook', () => {
  it('takes three fields without a key', async () => {
    const { api, signupGuid, page } = await startSandbox();
    const body = { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' };
    expect((await api('POST', `/signup/${signupGuid}`, { body })).status).toBe(200);
    expect(await page('/')).toContain('ada@example.com');
  });

  it.each([
    ['another GUID', 'another', { email: 'ada@example.com' }, 404],
    ['a fourth field', undefined, { email: 'ada@example.com', company: 'x' }, 400],
    ['no address', undefined, { first_name: 'Ada' }, 400],
    ['no JSON', undefined, '{', 400],
  ])('refuses %s', async (_name, guid, body, status) => {
    const { api, signupGuid } = await startSandbox();
    expect((await api('POST', `/signup/${guid ?? signupGuid}`, { body })).status).toBe(status);
  });

  it("refuses requests from other sites' pages", async () => {
    const { api, signupGuid } = await startSandbox();
    const headers = { 'sec-fetch-site': 'cross-site' };
    const body = { email: 'ada@example.com' };
    expect((await api('POST', `/signup/${signupGuid}`, { body, headers })).status).toBe(403);
  });
});

describe('contacts and lists of version 2', () => {
  async function open() {
    const sandbox = await sandboxWithToken();
    const { token } = sandbox;
    const call = (method: string, path: string, body?: unknown) => sandbox.api(method, path, { token, body });
    return {
      ...sandbox,
      call,
      get: async (path: string) => fieldsIn(await call('GET', path)),
      add: async (body: object) =>
        String((await call('POST', '/v2/contacts', body)).envelope.results[0]?.['id']),
    };
  }

  it('have all fields that can be written', async () => {
    const { add, get, call } = await open();
    const id = await add({
      email: 'ada@example.com',
      source: 'spring fair',
      can_email: false,
      can_email_code: 'manual',
      can_email_message: 'asked by phone',
      options: { boats: [1, { sails: null }] },
      system: 'hubspot',
      identifier: '42',
      system_identifier: 'portal-1',
    });
    expect(await get(`/v2/contacts/${id}`)).toMatchObject([
      {
        id,
        source: 'spring fair',
        can_email: false,
        can_email_code: 'manual',
        can_email_message: 'asked by phone',
        options: { boats: [1, { sails: null }] },
        identifiers: [{ system: 'hubspot', identifier: '42', system_identifier: 'portal-1' }],
      },
    ]);
    const [whole] = await get(`/v2/contacts/${id}`);
    expect((await call('PUT', `/v2/contacts/${id}`, { first_name: 'Ada' })).status).toBe(200);
    expect((await get(`/v2/contacts/${id}`))[0]).toMatchObject({ first_name: 'Ada', source: 'spring fair' });
    expect(whole).not.toHaveProperty('list_id');
  });

  it.each([
    [{ system: 'hubspot' }],
    [{ identifier: '42' }],
    [{ list_id: 99 }],
    [{ list_id: 'one' }],
    [{ company: 'Analytical' }],
    [{ can_email: 'yes' }],
  ])('refuse %j', async (fields) => {
    const { call } = await open();
    expect((await call('POST', '/v2/contacts', { email: 'ada@example.com', ...fields })).status).toBe(400);
    expect((await call('GET', '/v2/contacts')).envelope.results).toEqual([]);
  });

  it('are paged by skip, limit and list_id', async () => {
    const { add, get, call } = await open();
    const made = await call('POST', '/v2/lists', { name: 'Boats' });
    const list = Number(made.envelope.results[0]?.['id']);
    expect([made.status, await get('/v2/lists')]).toMatchObject([
      201,
      [{ id: '1' }, { id: String(list), name: 'Boats' }],
    ]);
    const ids: string[] = [];
    for (let index = 0; index < 6; index++)
      ids.push(await add({ email: `p${index}@example.com`, ...(index % 2 === 0 && { list_id: list }) }));
    const found = async (query: string) => (await get(`/v2/contacts?${query}`)).map(({ id }) => id);
    expect(await found('skip=1&limit=2')).toEqual(ids.slice(1, 3));
    expect(await found(`list_id=${list}`)).toEqual([ids[0], ids[2], ids[4]]);
    expect(await found(`list_id=${list}&skip=1&limit=1`)).toEqual([ids[2]]);
    expect((await call('DELETE', `/v2/contact-lists/${ids[2] ?? ''}/list/${list}`)).status).toBe(204);
    expect(await found(`list_id=${list}`)).toEqual([ids[0], ids[4]]);
    expect((await call('DELETE', `/v2/contacts/${ids[0] ?? ''}`)).status).toBe(204);
    expect(await found(`list_id=${list}`)).toEqual([ids[4]]);
    expect(await get('/v2/contacts/deleted')).toMatchObject([
      { id: ids[2], email: 'p2@example.com', newsletter_id: list, is_archived: false },
      { id: ids[0], email: 'p0@example.com', newsletter_id: null, is_archived: true },
    ]);
    // Archived, it stays on its lists.
    await add({ email: 'p0@example.com' });
    expect(await found(`list_id=${list}`)).toEqual([ids[0], ids[4]]);
  });

  it.each([[(items: object[]) => items], [(contacts: object[]) => ({ contacts })]])(
    'are created many at a time, in either form',
    async (form) => {
      const { call } = await open();
      const items = [{ email: 'a@example.com' }, { email: 'no' }, { email: 'b@example.com' }];
      const { status, envelope } = await call('POST', '/v2/contacts/bulk', form(items));
      expect(status).toBe(201);
      expect(envelope.results.map((one) => one['status'])).toEqual(['created', 'error', 'created']);
    },
  );

  it('have subscriptions by the number that the page shows', async () => {
    const { add, get, call, page } = await open();
    await add({ email: 'ada@example.com' });
    const number = Number(/Number in version 2<\/dt>\s*<dd><bdi>(\d+)/.exec(await page('/'))?.[1]);
    const body = {
      contact_id: number,
      subscription_type_id: 2,
      can_email: false,
      unsubscribe_code: 'manual',
    };
    const { envelope } = await call('POST', '/v2/subscriptions', body);
    const id = Number(envelope.results[0]?.['id']);
    expect(await get(`/v2/subscriptions?contact_id=${number}`)).toMatchObject([
      { id, ...body, subscription_type: 'Offers' },
    ]);
    expect((await call('PUT', `/v2/subscriptions/${id}`, { can_email: true })).status).toBe(200);
    expect(await get(`/v2/subscriptions/${id}`)).toMatchObject([
      { can_email: true, unsubscribe_code: 'manual' },
    ]);
    expect((await call('POST', '/v2/subscriptions', { ...body, contact_id: 99 })).status).toBe(400);
    expect((await call('POST', '/v2/subscriptions', { ...body, subscription_type_id: 9 })).status).toBe(400);
  });

  it.each([
    ['rasa-token', [200, 401]],
    ['bearer', [401, 200]],
    ['either', [200, 200]],
  ])('take the token in the header of the variant %s', async (v2Header, statuses) => {
    const { api, token, putFaults } = await open();
    await putFaults({ variants: { v2Header } });
    const own = await api('GET', '/v2/lists', { token });
    const bearer = await api('GET', '/v2/lists', { headers: { authorization: `Bearer ${token}` } });
    expect([own.status, bearer.status]).toEqual(statuses);
  });
});
