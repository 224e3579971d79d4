import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Impatience } from '../../../server/http/request-limits.ts';
import { limits } from '../../../shared/form.ts';
import { converse, openSocket, readAnswers, type RawAnswer } from '../../helpers/server/raw.ts';
import { guardedIntake, readContacts, serviceForAll, startService } from '../../helpers/server/service.ts';
import { ask, signUp } from '../../helpers/sites/visitor.ts';

const type = 'application/x-www-form-urlencoded';
const sent = 'email=ada%40example.com';
const chunked = `17\r\n${sent}\r\n0\r\n\r\n`;

/** A request as bytes; headers are lines, `Host` is added. */
function raw(line: string, headers: readonly string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: proxy', ...headers, '', body].join('\r\n');
}

function post(headers: readonly string[] = [], body = sent): string {
  return raw('POST /forms/newsletter', [`Content-Type: ${type}`, ...headers], body);
}

const withLength = (body: string, headers: readonly string[] = []) =>
  post([`Content-Length: ${body.length}`, ...headers], body);
const inJson = (body: string) =>
  raw('POST /forms/newsletter', ['Content-Type: application/json', `Content-Length: ${body.length}`], body);
const get = (path: string, ...headers: string[]) => raw(`GET ${path}`, headers);
const fill = (length: number, text: string) => text.repeat(Math.floor(length / text.length));

const manyNames = Array.from({ length: 5000 }, (_, index) => index.toString(36))
  .join('&')
  .slice(0, limits.bodyBytes);

/** The bytes sent; the status; and the code of the problem, `bare` for Node's own answer, or nothing. */
type Case = [
  name: string,
  bytes: string,
  status: number | 'closed',
  code?: string,
  issues?: Readonly<Record<string, string>>,
];

/**
 * Ambiguous framing (RFC 9112), where two servers could read different requests: never more than one answer,
 * and the connection ends.
 */
