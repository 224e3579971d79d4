import { describe, expect, it } from 'vitest';
import { faultExamples } from '../../../server/sandbox/control/fault-examples.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';

describe('the page of the contacts', () => {
  async function withContacts() {
    const sandbox = await startSandbox();
    await sandbox.addPersons(
      ...Array.from({ length: 120 }, (_, index) => ({ email: `p${index}@example.com`, first_name: 'Ada' })),
      { email: 'out@example.org', is_subscribed: 0, last_name: 'Łódź' },
      { email: 'off@example.org', is_active: 0 },
      { email: 'gone@example.org', is_archived: 1, boats: { sails: [1, 2] } },
    );
    const shown = async (path: string) =>
      [...(await sandbox.page(path)).matchAll(/<strong class="address">([^<]+)</g)].map(([, email]) => email);
    return { ...sandbox, shown };
  }

  it('is searched by the beginning of an address or a name, whatever the case', async () => {
    const { shown, page } = await withContacts();
    expect(await shown('/?q=OUT')).toEqual(['out@example.org']);
    expect(await shown('/?q=p11')).toHaveLength(11);
    expect(await shown(`/?q=${encodeURIComponent('łÓ')}`)).toEqual(['out@example.org']);
    expect(await shown('/?q=ada&page=3')).toHaveLength(20);
    expect(await shown('/?q=%25')).toEqual([]);
    expect(await page('/?q=<script>')).toContain('Nobody matches “&lt;script&gt;”');
    expect(await shown('/?q=%00%ED%A0%80')).toEqual([]);
  });

  it('is filtered by state, and has pages in both directions', async () => {
    const { shown, page } = await withContacts();
    expect(await shown('/?state=unsubscribed')).toEqual(['out@example.org']);
    expect(await shown('/?state=inactive')).toEqual(['off@example.org']);
    expect(await shown('/?state=archived')).toEqual(['gone@example.org']);
    expect(await shown('/?state=archived&q=p')).toEqual([]);
    expect(await shown('/?state=nonsense&page=x')).toHaveLength(50);
    const seen = [...(await shown('/')), ...(await shown('/?page=2')), ...(await shown('/?page=3'))];
    expect(new Set(seen).size).toBe(123);
    const html = await page('/?page=2');
    for (const text of ['51 to 100 of 123', 'href="/"', 'href="/?page=3"', 'Subscribed 120', 'Archived 1'])
      expect(html).toContain(text);
    expect(await page('/?state=archived')).toContain('{&quot;sails&quot;:[1,2]}');
  });

  it('unsubscribes, archives and brings back by a click', async () => {
    const { shown, page, submit } = await withContacts();
    const id = /action="\/contacts\/([^/]+)\/restore"/.exec(await page('/?state=archived'))?.[1] ?? '';
    await submit(`/contacts/${id}/restore`);
    expect(await shown('/?state=subscribed&q=gone')).toHaveLength(1);
    await submit(`/contacts/${id}/unsubscribe`);
    expect(await page('/?state=unsubscribed&q=gone')).toContain('OneClickUnsubscribe');
    await submit(`/contacts/${id}/subscribe`);
    await submit(`/contacts/${id}/archive`);
    expect(await shown('/?state=archived&q=gone')).toHaveLength(1);
    expect((await submit('/contacts/nobody/archive')).status).toBe(404);
    expect((await submit('/contacts/nobody/unsubscribe')).status).toBe(404);
  });

  it('makes contacts that came over the last days, and says where each came from', async () => {
    const { page, submit, api, signupGuid } = await withContacts();
    expect((await submit('/contacts/make', { count: '1000' })).status).toBe(303);
    expect(await page('/')).toContain('made here');
    await api('POST', `/signup/${signupGuid}`, { body: { email: 'web@example.com' } });
    expect(await page('/?q=web')).toContain('signup-page');
    expect(await page('/?q=p1')).toContain('<small>First key</small>');
    for (const count of ['0', '-1', 'many', '1e9', ''])
      expect((await submit('/contacts/make', { count })).status).toBe(400);
  });
});

