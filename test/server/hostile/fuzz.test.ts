import { Agent, METHODS, request as send, type IncomingHttpHeaders } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limits } from '../../../shared/form.ts';
import { readmeSection } from '../../helpers/documents.ts';
import { guardedIntake, startService } from '../../helpers/server/service.ts';
import { prove, signUp, ways } from '../../helpers/sites/visitor.ts';

const cases = process.env['SOAK'] ? 200_000 : 8000;
const atOnce = 16;

/** One request of any kind, and everything that came back. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Got =
  | { readonly is: 'closed' }
  | {
      readonly is: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    };

describe.each([
  ['an open intake', { BOT_MODE: 'off', RATE_NETWORK: 'off' }],
  [
    'the intake with default settings',
    { ...guardedIntake, RATE_NETWORK: 'off', RATE_SERVICE: 'off', RATE_PLAIN: 'off', PLAIN_LEAST_AGE: 'off' },
  ],
])('%s', (name, env) => {
  it(
    `answers ${cases / 2} requests as documented, whatever they are`,
    async () => {
      const { url, log } = await startService({ ...env, THANK_YOU_PAGES: 'https://www.example.com/' });
      const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
      onTestFinished(() => {
        agent.destroy();
      });
      const loose: unknown[] = [];
      const note = (reason: unknown) => void loose.push(reason);
      process.on('unhandledRejection', note).on('uncaughtException', note);
      onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtException', note));

      const proof = await prove(url);
      let runs = 0;
      let held = 0;
      const mark = `typed-${'x'.repeat(8)}`;
      // Several at once: one property covers a handful of requests, so that a failing case is still small.
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyRequest(mark, proof), { minLength: atOnce, maxLength: atOnce }),
          async (requests) => {
            const got = await Promise.all(requests.map((sent) => exchange(url, sent, agent)));
            for (const [index, answer] of got.entries()) expectDocumented(requests[index], answer, mark);
            expect(loose).toEqual([]);
            expect(log()).not.toMatch(/"level":(50|60)/);
            if (++runs === Math.floor(cases / 2 / atOnce / 4)) held = heldBytes();
          },
        ),
        { numRuns: cases / 2 / atOnce, endOnFailure: true },
      );

      expect(log()).not.toContain(mark);
      process.stdout.write(`${name}: ${mb(held)} MB held after a quarter, ${mb(heldBytes())} MB after all\n`);
      // Allows some for accepted sign-ups, in the outbox, the sandbox and the log that this test keeps.
      expect(heldBytes() - held).toBeLessThan(16 * 1024 * 1024 + cases * 1024);
      for (const way of ways) {
        const person = { email: `${way}@example.com`, first_name: 'Ada' };
        expect((await signUp(url, way, person)).status, way).toBe(202);
      }
    },
    process.env['SOAK'] ? 1_000_000 : 100_000,
  );
});

/** What docs/http-api.md lists, and Node's own refusals, which have no body. */
const documented = new Map(
  [...readmeSection('docs/http-api.md', 'problems').matchAll(/^\| (\d{3}) \| `(\w+)`/gm)].map(
    ([, status, code]) => [code, Number(status)],
  ),
);
const bare = [400, 408, 413, 417, 431];