const framing: readonly Case[] = [
  [
    'a length and chunks',
    post([`Content-Length: ${sent.length}`, 'Transfer-Encoding: chunked'], chunked),
    400,
    'bare',
  ],
  [
    'chunks and a length',
    post(['Transfer-Encoding: chunked', `Content-Length: ${sent.length}`], chunked),
    400,
    'bare',
  ],
  ['two lengths', post([`Content-Length: ${sent.length}`, 'Content-Length: 3']), 400, 'bare'],
  ['the same length twice', withLength(sent, [`Content-Length: ${sent.length}`]), 400, 'bare'],
  ['a list of lengths', post([`Content-Length: ${sent.length}, ${sent.length}`]), 400, 'bare'],
  ['a length with a sign', post([`Content-Length: +${sent.length}`]), 400, 'bare'],
  ['a negative length', post(['Content-Length: -1']), 400, 'bare'],
  ['a length in hex', post(['Content-Length: 0x17']), 400, 'bare'],
  ['a length beyond 64 bits', post(['Content-Length: 18446744073709551617']), 400, 'bare'],
  ['a folded header', post(['X-Folded: a', ' b', `Content-Length: ${sent.length}`]), 400, 'bare'],
  ['a folded coding', post(['Transfer-Encoding:', ' chunked'], chunked), 400, 'bare'],
  ['a bare line feed', withLength(sent).replace('proxy\r\n', 'proxy\n'), 400, 'bare'],
  ['bare line feeds only', withLength(sent).replaceAll('\r\n', '\n'), 400, 'bare'],
  ['a bare carriage return', withLength(sent).replace('proxy\r\n', 'proxy\rX: y\r\n'), 400, 'bare'],
  ['a space before a colon', post([`Content-Length : ${sent.length}`]), 400, 'bare'],
  [
    'a space before the coding’s colon',
    post(['Transfer-Encoding : chunked', `Content-Length: ${sent.length}`]),
    400,
    'bare',
  ],
  ['a header without a colon', post(['hello']), 400, 'bare'],
  ['a header without a name', post([': hello']), 400, 'bare'],
  ['a NUL in a header', post(['X-Header: a\0b']), 400, 'bare'],
  ['a NUL in a name', post(['X\0Header: a']), 400, 'bare'],
  ['chunked, identity', post(['Transfer-Encoding: chunked, identity'], chunked), 400, 'bare'],
  ['identity', post(['Transfer-Encoding: identity']), 400, 'bare'],
  ['chunked twice', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunked), 400, 'bare'],
  ['an unknown coding', post(['Transfer-Encoding: xchunked'], chunked), 400, 'bare'],
  ['a coding behind a tabulator', post(['Transfer-Encoding: \x0bchunked'], chunked), 400, 'bare'],
  ['a chunk of no size', post(['Transfer-Encoding: chunked'], `x\r\n${sent}\r\n0\r\n\r\n`), 400, 'bare'],
  [
    'a chunk of a negative size',
    post(['Transfer-Encoding: chunked'], `-17\r\n${sent}\r\n0\r\n\r\n`),
    400,
    'bare',
  ],
  [
    'a chunk beyond 64 bits',
    post(['Transfer-Encoding: chunked'], `${'f'.repeat(17)}\r\n${sent}\r\n0\r\n\r\n`),
    400,
    'bare',
  ],
  [
    'a chunk that is longer than it says',
    post(['Transfer-Encoding: chunked'], `3\r\n${sent}\r\n0\r\n\r\n`),
    400,
    'bare',
  ],
  [
    'chunks behind bare line feeds',
    post(['Transfer-Encoding: chunked'], chunked.replaceAll('\r\n', '\n')),
    400,
    'bare',
  ],
  [
    'a length in the trailers',
    post(['Transfer-Encoding: chunked'], `17\r\n${sent}\r\n0\r\nContent-Length: 4\r\n\r\n`),
    400,
    'bare',
  ],
  [
    'an extension of a chunk that has no end',
    post(['Transfer-Encoding: chunked'], `17;a=${fill(20_000, 'a')}\r\n${sent}\r\n0\r\n\r\n`),
    413,
    'bare',
  ],
  ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400, 'bare'],
  ['two hosts', get('/healthz', 'Host: other'), 400, 'malformed'],
  ['two hosts of a sign-up', withLength(sent, ['Host: other']), 400, 'malformed'],
  ['another version', 'GET /healthz HTTP/1.2\r\nHost: proxy\r\n\r\n', 400, 'bare'],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bare'],
  ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'bare'],
  ['an unknown method', raw('BREW /healthz'), 400, 'bare'],
  ['a method in lower case', raw('get /healthz'), 400, 'bare'],
  ['a NUL in the target', get('/\0'), 400, 'bare'],
  ['an invalid target', get('\\forms\\newsletter'), 400, 'bare'],
  ['a target with a broken host', get('http://[/healthz'), 400, 'malformed'],
  ['a target of another scheme', get('ftp://proxy/healthz'), 400, 'malformed'],
  ['a target of a host only', get('proxy:80'), 400, 'bare'],
  ['a tunnel', raw('CONNECT proxy:80'), 'closed'],
  ['a header of 17,000 bytes', get('/healthz', `X: ${fill(17_000, 'a')}`), 431, 'bare'],
  ['a header of 17,000 bytes at a sign-up', withLength(sent, [`X: ${fill(17_000, 'a')}`]), 431, 'bare'],
  ['5,000 headers', get('/healthz', ...Array<string>(5000).fill('a:')), 400, 'malformed'],
  ['20,000 headers', get('/healthz', ...Array<string>(20_000).fill('a:')), 431, 'bare'],
  ['a target of 17,000 bytes', get(`/${fill(17_000, 'a')}`), 431, 'bare'],
];

