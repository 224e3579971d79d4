import { request } from 'node:http';
import { expect, it } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';

it('says on every page that it is a sandbox', async () => {
  const { page } = await startSandbox();
  for (const path of ['/', '/settings/api-keys', '/no/such/page']) {
    expect(await page(path)).toContain('nothing here reaches rasa.io');
  }
});

it('explains what to do while there are no contacts', async () => {
  const { page, addPersons } = await startSandbox();
  expect(await page('/')).toContain('Nobody has signed up yet');
  await addPersons({ email: 'ada@example.com' });
  expect(await page('/')).not.toContain('Nobody has signed up yet');
});

it('lists contacts newest first, with their state and attributes', async () => {
  const { page, addPersons } = await startSandbox();
  await addPersons({ email: 'first@example.com', is_subscribed: 0 });
  await addPersons({ email: 'second@example.com', first_name: 'Ada', last_name: 'Lovelace', shoe_size: 38 });
  const html = await page('/');
  expect(html.indexOf('second@example.com')).toBeLessThan(html.indexOf('first@example.com'));
  for (const text of ['2 contacts', 'Ada Lovelace', 'shoe_size', '38', 'Unsubscribed'])
    expect(html).toContain(text);
});

it('shows input as text, even if it is HTML', async () => {
  const { page, addPersons, submit } = await startSandbox();
  const attack = '"><script>alert(1)</script>';
  await addPersons({ email: 'ada@example.com', first_name: attack, [attack]: attack });
  const created = await (await submit('/settings/api-keys', { name: attack })).text();
  for (const html of [await page('/'), await page('/settings/api-keys'), created]) {
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(html).not.toContain('<script>alert');
  }
});

it('allows its pages only their own script and style', async () => {
  const { url } = await startSandbox();
  const { headers } = await fetch(url);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('deletes all contacts', async () => {
  const { page, addPersons, submit } = await startSandbox();
  await addPersons({ email: 'ada@example.com' });
  expect((await submit('/contacts/delete')).headers.get('location')).toBe('/');
  expect(await page('/')).not.toContain('ada@example.com');
});

it.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of this computer', { 'sec-fetch-site': 'same-site' }],
  ['another origin, in a browser without Sec-Fetch-Site', { origin: 'https://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
])('accepts no request from a page of %s', async (_, headers) => {
  const { page, addPersons, submit } = await startSandbox();
  await addPersons({ email: 'ada@example.com' });
  for (const path of ['/contacts/delete', '/settings/api-keys', '/settings/revocation']) {
    expect((await submit(path, {}, headers)).status).toBe(403);
  }
  expect(await page('/')).toContain('ada@example.com');
});

it.each([
  ['with Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'same-origin' })],
  ['with Origin', (url: string) => ({ origin: url })],
])('accepts requests from its own pages, %s', async (_, headers) => {
  const { submit, url } = await startSandbox();
  expect((await submit('/contacts/delete', {}, headers(url))).status).toBe(303);
});

it.each([
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost', 200],
  ['[::1]:4000', 200],
])('on loopback, answers a request to host %s with %i', async (host, status) => {
  const { port } = await startSandbox();
  expect(await statusFor(port, host)).toBe(status);
});

it('answers to any host name when it listens on a network', async () => {
  const { port, url } = await startSandbox({ host: '0.0.0.0' });
  expect(url).toBe(`http://localhost:${port}`);
  expect(await statusFor(port, 'sandbox')).toBe(200);
});

it('tells an open page about a new contact, a used key and a new fault', async () => {
  const { events, token, addPersons, putFaults } = await startSandbox();
  const stream = await events();
  await token();
  expect(await stream.next()).toContain('data:');
  await addPersons({ email: 'ada@example.com' });
  expect(await stream.next()).toContain('data:');
  await putFaults({ delayMs: 1 });
  expect(await stream.next()).toContain('data:');
});

it('shows the active faults on its pages', async () => {
  const { page, putFaults } = await startSandbox();
  await putFaults({ answer: { on: 'persons', status: 503 } });
  expect(await page('/')).toContain('Faults are switched on');
  await putFaults({});
  expect(await page('/')).not.toContain('Faults are switched on');
});

it.each(['not-a-choice', ''])('refuses a form that says %j, without a stack', async (kills_tokens) => {
  const { submit } = await startSandbox();
  const answer = await submit('/settings/revocation', { kills_tokens });
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toMatch(/node_modules|ZodError/);
});

function statusFor(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
