import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { readConfig, type Env } from '../../../server/config/config.ts';
import { freePort } from '../../helpers/server/free-port.ts';
import { startService } from '../../helpers/server/service.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Unlike `fetch`, sends the Host header and any other header as they are given. */
function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  form?: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = form && String(new URLSearchParams(form));
    const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
    request(
      url,
      { method: form ? 'POST' : 'GET', headers: { accept: 'text/html', ...type, ...headers } },
      (response) => {
        void text(response).then((body) => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    )
      .on('error', reject)
      .end(sent);
  });
}

const credentials: Env = {
  RASA_USERNAME: 'a',
  RASA_PASSWORD: 'b',
  RASA_API_KEY: 'c',
  ALLOWED_ORIGINS: 'https://www.example.com',
};
const home = 'https://signup.example.com';
const forged = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'javascript',
  'x-forwarded-port': '666',
  'x-forwarded-prefix': '/evil.example',
  forwarded: 'host=evil.example;proto=javascript',
  'x-original-url': '//evil.example/',
};
const printing = [
  '/',
  '/preview',
  '/forms/newsletter',
  '/forms/newsletter/qr.svg',
  '/nothing',
  '/forms/none',
];

describe('D3: PUBLIC_URL', () => {
  it.each(printing)('decides what is printed, and no header of a visitor does: %s', async (path) => {
    const { url } = await startService({ PUBLIC_URL: home, TRUST_PROXY: '1' });
    const named = { 'x-request-id': 'this-one' };
    const plain = await ask(url + path, named);
    const answer = await ask(url + path, { ...forged, ...named });
    expect(answer.body).toBe(plain.body);
    expect(answer.body).not.toMatch(/evil\.example|javascript:/);
    const { date: _date, ...headers } = answer.headers;
    expect(plain.headers).toMatchObject(headers);
  });

  it('keeps the id of a request out of what a cache would give to others', async () => {
    const { url } = await startService({ PUBLIC_URL: home });
    const headersOf = async (path: string, sent: Record<string, string>) => {
      const { date: _date, ...headers } = (await ask(url + path, sent)).headers;
      return headers;
    };
    for (const path of ['/embed.js', '/forms/newsletter', '/forms/newsletter/qr.svg', '/readyz'])
      expect(await headersOf(path, { 'x-request-id': 'of-another-visitor' })).toEqual(
        await headersOf(path, {}),
      );
  });

  it('is in the canonical URL, the previews, the snippets and the QR code, which caches may keep', async () => {
    const { url } = await startService({ PUBLIC_URL: `${home}/` });
    const page = (await ask(`${url}/forms/newsletter`)).body;
    expect(page).toContain(`<link rel="canonical" href="${home}/forms/newsletter" />`);
    expect(page).toContain(`<meta property="og:url" content="${home}/forms/newsletter" />`);
    expect((await ask(url)).body).toContain(`&quot;proxy&quot;:&quot;${home}&quot;`);
    const code = await ask(`${url}/forms/newsletter/qr.svg`);
    expect(code.body).toContain(`<title>${home}/forms/newsletter</title>`);
    expect(code.headers['cache-control']).toBe('public, max-age=86400');
  });

  it('names the own pages, which may send their form, and Host does not', async () => {
    const { url } = await startService({ PUBLIC_URL: home, ALLOWED_ORIGINS: 'https://www.example.com' });
    const send = async (origin: string, host: string) =>
      (await ask(`${url}/forms/newsletter`, { origin, host }, { email: 'ada@example.com' })).status;
    expect(await send(home, 'localhost:8787')).toBe(202);
    expect(await send(home, 'signup.example.com')).toBe(202);
    expect(await send('https://evil.example', 'evil.example')).toBe(403);
    expect(await send('http://signup.example.com', 'signup.example.com')).toBe(403);
  });

  it('is required in production, and the message says what to write', () => {
    const production = { ...credentials, NODE_ENV: 'production' };
    expect(() => readConfig(production)).toThrow(
      /PUBLIC_URL: found nothing, wanted an address such as https:/,
    );
    expect(readConfig({ ...production, PUBLIC_URL: home }).publicUrl).toBe(home);
  });

  it.each(printing)(
    'in production with the sandbox no header of a visitor decides anything without it either: %s',
    async (path) => {
      const PORT = String(await freePort());
      const { url } = await startService({ NODE_ENV: 'production', SANDBOX: 'on', BUILDER: 'on', PORT });
      const plain = await ask(url + path);
      expect((await ask(url + path, forged)).body).toBe(plain.body);
      const { host: _host, ...others } = forged;
      const sent = await ask(
        `${url}/forms/newsletter`,
        { ...others, origin: 'http://evil.example', host: 'evil.example' },
        { email: 'ada@example.com' },
      );
      expect(sent.status).toBe(403);
    },
  );

  it.each(printing)(
    'if it is not set, nothing with the address of a request is cached for others: %s',
    async (path) => {
      const { url } = await startService({ TRUST_PROXY: '1' });
      const { headers, body } = await ask(url + path, { ...forged, host: 'signup.example.com' });
      expect(body).not.toMatch(/evil\.example|javascript:/);
      if (body.includes('http://signup.example.com') && headers['cache-control'] !== 'no-store') {
        expect(headers['vary']).toContain('Host');
      }
    },
  );
});