/** What can be read, and is answered as the table in docs/http-api.md says; the connection stays good. */
const answered: readonly Case[] = [
  ['chunks', post(['Transfer-Encoding: chunked'], chunked), 202],
  ['chunks with extensions', post(['Transfer-Encoding: chunked'], `17;a="b"\r\n${sent}\r\n0\r\n\r\n`), 202],
  ['the whole address', raw('GET http://proxy/healthz'), 200],
  ['the whole address of a form', withLength(sent).replace('POST /', 'POST http://proxy/'), 202],
  ['a wish to upgrade', get('/healthz', 'Connection: Upgrade', 'Upgrade: h2c'), 200],
  ['a wish to upgrade a sign-up', withLength(sent, ['Connection: Upgrade', 'Upgrade: websocket']), 202],
  ['an expectation to go on', withLength(sent, ['Expect: 100-continue']), 202],
  ['any other expectation', withLength(sent, ['Expect: miracles']), 417, 'bare'],
  ['OPTIONS *', raw('OPTIONS *'), 404, 'not_found'],
  ['TRACE', raw('TRACE /healthz'), 404, 'not_found'],
  ['PROPFIND', raw('PROPFIND /forms/newsletter'), 405, 'method_not_allowed'],
  [
    'a method that the challenge does not have',
    raw('PUT /forms/newsletter/challenge'),
    405,
    'method_not_allowed',
  ],
  ['a NUL in a form’s name', get('/forms/%00'), 404, 'no_such_form'],
  ['a NUL in a form’s name at a sign-up', withLength(sent).replace('newsletter', '%00'), 404, 'no_such_form'],
  ['a NUL in the challenge’s form', get('/forms/%00/challenge'), 404, 'no_such_form'],
  ['a NUL behind a file', get('/embed.js%00'), 404, 'not_found'],
  ['invalid UTF-8 in a form’s name', withLength(sent).replace('newsletter', '%ff'), 400, 'malformed'],
  ['invalid UTF-8 in a path', get('/forms/%ff'), 400, 'malformed'],
  ['half a percent code', get('/forms/%f'), 400, 'malformed'],
  ['dots', get('/forms/../../etc/passwd'), 404, 'not_found'],
  ['dots in percent codes', get('/%2e%2e%2f%2e%2e%2fetc/passwd'), 404, 'not_found'],
  ['two slashes', get('//evil.example/'), 404, 'not_found'],
  ['a target of 15,000 bytes', get(`/${fill(15_000, 'a')}`), 404, 'not_found'],
  ['a part that ends before it begins', get('/embed.js', 'Range: bytes=10-5'), 200],
  ['a part beyond all numbers', get('/embed.js', `Range: bytes=0-${fill(40, '9')}`), 200],
  ['190 headers', get('/healthz', ...Array<string>(190).fill('a:')), 200],
  [
    'a type with 8,000 spaces',
    withLength(sent).replace(type, `${type};a=${fill(8000, ' ')}b`),
    415,
    'unsupported',
  ],
  ['an invalid type', withLength(sent).replace(type, '/;;=,"'), 415, 'unsupported'],
  ['an invalid Accept', withLength(sent, [`Accept: ${fill(8000, '"/;q=,')}`]), 202],
  ['invalid forwarded addresses', withLength(sent, ['X-Forwarded-For: ,, a b, [::, 1.2.3.4:99999']), 202],
  ['an invalid origin', withLength(sent, ['Origin: http://[']), 403, 'origin_refused'],
  [
    'an origin of 15,000 bytes',
    withLength(sent, [`Origin: http://${fill(15_000, 'a.')}`]),
    403,
    'origin_refused',
  ],

  ['16 KiB of opening brackets', inJson(fill(limits.bodyBytes, '[')), 400, 'malformed'],
  [
    'an address 8,000 arrays deep',
    inJson(`{"email":${fill(8000, '[')}${fill(8000, ']')}}`),
    422,
    'invalid',
    { email: 'malformed' },
  ],
  [
    'an address 2,000 objects deep',
    inJson(`{"email":${fill(10_000, '{"a":')}1${fill(2000, '}')}}`),
    422,
    'invalid',
    { email: 'malformed' },
  ],
  ['a list of addresses', inJson('{"email":["ada@example.com"]}'), 422, 'invalid', { email: 'malformed' }],
  ['a number', inJson(`{"email":${fill(9000, '9')}}`), 422, 'invalid', { email: 'malformed' }],
  ['nothing', inJson('{"email":null}'), 422, 'invalid', { email: 'malformed' }],
  ['null for a body', inJson('null'), 400, 'malformed'],
  ['text for a body', inJson('"email"'), 400, 'malformed'],
  ['a name twice in JSON: the last counts', inJson('{"email":"no","email":"ada@example.com"}'), 202],
  ['__proto__ in JSON', inJson('{"email":"a@b.cd","__proto__":{"a":1}}'), 422, 'invalid', {}],
  [
    'constructor in JSON',
    inJson('{"email":"a@b.cd","constructor":{"prototype":{"a":1}}}'),
    422,
    'invalid',
    { constructor: 'unknown' },
  ],
  ['toString as a name', withLength(`${sent}&toString=1`), 422, 'invalid', { toString: 'unknown' }],
  ['a NUL for an address', withLength('email=%00'), 422, 'invalid', { email: 'missing' }],
  ['a NUL in an address', withLength('email=a%00b%40example.com'), 422, 'invalid', { email: 'malformed' }],
  ['half a character for an address', inJson('{"email":"\\ud800"}'), 422, 'invalid', { email: 'missing' }],
  ['half a character for a name', inJson('{"email":"a@b.cd","\\udfff":""}'), 422, 'invalid'],
  [
    'nothing that could be seen',
    inJson('{"email":"\\u202e\\u3164\\u2066"}'),
    422,
    'invalid',
    { email: 'missing' },
  ],
  ['an email[]', withLength('email[]=a%40b.cd'), 422, 'invalid', { email: 'missing', 'email[]': 'unknown' }],
  ['5,000 names', withLength(manyNames), 400, 'malformed'],
  [
    '2,000 names in JSON',
    inJson(`{${Array.from({ length: 1800 }, (_, index) => `"${index}":1`).join(',')}}`),
    400,
    'malformed',
  ],
  ['one name 8,000 times', withLength(fill(limits.bodyBytes, 'a&')), 422, 'invalid', { a: 'unknown' }],
  ['an empty body', withLength(''), 422, 'invalid', { email: 'missing' }],
];

