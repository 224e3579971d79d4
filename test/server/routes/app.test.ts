import { statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { limits } from '../../../shared/form.ts';
import { readContacts, startService } from '../../helpers/server/service.ts';
import { post } from '../../helpers/sites/visitor.ts';

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const listed = 'https://www.example.com';

const at = (url: string, path = '/forms/newsletter') => url + path;

describe('the sign-up', () => {
  it.each([
    [form, 'email=ada%40Example.COM&first_name=+Ada+&last_name='],
    [`${form}; charset=UTF-8`, 'email=ada%40Example.COM&first_name=Ada'],
    [json, JSON.stringify({ email: ' ada@Example.COM ', first_name: 'Ada', last_name: '' })],
  ])('arrives at rasa.io, sent as %s', async (type, body) => {
    const service = await startService();
    const answer = await fetch(at(service.url), { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ status: 'accepted' });
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
    }, 10_000);
  });

  it('is answered the same for a new and a known address', async () => {
    const { url } = await startService();
    const send = async () => {
      const answer = await fetch(at(url), { method: 'POST', body: new URLSearchParams({ email: 'a@b.c' }) });
      const headers = [...answer.headers].filter(([name]) => name !== 'date');
      return { status: answer.status, headers, body: await answer.text() };
    };
    expect(await send()).toEqual(await send());
  });

  it('is one contact when a double click sends it twice', async () => {
    const service = await startService();
    const body = new URLSearchParams({ email: 'ada@example.com', id: 'one-and-the-same' });
    const answers = await Promise.all([1, 2].map(() => fetch(at(service.url), { method: 'POST', body })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  });
});

/** Requests that are not a valid sign-up: what is sent, and the status and body of the answer. */
const email = 'email=ada%40example.com';
const table: [name: string, init: RequestInit & { path?: string }, status: number, body: object][] = [
  ['no address', { body: 'first_name=Ada' }, 422, { code: 'invalid', issues: { email: 'missing' } }],
  ['an empty address', { body: 'email=' }, 422, { code: 'invalid', issues: { email: 'missing' } }],
  ['a malformed address', { body: 'email=ada' }, 422, { code: 'invalid', issues: { email: 'malformed' } }],
  ['two addresses', { body: `${email}&${email}` }, 422, { issues: { email: 'malformed' } }],
  [
    'an address of 255 characters',
    { body: `email=${'a'.repeat(limits.email - 11)}@example.com` },
    422,
    { issues: { email: 'too_long' } },
  ],
  [
    'a name of 101 characters',
    { body: `${email}&first_name=${'a'.repeat(limits.name + 1)}` },
    422,
    { issues: { first_name: 'too_long' } },
  ],
  ['a field it does not have', { body: `${email}&is_admin=1` }, 422, { issues: { is_admin: 'unknown' } }],
  ['__proto__ as a field', { body: `${email}&__proto__=1` }, 422, { code: 'invalid' }],
  [
    '__proto__ in JSON',
    { body: '{"email":"a@b.c","__proto__":{"x":1}}', headers: { 'content-type': json } },
    422,
    { code: 'invalid' },
  ],
  ['an id that is none', { body: `${email}&id=!` }, 422, { issues: { id: 'malformed' } }],
  ['a page that is none', { body: `${email}&page=javascript:1` }, 422, { issues: { page: 'malformed' } }],
  [
    'an object where text belongs',
    { body: '{"email":{"a":1}}', headers: { 'content-type': json } },
    422,
    { issues: { email: 'malformed' } },
  ],
  ['broken JSON', { body: '{"email":', headers: { 'content-type': json } }, 400, { code: 'malformed' }],
  ['a JSON array', { body: '[]', headers: { 'content-type': json } }, 400, { code: 'malformed' }],
  [
    'bytes that are no UTF-8',
    { body: new Uint8Array([0x22, 0xff, 0x22]), headers: { 'content-type': json } },
    400,
    { code: 'malformed' },
  ],
  ['plain text', { body: 'hello', headers: { 'content-type': 'text/plain' } }, 415, { code: 'unsupported' }],
  [
    'another charset',
    { body: email, headers: { 'content-type': `${form}; charset=latin1` } },
    415,
    { code: 'unsupported' },
  ],
  ['no type', { body: new Uint8Array(3), headers: {} }, 415, { code: 'unsupported' }],
  [
    'more than 16 KiB',
    { body: `${email}&first_name=${'a'.repeat(limits.bodyBytes)}` },
    413,
    { code: 'too_large' },
  ],
  [
    'an origin that is not on the list',
    { body: email, headers: { 'content-type': form, origin: 'https://evil.example' } },
    403,
    { code: 'origin_refused' },
  ],
  [
    'an opaque origin',
    { body: email, headers: { 'content-type': form, origin: 'null' } },
    403,
    { code: 'origin_refused' },
  ],
  ['a form that is not there', { body: email, path: '/forms/nothing' }, 404, { code: 'no_such_form' }],
  ['another method', { method: 'DELETE' }, 405, { code: 'method_not_allowed' }],
  ['another path', { method: 'GET', path: '/nothing' }, 404, { code: 'not_found' }],
  ['a broken path', { method: 'GET', path: '/forms/%ff' }, 400, { code: 'malformed' }],
];

describe('an invalid sign-up', () => {
  it.each(table)('is refused: %s', async (_name, { path, ...init }, status, body) => {
    const { url, log } = await startService({ ALLOWED_ORIGINS: listed });
    const answer = await fetch(at(url, path), {
      method: 'POST',
      ...init,
      headers: init.headers ?? { 'content-type': form },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    // RFC 9457: the members, and the status repeated in the body.
    expect(await answer.json()).toMatchObject({ type: 'about:blank', status, ...body });
    expect(log()).not.toMatch(/"level":(50|60)/);
  });

  it('is refused with Retry-After if too many come from one network', async () => {
    const { url } = await startService({ RATE_NETWORK: '2/10m' });
    const send = () => fetch(at(url), { method: 'POST', body: new URLSearchParams({ email: 'a@b.c' }) });
    expect((await send()).status).toBe(202);
    expect((await send()).status).toBe(202);
    const third = await send();
    expect(third.status).toBe(429);
    const seconds = Number(third.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(590);
    expect(seconds).toBeLessThanOrEqual(600);
    expect(await third.json()).toMatchObject({ code: 'rate_limited', retry_after: seconds });
  });

  it('counts visitors behind a trusted proxy separately, IPv6 by /56, and ignores forged addresses', async () => {
    const send = (url: string, forwarded: string) =>
      fetch(at(url), {
        method: 'POST',
        headers: { 'x-forwarded-for': forwarded },
        body: new URLSearchParams({ email: 'a@b.c' }),
      }).then(({ status }) => status);

    const behind = await startService({ RATE_NETWORK: '1/10m', TRUST_PROXY: '1' });
    expect(await send(behind.url, '203.0.113.1')).toBe(202);
    expect(await send(behind.url, '203.0.113.2')).toBe(202);
    expect(await send(behind.url, '203.0.113.9, 203.0.113.2')).toBe(429);
    expect(await send(behind.url, '2001:db8:1:100::1')).toBe(202);
    expect(await send(behind.url, '2001:db8:1:1ff::2')).toBe(429);
    expect(await send(behind.url, '2001:db8:1:200::2')).toBe(202);

    const open = await startService({ RATE_NETWORK: '1/10m' });
    expect(await send(open.url, '203.0.113.1')).toBe(202);
    expect(await send(open.url, '203.0.113.2')).toBe(429);
  });

  it('is not read if its declared length is too long', async () => {
    const { url } = await startService();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('close', () => {
          resolve(text);
        });
    });
    socket.write(
      `POST /forms/newsletter HTTP/1.1\r\nHost: x\r\nContent-Type: ${form}\r\nContent-Length: 99999999\r\n\r\nemail=a`,
    );
    expect(await answer).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe('pages on other origins', () => {
  it('may read the form and send it when they are on the list', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed });
    const headers = { origin: listed };
    const read = await fetch(at(url), { headers });
    expect(read.headers.get('access-control-allow-origin')).toBe(listed);
    expect(read.headers.get('vary')).toContain('Origin');
    expect(await read.json()).toMatchObject({
      id: 'newsletter',
      fields: [
        { name: 'email', type: 'email', required: true, autocomplete: 'email' },
        { name: 'first_name', autocomplete: 'given-name' },
        { name: 'last_name', autocomplete: 'family-name' },
      ],
    });
    const sent = await fetch(at(url), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ email: 'a@b.c' }),
    });
    expect(sent.status).toBe(202);
    expect(sent.headers.get('access-control-allow-origin')).toBe(listed);
  });

  it('may send JSON after a preflight', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed });
    const preflight = await fetch(at(url), {
      method: 'OPTIONS',
      headers: {
        origin: listed,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(listed);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('Content-Type,X-Request-Id');
  });

  it('may not read anything when they are not on the list', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed });
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetch(at(url), { method, headers: { origin: 'https://evil.example' } });
      expect(answer.status, method).toBe(403);
      expect(answer.headers.get('access-control-allow-origin'), method).toBeNull();
    }
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:5500', 'http://[::1]:8080', 'http://shop.localhost'])(
    'may stand on this machine while the sandbox is used: %s',
    async (origin) => {
      const { url } = await startService();
      expect((await fetch(at(url), { headers: { origin } })).status).toBe(200);
    },
  );

  it('may not stand on this machine when sign-ups go to rasa.io', async () => {
    const { url } = await startService({
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'b',
      RASA_API_KEY: 'c',
      ALLOWED_ORIGINS: listed,
    });
    const answer = await fetch(at(url), { headers: { origin: 'http://localhost:3000' } });
    expect(answer.status).toBe(403);
  });

  it("include the proxy's own page, also behind a proxy that ends TLS", async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed, SANDBOX: undefined });
    const status = await new Promise((resolve, reject) => {
      request(
        at(url),
        { headers: { host: 'signup.example.com', origin: 'https://signup.example.com' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

describe('a browser without scripts', () => {
  const accept = 'text/html';

  it('gets the form as a page, then a page that says thank you', async () => {
    const { url } = await startService();
    const page = await (await fetch(at(url), { headers: { accept } })).text();
    expect(page).toContain('<form class="plain-form" method="post" action="/forms/newsletter?lang=en">');
    const thanks = await post(url, 'plain', { email: 'ada@example.com' }, { origin: url });
    expect(thanks.status).toBe(202);
    expect(thanks.body).toContain('Thank you. You are signed up.');
  });

  it('gets the form back with what was typed and what is wrong', async () => {
    const { url } = await startService();
    const typed = { email: '"><script>alert(1)</script>', first_name: 'Ada', '<img src=x>': '1' };
    const { status, body } = await post(url, 'plain', typed);
    expect(status).toBe(422);
    expect(body).toContain('Enter an email address like name@example.com.');
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(body).toContain('value="Ada"');
    expect(body).not.toContain('<script>alert');
    expect(body).not.toContain('<img');
  });

  it('gets any other problem as a page with an explanation', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed });
    const { status, body } = await post(url, 'plain', {}, { origin: 'https://evil.example' });
    expect(status).toBe(403);
    expect(body).toContain('This form cannot be used on this page.');
  });
});

describe('the other routes', () => {
  it('say that this is a sandbox', async () => {
    const { url, sandbox } = await startService();
    expect(await (await fetch(at(url, '/healthz'))).json()).toEqual({
      status: 'ok',
      reasons: [],
      upstream: 'sandbox',
      sandbox: sandbox?.url,
    });
    for (const path of ['/', '/forms/newsletter']) {
      const page = await (await fetch(at(url, path), { headers: { accept: 'text/html' } })).text();
      expect(page, path).toContain(sandbox?.url);
    }
  });

  it('have a policy that allows nothing inline and nothing from other origins', async () => {
    const { url } = await startService();
    const policy = (await fetch(url)).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('*');
  });

  it('tell the builder the address of this proxy, and escape it', async () => {
    const { url } = await startService();
    expect(await (await fetch(url)).text()).toContain(`&quot;proxy&quot;:&quot;${url}&quot;`);
  });

  it.each([
    ['br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['identity', null],
  ])('serve the script in an encoding that the browser accepts: %s', async (accept, encoding) => {
    const { url } = await startService();
    const script = await fetch(at(url, '/embed.js'), { headers: { 'accept-encoding': accept } });
    expect(script.headers.get('content-encoding')).toBe(encoding);
    expect(script.headers.get('content-type')).toBe('text/javascript');
    expect(script.headers.get('vary')).toContain('Accept-Encoding');
    expect(script.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(await script.text()).toContain('rasa-signup');
  });

  it('keep the script small: 12,500 bytes in brotli, 14,000 in gzip', () => {
    expect(statSync('dist/widget/embed.js.br').size).toBeLessThanOrEqual(12_500);
    expect(statSync('dist/widget/embed.js.gz').size).toBeLessThanOrEqual(14_000);
  });

  it('let caches revalidate the script by its ETag, and keep the copy named by its hash', async () => {
    const { url } = await startService();
    const script = await fetch(at(url, '/embed.js'));
    expect(script.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(at(url, '/embed.js'), {
      headers: { 'if-none-match': script.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);

    const hash = await crypto.subtle.digest('SHA-256', await script.arrayBuffer());
    const name = Buffer.from(hash).toString('hex').slice(0, 16);
    const named = await fetch(at(url, `/embed.${name}.js`));
    expect(named.status).toBe(200);
    expect(named.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each(['/confirm.js', '/debug.js', '/newsletters.js', '/overlay.js', '/pbkdf2.js', '/proof.js'])(
    'let pages on other origins load what the script needs on demand: %s',
    async (path) => {
      const { url } = await startService();
      const module = await fetch(at(url, path), { headers: { 'accept-encoding': 'br' } });
      expect(module.headers.get('content-type')).toBe('text/javascript');
      expect(module.headers.get('content-encoding')).toBe('br');
      expect(module.headers.get('access-control-allow-origin')).toBe('*');
      expect(module.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(module.headers.get('cache-control')).toBe('no-cache');
      expect(module.headers.get('etag')).not.toBe(null);
    },
  );

  it.each(['/../package.json', '/..%2f..%2fpackage.json', '/pages/../../server/main.js', '/server/main.js'])(
    'serve no files other than the built ones: %s',
    async (path) => {
      const { url } = await startService();
      expect((await fetch(at(url, path))).status).toBe(404);
    },
  );
});
