import { describe, expect, it } from 'vitest';
import { startService } from '../../helpers/server/service.ts';
import { ask } from '../../helpers/sites/visitor.ts';

const html = { accept: 'text/html' };
const requests: readonly (readonly [string, string, Record<string, string>])[] = [
  ['the hosted page', '/forms/newsletter', html],
  ['the definition', '/forms/newsletter', { accept: 'application/json' }],
  ['the QR code', '/forms/newsletter/qr.svg', {}],
];

describe('RATE_PAGES', () => {
  it.each(requests)('limits %s for each network', async (_name, path, headers) => {
    const { url } = await startService({ TRUST_PROXY: '1', RATE_PAGES: '2/1m' });
    const from = (address: string) =>
      ask(url + path, { headers: { ...headers, 'x-forwarded-for': address } });
    const statuses = [];
    for (let times = 0; times < 3; times++) statuses.push((await from(`2001:db8::${times}`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await from('198.51.100.1')).status).toBe(200);

    const refused = await from('2001:db8::4');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['cache-control']).toBe('no-store');
  });

  it.each<[string, Record<string, string>]>([
    [
      'a no-cors fetch',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
    ],
    ['an image', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    [
      'a script',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' },
    ],
    ['a sandboxed frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'null' }],
  ])(
    'D8: what pages of others ask for by %s is not charged to the visitor’s own form',
    async (_name, sent) => {
      const { url } = await startService({ RATE_PAGES: '2/1m' });
      const asked = (path: string, headers: Record<string, string>) => ask(url + path, { headers });
      for (const path of [
        '/forms/newsletter',
        '/forms/newsletter/qr.svg',
        '/forms/newsletter',
        '/confirm/a',
      ]) {
        await asked(path, sent);
      }
      expect((await asked('/forms/newsletter/qr.svg', sent)).status).toBe(429);
      const link = {
        ...html,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      };
      const embedded = {
        origin: 'http://localhost:1',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'cors',
      };
      for (const own of [link, embedded]) expect((await asked('/forms/newsletter', own)).status).toBe(200);
      expect((await asked('/forms/newsletter', link)).status).toBe(429);
    },
  );

  it('counts all of them together, and says to a browser in words what to do', async () => {
    const { url } = await startService({ RATE_PAGES: '3/1m' });
    for (const [, path, headers] of requests) expect((await ask(url + path, { headers })).status).toBe(200);
    const page = await ask(`${url}/forms/newsletter`, { headers: html });
    expect(page.status).toBe(429);
    expect(page.headers['content-type']).toContain('text/html');
    const data = await ask(`${url}/forms/newsletter`, { headers: { origin: 'http://localhost:1' } });
    expect(JSON.parse(data.body)).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(data.headers['access-control-allow-origin']).toBe('http://localhost:1');
  });

  it('leaves no trace of one visitor in answers that caches keep for others', async () => {
    const { url } = await startService({ RATE_PAGES: '3/1m' });
    const { headers } = await ask(`${url}/forms/newsletter/qr.svg`);
    expect(Object.keys(headers).filter((name) => /ratelimit|retry/.test(name))).toEqual([]);
  });

  it('does not limit the script, health, sign-ups and challenges', async () => {
    const { url } = await startService({ RATE_PAGES: '1/1m' });
    for (const path of [
      '/forms/newsletter',
      '/forms/newsletter/challenge',
      '/embed.js',
      '/healthz',
      '/readyz',
    ]) {
      expect([path, (await ask(url + path)).status]).toEqual([path, 200]);
    }
    const body = new URLSearchParams({ email: 'ada@example.com' });
    expect((await fetch(`${url}/forms/newsletter`, { method: 'POST', body })).status).toBe(202);
  });
});