describe('malformed HTTP', () => {
  const service = serviceForAll();

  it.each(framing)('is answered once and ends the connection: %s', async (_name, bytes, status, code) => {
    const { url, log } = service();
    const { answers, isOpen } = await converse(url, bytes);
    expect(isOpen).toBe(false);
    expect(answers.map((answer) => answer.status)).toEqual(status === 'closed' ? [] : [status]);
    for (const answer of answers) expectOwnWords(answer, code);
    expect(log()).not.toMatch(/"level":(50|60)/);
  });
});

describe('an unusual request', () => {
  const service = serviceForAll();

  it.each(answered)('is answered according to the table: %s', async (_name, bytes, status, code, issues) => {
    const { url, log } = service();
    const { answers, isOpen } = await converse(url, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(isOpen).toBe(true);
    for (const answer of answers) expectOwnWords(answer, code);
    if (issues) {
      expect(JSON.parse(answers[0]?.body ?? '')).toHaveProperty('issues', expect.objectContaining(issues));
    }
    expect(log()).not.toMatch(/"level":(50|60)/);
  });
});

describe('a redirect of a plain form', () => {
  it('leads to a URL with any letters in it', async () => {
    const { url } = await startService({ THANK_YOU_PAGES: 'https://www.example.com/' });
    const redirect = 'https://www.example.com/☃?name=Ада';
    const body = String(new URLSearchParams({ email: 'ada@example.com', redirect }));
    const { answers } = await converse(url, withLength(body, ['Accept: text/html']));
    expect(answers).toMatchObject([{ status: 303, headers: { location: new URL(redirect).href } }]);
  });
});

describe('HEAD', () => {
  const service = serviceForAll();

  it.each(['/forms/newsletter', '/healthz', '/embed.js', '/nothing'])('has no body: %s', async (path) => {
    const { url } = service();
    const socket = await openSocket(url);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(raw(`HEAD ${path}`, ['Connection: close']));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 (200|404) [^]*\r\n\r\n$/);
  });
});

