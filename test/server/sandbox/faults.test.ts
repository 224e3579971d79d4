import { expect, it } from 'vitest';
import { startSandbox, tokenIn } from '../../helpers/server/sandbox.ts';

const ada = { email: 'ada@example.com' };

it('shows the active faults, and clears them by DELETE or by an empty PUT', async () => {
  const { url, putFaults, api } = await startSandbox();
  const none = { revocationKillsTokens: false };
  expect(await putFaults({ delayMs: 1 })).toEqual({ status: 200, body: { delayMs: 1, ...none } });
  expect(await (await fetch(`${url}/sandbox/faults`)).json()).toEqual({ delayMs: 1, ...none });
  expect((await putFaults({})).body).toEqual(none);
  await putFaults({ answer: { status: 500 } });
  expect(await (await fetch(`${url}/sandbox/faults`, { method: 'DELETE' })).json()).toEqual(none);
  expect((await api('GET', '/v1/communities')).status).toBe(401);
});

it('reports everything that is wrong at once, with path, found and wanted, and changes nothing', async () => {
  const { url, putFaults } = await startSandbox();
  await putFaults({ tokenLifetimeS: 60 });
  const { status, body } = await putFaults({
    delayMs: 'long',
    answer: { status: 200, retryAfter: 'soon' },
    drop: { when: 'during' },
    refuse: { emails: ['*@*.test'] },
    variants: { errors: 'list' },
    delay: 5,
  });
  expect(status).toBe(400);
  expect(body).toEqual({
    errors: [
      { path: 'delayMs', found: 'long', wanted: 'milliseconds, 0 to 600000' },
      { path: 'answer.status', found: 200, wanted: 'a status from 400 to 599' },
      {
        path: 'answer.retryAfter',
        found: 'soon',
        wanted: 'seconds, or an HTTP date such as Sun, 06 Nov 1994 08:49:37 GMT',
      },
      { path: 'drop.when', found: 'during', wanted: 'before or after' },
      { path: 'refuse.emails', found: ['*@*.test'], wanted: 'a list of addresses, each with one * at most' },
      { path: 'variants.errors', found: 'list', wanted: 'string or array' },
      { path: 'delay', found: 5, wanted: expect.stringContaining('one of delayMs, answer') as unknown },
    ],
  });
  expect(await (await fetch(`${url}/sandbox/faults`)).json()).toMatchObject({ tokenLifetimeS: 60 });
});