describe('D5: a prefix', () => {
  const under = 'https://www.example.com/newsletter';
  const addresses = (body: string) =>
    [...body.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map(([, address = '']) => address);

  it.each([
    ['taken off by the web server', ''],
    ['passed on by the web server', '/newsletter'],
  ])('%s: every address on every page has it, and leads somewhere', async (_name, passed) => {
    const { url } = await startService({ PUBLIC_URL: `${under}/`, BOT_MODE: 'enforce' });
    const pages = [
      await ask(`${url}${passed}/`),
      await ask(`${url}${passed}/preview`),
      await ask(`${url}${passed}/forms/newsletter`),
      await ask(`${url}${passed}/nothing`),
      await ask(`${url}${passed}/forms/newsletter`, { origin: 'null' }, { email: 'ada@example.com' }),
      await ask(`${url}${passed}/forms/newsletter`, { origin: 'null' }, { email: 'ada' }),
    ];
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 422]);
    const all = new Set(pages.flatMap(({ body }) => addresses(body)));
    for (const address of all) {
      if (address.startsWith('http://localhost')) continue;
      const { origin, pathname } = new URL(address, under);
      expect(origin).toBe('https://www.example.com');
      expect(pathname).toMatch(/^\/newsletter\//);
      const path = passed === '' ? pathname.slice('/newsletter'.length) : pathname;
      expect([address, (await ask(url + path)).status]).toEqual([address, 200]);
    }
    expect(all.size).toBeGreaterThan(8);
  });

  it('is in what the builder prints and asks for', async () => {
    const { url } = await startService({ PUBLIC_URL: under });
    const { body } = await ask(`${url}/newsletter`);
    expect(body).toContain(`&quot;proxy&quot;:&quot;${under}&quot;`);
    expect(body).toContain('&quot;preview&quot;:&quot;/newsletter/preview&quot;');
    expect(body).toContain('&quot;prefix&quot;:&quot;/newsletter&quot;');
  });

  it('leaves the checks of this machine where they were', async () => {
    const { url } = await startService({ PUBLIC_URL: under });
    expect((await ask(`${url}/readyz`)).status).toBe(200);
    expect((await ask(`${url}/newsletter/readyz`)).status).toBe(200);
    expect((await ask(`${url}/newsletterreadyz`)).status).toBe(404);
  });
});

describe('D4: in production', () => {
  const hostWith = (env: Env) =>
    readConfig({ NODE_ENV: 'production', ...credentials, PUBLIC_URL: home, ...env }).host;

  it.each<[string, Env, string | undefined]>([
    ['with a number of proxies, this machine only', { TRUST_PROXY: '1' }, '127.0.0.1'],
    ['with networks, every interface', { TRUST_PROXY: '10.0.0.0/8' }, undefined],
    ['without a proxy, every interface', {}, undefined],
    ['with HOST, what it says', { TRUST_PROXY: '1', HOST: '0.0.0.0' }, '0.0.0.0'],
  ])('the proxy listens where only its own web server reaches it: %s', (_name, env, host) => {
    expect(hostWith(env)).toBe(host);
  });
});

describe('D10: HSTS', () => {
  const paths = ['/', '/embed.js', '/forms/newsletter', '/healthz', '/nothing'];
  it.each<[string | undefined, string | undefined]>([
    [undefined, 'max-age=31536000'],
    ['on', 'max-age=31536000'],
    ['subdomains', 'max-age=31536000; includeSubDomains'],
    ['off', undefined],
  ])('set to %s is sent as %s with every answer', async (HSTS, header) => {
    const { url } = await startService({ HSTS });
    for (const path of paths) {
      const { headers } = await ask(url + path);
      expect([path, headers['strict-transport-security']]).toEqual([path, header]);
    }
    const sent = await ask(`${url}/forms/newsletter`, { accept: '*/*' }, { email: 'ada@example.com' });
    expect([sent.status, sent.headers['strict-transport-security']]).toEqual([202, header]);
  });

  it('is not sent by the sandbox, whose host other programs use too', async () => {
    const { sandbox } = await startService();
    const { headers } = await ask(sandbox?.url ?? '');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});

describe('D13: a Host that is none', () => {
  it.each([
    'a'.repeat(3000),
    `${'a'.repeat(256)}.example`,
    'evil.example/path',
    'user@evil.example',
    'a b',
    '"><script>',
    'signup.example.com:port',
    '[::1',
  ])('is refused as malformed, wherever it asks: %s', async (host) => {
    const { url, log } = await startService();
    for (const path of printing) {
      const { status } = await ask(url + path, { host });
      expect([path, status]).toEqual([path, 400]);
    }
    expect(log()).not.toMatch(/"level":(50|60)/);
  });

  it.each(['signup.example.com', 'signup.example.com:8443', '[::1]:8787', 'rasa_signup', '127.0.0.1:1'])(
    'is not one that web servers send: %s',
    async (host) => {
      const { url } = await startService();
      expect((await ask(`${url}/forms/newsletter/qr.svg`, { host })).status).toBe(200);
    },
  );
});