function expectDocumented(sent: Sent | undefined, got: Got, mark: string): void {
  if (got.is === 'closed' || !sent) return;
  const { status, headers, body } = got;
  const type = headers['content-type'] ?? '';
  const context = `${JSON.stringify(sent)} got ${status} ${body.slice(0, 300)}`;
  expect(JSON.stringify(headers) + body, context).not.toMatch(
    /node_modules|node:internal|\.[jt]s:\d+:|    at |\/tmp\//,
  );
  expect(headers, context).not.toHaveProperty('x-powered-by');

  if (type === '') expect([...bare, 204, 304, 303], context).toContain(status);
  else if (type.startsWith('application/problem+json') && sent.method !== 'HEAD') {
    const { code, ...members } = JSON.parse(body) as { code: string; status: number; detail?: string };
    expect(documented.get(code), context).toBe(status);
    expect(members.status, context).toBe(status);
    expect(code, context).not.toBe('internal');
    // A path comes from the sender and may be named; a field's value may not.
    if (!sent.path.includes(mark)) expect(members.detail ?? '', context).not.toContain(mark);
  } else if (type.startsWith('text/html')) {
    expect([...documented.values(), 200, 202, 303], context).toContain(status);
    // The form's own page has one image of the product's: its QR code.
    const rest = body.replace(/<img src="\/forms\/newsletter\/qr\.svg[^"<>]*" /, '');
    expect(rest, context).not.toMatch(/<script>|<img|onerror=/);
  } else expect([...documented.values(), 200, 202], context).toContain(status);
  if (status === 202 && type.includes('json')) expect(body, context).toBe('{"status":"accepted"}');
}

const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);

/** The memory that this process holds after garbage collection. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function exchange(url: string, { method, path, headers, body }: Sent, agent: Agent): Promise<Got> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const closed = () => {
      resolve({ is: 'closed' });
    };
    try {
      const request = send({ hostname, port, method, path, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', closed).on('end', () => {
          const { statusCode: status = 0, headers: got } = response;
          resolve({ is: 'answered', status, headers: got, body: Buffer.concat(chunks).toString() });
        });
      });
      // An accepted CONNECT would be a tunnel.
      request.on('connect', closed).on('error', closed);
      // A body that is shorter than its Content-Length never ends; the sender gives up.
      request.setTimeout(1000, () => request.destroy());
      request.end(body);
    } catch {
      // A name, value or path that no client would send; the raw ones are in malformed-http.test.ts.
      closed();
    }
  });
}

function anyRequest(mark: string, proof: string): fc.Arbitrary<Sent> {
  return fc.oneof({ weight: 4, arbitrary: anySignup(mark, proof) }, { weight: 1, arbitrary: anyOther(mark) });
}

/** Any request that is not a sign-up POST, with and without a body. */
function anyOther(mark: string): fc.Arbitrary<Sent> {
  const methods = METHODS.filter((method) => method !== 'CONNECT');
  return fc.record({
    method: fc.constantFrom(...methods, 'GET', 'GET', 'HEAD', 'OPTIONS'),
    path: anyPath(mark),
    headers: anyHeaders(),
    body: fc.oneof(
      fc.constant(Buffer.of()),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    ),
  });
}

function anyPath(mark: string): fc.Arbitrary<string> {
  const known = fc.constantFrom(
    '/',
    '/healthz',
    '/embed.js',
    '/preview',
    '/pages/site.css',
    '/forms/newsletter',
    '/forms/newsletter/',
    '/forms/newsletter/challenge',
    '/forms/%00',
    '/forms/__proto__',
    '*',
    'http://proxy/healthz',
  );
  const odd = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) => `/${encodeURI(text.replace(/\p{Cs}/gu, ''))}`);
  const query = fc.option(fc.webQueryParameters(), { nil: undefined });
  const raw = fc.string({ maxLength: 20 }).map((text) => `/forms/${text.replace(/[^!-~]/g, '')}`);
  return fc
    .tuple(fc.oneof(known, known, odd, raw, fc.constant(`/forms/${mark}`)), query)
    .map(([path, text]) => (text === undefined ? path : `${path}?${text}`));
}

const headerNames = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-type',
  'expect',
  'forwarded',
  'if-none-match',
  'if-modified-since',
  'origin',
  'range',
  'referer',
  'sec-fetch-mode',
  'sec-fetch-site',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-http-method-override',
  'access-control-request-method',
  'access-control-request-headers',
  'cookie',
];