describe('pipelined requests', () => {
  it('are each answered, in their order', async () => {
    const { url } = await startService();
    const pair = withLength(sent) + get('/forms/none');
    const { answers, isOpen } = await converse(url, fill(pair.length * 500, pair) + withLength(''));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 500 }, () => [202, 404]).flat(),
      422,
    ]);
    expect(isOpen).toBe(true);
  });

  it.skipIf(!existsSync('/proc/self/fd'))('hold no file open when the answers are not read', async () => {
    const { url } = await startService();
    const openFiles = () => readdirSync('/proc/self/fd').length;
    await ask(url);
    const before = openFiles();
    for (let round = 0; round < 5; round++) {
      const socket = await openSocket(url);
      socket.pause().write(fill(20_000, get('/embed.js')));
      // Answered by the time a later request is answered.
      await ask(url);
      socket.destroy();
    }
    await vi.waitFor(() => {
      expect(openFiles()).toBeLessThan(before + 20);
    });
  });
});

/** The service's own time limits, shortened; only their order matters. */
const short: Partial<Impatience> = {
  headersTimeout: 300,
  requestTimeout: 600,
  connectionsCheckingInterval: 50,
  timeout: 1500,
  keepAliveTimeout: 300,
};

describe('a client that takes too long', () => {
  it.each([
    ['says nothing', ''],
    ['never ends its headers', 'POST /forms/newsletter HTTP/1.1\r\nHost: proxy\r\n'],
    ['never sends the body that it announced', post(['Content-Length: 1000'])],
    ['never ends its chunks', post(['Transfer-Encoding: chunked'], `17\r\n${sent}\r\n`)],
  ])('gets a 408 and the connection ends: it %s', async (_name, bytes) => {
    const { url, log } = await startService({}, short);
    const { answers, isOpen } = await converse(url, bytes);
    expect(answers).toMatchObject([{ status: 408, body: '' }]);
    expect(isOpen).toBe(false);
    expect(log()).not.toMatch(/"level":(50|60)/);
  });

  it.each([
    ['headers', 'POST /forms/newsletter HTTP/1.1\r\nHost: proxy\r\nX: '],
    ['a body', post(['Content-Length: 1000'], '')],
    ['a body without a route', raw('POST /nothing', ['Content-Length: 1000'])],
  ])('cannot hold a connection by sending a byte now and then: in %s', async (_name, bytes) => {
    const { url } = await startService({}, short);
    const socket = await openSocket(url);
    socket.resume().write(bytes);
    const drip = setInterval(() => socket.write('a'), 20);
    await once(socket, 'close');
    clearInterval(drip);
  });

  it('does not keep a connection that is no longer used', async () => {
    const { url } = await startService({}, short);
    const socket = await openSocket(url);
    socket.resume().write(get('/healthz'));
    await once(socket, 'close');
  });

  it('does not keep a connection whose answers are not read', async () => {
    const { url } = await startService({}, short);
    const socket = await openSocket(url);
    const refused = once(socket, 'error');
    // 20 MB of answers, more than the system buffers for a reader; sent in one piece, so that no request is
    // incomplete.
    socket.pause().write(fill(50_000, get('/embed.js')));
    const probe = setInterval(() => socket.write('\r\n'), 50);
    await refused;
    clearInterval(probe);
  });

  it('is given longer when a proxy keeps the connection', async () => {
    const { url } = await startService({ TRUST_PROXY: '1' });
    const { headers } = await ask(`${url}/healthz`, { headers: { connection: 'keep-alive' } });
    expect(headers['keep-alive']).toBe('timeout=125');
  });
});

describe('a body that is far too long', () => {
  it.each([
    ['with its length in front', post(['Content-Length: 4000000'], fill(4_000_000, 'a'))],
    ['in chunks', post(['Transfer-Encoding: chunked'], `3d0900\r\n${fill(4_000_000, 'a')}\r\n0\r\n\r\n`)],
  ])('is answered even if the sender reads only after sending: %s', async (_name, bytes) => {
    const { url } = await startService();
    const socket = await openSocket(url);
    let text = '';
    socket.pause().on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.pause();
    await new Promise((resolve) => socket.write(bytes, resolve));
    socket.resume();
    await once(socket, 'close');
    expect(readAnswers(text)).toMatchObject([{ status: 413, headers: { connection: 'close' } }]);
  });
});