describe('what the sandbox was asked', () => {
  it('is listed with method, path, status, time and key, and without anything secret', async () => {
    const sandbox = await startSandbox();
    const { api, token, url, credentials, page, basic } = sandbox;
    const minted = await token();
    const secrets = [
      minted,
      credentials.apiKey ?? '',
      'ada@example.com',
      'sandbox@example.com',
      basic.slice(6),
    ];
    for (const secret of secrets) {
      const part = encodeURIComponent(secret);
      for (const path of [
        `/v1/persons/${part}`,
        `/v1/persons?email=${part}`,
        `/v1/persons?${part}=1`,
        `/v1/persons?source=${part}`,
        `/v1/${part}`,
        `/v2/contacts/${part}`,
        `/v1/sections/${part}`,
        `/signup/${part}`,
        `/v1/tokens/${part}/x`,
      ])
        await api('GET', path, { token: minted });
    }
    await api('GET', '/v1/persons?skip=0&limit=10&updated_since=2026-01-01%2000:00:00', { token: minted });
    await api('DELETE', `/v1/tokens/${minted}`, { headers: { authorization: basic } });
    const json = await (await fetch(`${url}/sandbox/requests`)).text();
    const html = await page('/requests');
    for (const shown of [json, html, await page('/settings/api-keys')]) {
      for (const secret of secrets) {
        expect(shown.includes(secret) && secret !== 'sandbox@example.com', secret).toBe(false);
        expect(shown).not.toContain(encodeURIComponent(secret));
      }
    }
    expect(json).not.toContain('sandbox@example.com');
    const { requests } = JSON.parse(json) as { requests: object[] };
    expect(requests.slice(0, 2)).toMatchObject([
      { method: 'DELETE', path: '/v1/tokens/…', status: 204, key: null },
      {
        method: 'GET',
        path: '/v1/persons?skip=0&limit=10&updated_since=2026-01-01 00:00:00',
        status: 200,
        key: 'First key',
        ms: expect.any(Number) as unknown,
      },
    ]);
    expect(html).toContain('GET /v1/persons?skip=0&amp;limit=10');
    await fetch(`${url}/sandbox/requests`, { method: 'DELETE' });
    expect(await page('/requests')).toContain('Nothing was asked yet');
  });

  it('shows cut connections, and forgets after 15 minutes', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { api, page, putFaults } = await startSandbox({ now: () => now });
    await putFaults({ drop: { when: 'before', times: 1 } });
    await expect(api('GET', '/v1/communities')).rejects.toThrow();
    expect(await page('/requests')).toContain('>cut<');
    now += 15 * 60_000 + 1;
    expect(await page('/requests')).toContain('Nothing was asked yet');
  });
});

describe('the page of the faults', () => {
  it('switches each fault on by a click, beside those that are on, and all off', async () => {
    const { submit, url, page } = await startSandbox();
    const shown = async () => (await (await fetch(`${url}/sandbox/faults`)).json()) as object;
    for (const [index, [json]] of faultExamples.entries()) {
      expect((await submit('/faults/example', { example: String(index) })).status).toBe(303);
      expect(await shown()).toMatchObject(JSON.parse(json) as object);
    }
    expect(await shown()).toHaveProperty('delayMs', 2000);
    expect(await page('/')).toContain('Faults are switched on');
    await submit('/faults/off');
    expect(await page('/')).not.toContain('Faults are switched on');
  });

  it('chooses variants, and takes JSON or says what is wrong with it', async () => {
    const { submit, page, url } = await startSandbox();
    const shown = async () => (await (await fetch(`${url}/sandbox/faults`)).json()) as object;
    await submit('/faults/variants', { maxPage: '1000', errors: 'string', flags: 'boolean', unknown: 'x' });
    expect(await shown()).toMatchObject({ variants: { maxPage: 1000, flags: 'boolean' } });
    expect(await page('/faults')).toMatch(/<option[^>]*value="1000"[^>]*selected/);
    const wrong = await submit('/faults', { json: '{"delayMs":"<b>"}' });
    const html = await wrong.text();
    expect(wrong.status).toBe(400);
    expect(html).toContain('delayMs: wanted is milliseconds');
    expect(html).toContain('&lt;b&gt;');
    for (const json of ['', '{', '[]', 'null']) expect((await submit('/faults', { json })).status).toBe(400);
    expect((await submit('/faults', { json: '{"tokenLifetimeS":5}' })).status).toBe(303);
    expect(await shown()).toEqual({ tokenLifetimeS: 5, revocationKillsTokens: false });
  });
});

it.each([
  '/faults',
  '/faults/off',
  '/nights',
  '/nights/run',
  '/clock/day',
  '/contacts/make',
  '/sandbox/contacts',
  '/sandbox/unsubscribe',
  '/sandbox/nights',
])('takes no POST of %s from a page of another site', async (path) => {
  const { submit } = await startSandbox();
  expect((await submit(path, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await submit(path, {}, { origin: 'https://evil.example' })).status).toBe(403);
});
