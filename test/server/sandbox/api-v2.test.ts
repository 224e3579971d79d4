import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';

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