describe('what reaches rasa.io', () => {
  it('has no lone surrogates, line breaks, direction marks or invisible characters', async () => {
    const service = await startService();
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    const names = {
      first_name: '\\u202eA\\u0000d\\ud800\\u3164a\\ufeff',
      last_name: 'L\\u2028\\u00ado\\u2069v',
    };
    const body = `{"email":"\\u200bada@\\u2066example.com","first_name":"${names.first_name}","last_name":"${names.last_name}"}`;
    const { answers } = await converse(service.url, inJson(body));
    expect(answers).toMatchObject([{ status: 202 }]);
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([
        { email: 'ada@example.com', first_name: 'A d a', last_name: 'L ov' },
      ]);
    });
  });

  it('keeps the joiners of scripts and emoji', async () => {
    const service = await startService();
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    const first_name = 'می\u200cخواهم ❤\ufe0f 👩\u200d👧';
    expect((await signUp(service.url, 'urlencoded', { email: 'ada@example.com', first_name })).status).toBe(
      202,
    );
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ first_name }]);
    });
  });
});

/** Bodies that are slow to parse, each for a different parser. */
const slowBodies: [name: string, bytes: string][] = [
  ['names', withLength(fill(limits.bodyBytes, 'a&b&c&'))],
  ['different names', withLength(manyNames)],
  ['percent codes', withLength(`email=${fill(16_000, '%41')}`)],
  ['half percent codes', withLength(fill(limits.bodyBytes, '%f&'))],
  ['arrays', inJson(`{"email":${fill(8000, '[')}${fill(8000, ']')}}`)],
  ['objects', inJson(`{"email":${fill(13_000, '{"a":')}1${fill(2600, '}')}}`)],
  ['one name in JSON', inJson(`{${fill(16_000, '"a":1,')}"a":2}`)],
  ['digits', inJson(`{"email":${fill(16_000, '9')}}`)],
  ['half characters', inJson(`{"email":"${fill(16_000, '\\ud800')}"}`)],
  ['spaces', inJson(`{"email":"a${fill(16_000, ' ')}b"}`)],
  ['at signs', inJson(`{"email":"${fill(16_000, '@')}"}`)],
  ['dots', inJson(`{"email":"a@${fill(250, 'a.')}"}`)],
  ['letters for IDNA', withLength(`email=a@b.cd&page=http://${fill(15_000, '%C3%BC.')}`)],
  ['letters for IDNA in an address', withLength(`email=a@${fill(700, '%C3%BC.')}`)],
  ['a type with spaces', withLength(sent).replace(type, `${type};a=${fill(14_000, ' ')}b`)],
];

describe('16 KiB', () => {
  it('take no more than about ten times the work of an ordinary sign-up, whatever they contain', async () => {
    const { url } = await startService();
    const socket = await openSocket(url);
    socket.on('data', () => undefined);
    /** CPU time of both ends in µs, the least of several tries: other processes use this machine too. */
    const workOf = async (bytes: string) => {
      const tries: number[] = [];
      for (let round = 0; round < 12; round++) {
        const before = process.cpuUsage();
        for (let count = 0; count < 5; count++) {
          socket.write(bytes, 'latin1');
          await once(socket, 'data');
        }
        const { user, system } = process.cpuUsage(before);
        tries.push((user + system) / 5);
      }
      return Math.min(...tries);
    };
    await workOf(withLength(sent));
    const ordinary = await workOf(withLength(sent));
    for (const [name, bytes] of slowBodies) {
      expect((await workOf(bytes)) / ordinary, name).toBeLessThan(10);
    }
  });
});

describe('the intake with default settings', () => {
  it("accepts a person's sign-up after all of this", async () => {
    const { url, log } = await startService({ ...guardedIntake, RATE_NETWORK: 'off' });
    for (const [, bytes] of [...framing, ...answered]) await converse(url, bytes);
    expect((await signUp(url, 'urlencoded', { email: 'ada@example.com' })).status).toBe(202);
    expect(log()).not.toMatch(/"level":(50|60)/);
  });
});

/** A problem detail, or Node's status line alone; neither reveals anything about the machine. */
function expectOwnWords({ status, headers, body }: RawAnswer, code: string | undefined): void {
  if (code === 'bare') expect(body).toBe('');
  else if (code !== undefined) {
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, code });
  }
  expect(body).not.toMatch(/node_modules|node:|file:|\.[jt]s:\d|Error:/);
}