/** Legal headers and, as far as the client allows, illegal ones. */
function anyHeaders(): fc.Arbitrary<Record<string, string>> {
  const value = fc.oneof(
    fc.constantFrom(
      'text/html',
      'application/json',
      '*/*',
      'null',
      'https://www.example.com',
      'navigate',
      'cors',
    ),
    fc.constantFrom('bytes=0-', 'bytes=10-5', '100-continue', 'gzip', 'http://localhost:3000', 'http://['),
    fc.string({ unit: 'binary-ascii', maxLength: 60 }).map((text) => text.replace(/[^\t -~]/g, '')),
    fc.string({ maxLength: 12 }).map((text) => text.repeat(100)),
  );
  const name = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...headerNames) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  );
  return fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });
}

/** A valid sign-up with values, names, bytes and headers changed in places. */
function anySignup(mark: string, proof: string): fc.Arbitrary<Sent> {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.constantFrom(
      '',
      mark,
      '\0',
      '\ud800',
      '\u202e\u2066',
      '<script>',
      'constructor',
      `${mark}@example.com`,
    ),
    fc.constantFrom('https://www.example.com/☃', 'javascript:alert(1)', 'http://[', 'ada@exämple.com'),
    fc.string({ minLength: 1, maxLength: 4 }).map((part) => part.repeat(1000)),
  );
  const value = fc.oneof(
    { weight: 6, arbitrary: text },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(1e308, -0, [], {}, [[[]]], null, true, [mark]) },
  );
  const known = [
    'email',
    'first_name',
    'last_name',
    'id',
    'page',
    'proof',
    'token',
    'redirect',
    'your_message',
  ];
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'email[]', '') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  );
  const fields = fc
    .tuple(
      fc.oneof(fc.constant([]), fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 })),
      fc.nat(1e9),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([odd, number, isWhole, isProven]): [string, unknown][] => [
      ...(isWhole
        ? ([
            ['email', `p${number}@example.com`],
            ['first_name', mark],
          ] as [string, unknown][])
        : []),
      ...(isProven ? ([['proof', proof]] as [string, unknown][]) : []),
      ...odd,
    ]);
  const encoded = fc.constantFrom(...ways).chain((way) =>
    fields.map((pairs) => ({
      way,
      body:
        way === 'json'
          ? `{${pairs.map(([key, of]) => `${JSON.stringify(key)}:${JSON.stringify(of)}`).join(',')}}`
          : pairs
              .map(
                ([key, of]) => `${formOf(key)}=${formOf(typeof of === 'string' ? of : JSON.stringify(of))}`,
              )
              .join('&'),
    })),
  );
  const damage = fc.oneof(
    { weight: 5, arbitrary: fc.constant((bytes: Buffer) => bytes) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(limits.bodyBytes), fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
        const damaged = Buffer.from(bytes);
        if (damaged.length > 0) damaged[at % damaged.length] = byte;
        return damaged;
      }),
    },
    { weight: 1, arbitrary: fc.nat(200).map((length) => (bytes: Buffer) => bytes.subarray(0, length)) },
    {
      weight: 1,
      arbitrary: fc.nat(20).map((times) => (bytes: Buffer) => Buffer.concat(Array(times).fill(bytes))),
    },
  );
  // A length that is too small makes the rest of the body the next request; with one that is too large the
  // server waits.
  const lie = fc.oneof(
    { weight: 150, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -9, max: 1 }) },
  );
  return fc
    .tuple(encoded, damage, lie, fc.oneof(fc.constant({}), fc.constant({}), anyHeaders()))
    .map(([{ way, body }, damaged, lied, headers]) => {
      const bytes = damaged(Buffer.from(body));
      return {
        method: 'POST',
        path: '/forms/newsletter',
        headers: {
          'user-agent': 'Mozilla/5.0',
          'accept-language': 'en',
          'content-type': way === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
          accept: way === 'plain' ? 'text/html' : '*/*',
          'content-length': String(bytes.length + lied),
          ...headers,
        },
        body: bytes,
      };
    });
}

/** In the form of URLSearchParams, which does not accept lone surrogates either. */
function formOf(text: string): string {
  return text.replace(/[^\w.-]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