it('answers slowly, and does the work even if the caller does not wait', async () => {
  const { putFaults, api, token, page, url, events } = await startSandbox();
  const minted = await token();
  await putFaults({ delayMs: 600_000 });
  const stream = await events();
  const impatient = new AbortController();
  const call = fetch(`${url}/v1/persons`, {
    method: 'POST',
    headers: { 'rasa-token': minted },
    body: JSON.stringify(ada),
    signal: impatient.signal,
  });
  await stream.next();
  impatient.abort();
  await expect(call).rejects.toThrow('aborted');
  expect(await page('/')).toContain(ada.email);

  await putFaults({ delayMs: 30 });
  const started = performance.now();
  expect((await api('GET', '/v1/persons', { token: minted })).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThanOrEqual(29);
});

it.each([401, 403, 400, 500, 503])(
  'answers %i on persons until changed, while tokens keep working',
  async (status) => {
    const { putFaults, addPersons } = await startSandbox();
    await putFaults({ answer: { on: 'persons', status, error: 'As you wish' } });
    for (const answer of [await addPersons(ada), await addPersons(ada)]) {
      expect(answer.status).toBe(status);
      expect(answer.envelope.metadata.errors).toBe('As you wish');
    }
  },
);

it('answers an error for the next two calls only, and shows how many are left', async () => {
  const { putFaults, mint, url } = await startSandbox();
  await putFaults({ answer: { on: 'tokens', status: 503, times: 2 } });
  expect((await mint()).status).toBe(503);
  const shown: unknown = await (await fetch(`${url}/sandbox/faults`)).json();
  expect(shown).toMatchObject({ answer: { on: 'tokens', status: 503, times: 1 } });
  expect((await mint()).status).toBe(503);
  expect((await mint()).status).toBe(201);
});

it.each([[7], ['Sun, 06 Nov 2095 08:49:37 GMT']])(
  'limits with 429 and Retry-After: %s',
  async (retryAfter) => {
    const { putFaults, api } = await startSandbox();
    await putFaults({ answer: { status: 429, retryAfter } });
    const { status, headers } = await api('GET', '/v1/communities');
    expect([status, headers.get('retry-after')]).toEqual([429, String(retryAfter)]);
  },
);

it('answers with a gateway page that is not JSON', async () => {
  const { putFaults, mint } = await startSandbox();
  await putFaults({ answer: { status: 502, as: 'html', error: '<script>' } });
  const { status, headers, text } = await mint();
  expect([status, headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
  expect(text).toContain('502 Bad Gateway');
  expect(text).not.toContain('<script>');
});

it('cuts the connection before the work is done', async () => {
  const { putFaults, addPersons, page } = await startSandbox();
  await putFaults({ drop: { on: 'persons', when: 'before', times: 1 } });
  await expect(addPersons(ada)).rejects.toThrow('fetch failed');
  expect(await page('/')).not.toContain(ada.email);
  expect((await addPersons(ada)).status).toBe(201);
});

it('cuts the connection after the work is done, so that a repeated call finds it done', async () => {
  const { putFaults, addPersons, page } = await startSandbox();
  await putFaults({ drop: { on: 'persons', when: 'after', times: 1 } });
  await expect(addPersons(ada)).rejects.toThrow('fetch failed');
  expect(await page('/')).toContain(ada.email);
  expect((await addPersons(ada)).envelope.results).toMatchObject([{ status: 'updated' }]);
});

it('refuses some persons of a batch, by pattern or exactly, and accepts the others', async () => {
  const { putFaults, addPersons } = await startSandbox();
  await putFaults({ refuse: { emails: ['*@refused.test', 'eve@example.com'], error: 'Domain is blocked' } });
  const { status, envelope } = await addPersons(
    ada,
    { email: 'Bob@REFUSED.test' },
    { email: 'eve@example.com' },
  );
  expect(status).toBe(201);
  const blocked = { status: 'error', error: 'Domain is blocked' };
  expect(envelope.results).toEqual([
    { id: expect.any(String) as unknown, status: 'created' },
    blocked,
    blocked,
  ]);
});

it('sends the other response shapes that clients of rasa.io must expect', async () => {
  const { putFaults, addPersons, api, token } = await startSandbox();
  const persons = [ada, { email: 'nobody' }, { email: 'bob@example.com' }];
  const refused = { status: 'error', error: 'email must be an e-mail address' };
  const created = { id: expect.any(String) as unknown, status: 'created' };
  const updated = { ...created, status: 'updated' };

  await putFaults({ variants: { errors: 'array' } });
  expect((await api('GET', '/v1/nowhere')).envelope.metadata.errors).toEqual(['No such path']);
  expect((await addPersons()).envelope.metadata.errors).toEqual([]);

  await putFaults({ variants: { writeItems: 'wrapped' } });
  expect((await addPersons(...persons)).envelope.results).toEqual([
    { data: created },
    { data: refused },
    { data: created },
  ]);
  await putFaults({ variants: { writeOrder: 'reversed', writeCount: 'one-short' } });
  expect((await addPersons(...persons)).envelope.results).toEqual([refused, updated]);

  await putFaults({ variants: { readItems: 'flat' } });
  const { envelope } = await api('GET', '/v1/persons', { token: await token() });
  expect(envelope.results).toMatchObject([ada, { email: 'bob@example.com' }]);
});

it('mints tokens with the given lifetime', async () => {
  let now = Date.UTC(2026, 0, 1);
  const { putFaults, mint, api } = await startSandbox({ now: () => now });
  await putFaults({ tokenLifetimeS: 5 });
  const token = tokenIn(await mint());
  now += 4_000;
  expect((await api('GET', '/v1/persons', { token })).status).toBe(200);
  now += 1_000;
  expect((await api('GET', '/v1/persons', { token })).status).toBe(401);
});

it('keeps the switch for revocation when faults are cleared or the sandbox restarts', async () => {
  const { putFaults, close, dataDir } = await startSandbox();
  expect((await putFaults({ delayMs: 1, revocationKillsTokens: true })).body).toMatchObject({ delayMs: 1 });
  expect((await putFaults({})).body).toEqual({ revocationKillsTokens: true });
  await putFaults({ delayMs: 1 });
  await close();
  const again = await startSandbox({ dataDir });
  expect(await (await fetch(`${again.url}/sandbox/faults`)).json()).toEqual({ revocationKillsTokens: true });
});

it('answers a body that is no JSON with JSON', async () => {
  const { url } = await startSandbox();
  const answer = await fetch(`${url}/sandbox/faults`, { method: 'PUT', body: '{"delayMs":' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    errors: [{ path: '', found: null, wanted: 'JSON of at most 256 kB' }],
  });
});

it('refuses addresses that can match nobody', async () => {
  const { putFaults } = await startSandbox();
  const keep = ['nobody'];
  expect(await putFaults({ nightly: { keep } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'nightly.keep', found: keep }] },
  });
});
