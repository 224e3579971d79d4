import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readConfig, type Env } from '../../../server/config/config.ts';
import { createPersonsDelivery } from '../../../server/rasa/delivery/v1.ts';
import { createRasaHttp, defaultTimeouts } from '../../../server/rasa/http.ts';
import { createKeyRing } from '../../../server/rasa/key-ring.ts';
import { createTokenApi } from '../../../server/rasa/token-api.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { serve } from '../../helpers/sites/serve.ts';

const persons = (...names: string[]) => names.map((name) => ({ email: `${name}@example.com` }));
const never = new AbortController().signal;

/** A client of the sandbox, with a record of its calls and a clock that the test moves. */
function clientOf(
  sandbox: Pick<TestSandbox, 'url' | 'credentials'>,
  options: { apiKey?: string; timeoutMs?: number } = {},
) {
  const calls: string[] = [];
  const changes: string[] = [];
  const clock = { ms: Date.now() };
  const now = () => clock.ms;
  const { username, password, apiKey } = sandbox.credentials;
  const http = createRasaHttp({
    baseUrl: sandbox.url,
    now,
    timeouts: { readMs: 5000, writeMs: options.timeoutMs ?? 5000 },
    fetch: (url, init) => {
      calls.push(`${init?.method ?? ''} ${new URL(url instanceof Request ? url.url : url).pathname}`);
      return fetch(url, init);
    },
  });
  const credentials = {
    api: 'v1',
    username,
    password: new Secret(password),
    apiKey: new Secret(options.apiKey ?? apiKey ?? ''),
  } as const;
  const keyRing = createKeyRing({
    tokens: createTokenApi(http),
    now,
    sets: [{ number: 1, source: { variable: 'RASA_API_KEY' }, credentials }],
    onChange: ({ is }) => changes.push(is),
  });
  const client = createPersonsDelivery({ http, keyRing });
  return {
    add: (...names: string[]) => client.addPersons(persons(...names), never),
    calls,
    changes,
    clock,
  };
}

const emailsIn = async ({ api, token }: TestSandbox) => {
  const { envelope } = await api('GET', '/v1/persons', { token: await token() });
  return envelope.results.map(({ data }) => (data as { email: string }).email).sort();
};

describe('adding persons', () => {
  it('mints one token and uses it for every call', async () => {
    const sandbox = await startSandbox();
    const { add, calls } = clientOf(sandbox);
    expect(await add('ada')).toMatchObject([{ is: 'delivered' }]);
    expect(await add('bob', 'cleo')).toMatchObject([{ is: 'delivered' }, { is: 'delivered' }]);
    expect(calls).toEqual(['POST /v1/tokens', 'POST /v1/persons', 'POST /v1/persons']);
    expect(await emailsIn(sandbox)).toEqual(['ada@example.com', 'bob@example.com', 'cleo@example.com']);
  });

  it('says whose id it is, or that it is the id of one of the batch', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ variants: { writeOrder: 'reversed' } });
    const { add } = clientOf(sandbox);
    expect(await add('ada')).toMatchObject([{ contactId: { of: 'contact' } }]);
    const both = await add('bob', 'cleo');
    expect(both).toMatchObject([{ contactId: { of: 'batch' } }, { contactId: { of: 'batch' } }]);
    expect(new Set(both.map((one) => one.is === 'delivered' && one.contactId?.id)).size).toBe(2);
  });

  it('mints once for many callers at the same time', async () => {
    const { add, calls } = clientOf(await startSandbox());
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(`p${index}`)));
    expect(calls.filter((call) => call === 'POST /v1/tokens')).toHaveLength(1);
  });

  it('takes a new token shortly before the old one expires', async () => {
    const sandbox = await startSandbox();
    const { add, calls, clock } = clientOf(sandbox);
    await sandbox.putFaults({ tokenLifetimeS: 600 });
    await add('ada');
    clock.ms += 530_000;
    await add('bob');
    clock.ms += 20_000;
    await add('cleo');
    expect(calls.filter((call) => call === 'POST /v1/tokens')).toHaveLength(2);
  });

  it('mints once more and repeats the call once when its token is rejected', async () => {
    const sandbox = await startSandbox();
    const { add, calls } = clientOf(sandbox);
    await add('ada');
    await sandbox.putFaults({ answer: { status: 401, on: 'persons', times: 1 } });
    expect(await add('bob')).toMatchObject([{ is: 'delivered' }]);
    expect(calls.slice(2)).toEqual(['POST /v1/persons', 'POST /v1/tokens', 'POST /v1/persons']);
  });

  it('does not keep minting when new tokens are rejected too', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status: 401, on: 'persons' } });
    const { add, calls } = clientOf(sandbox);
    expect(await add('ada')).toEqual([{ is: 'later', reason: 'rasa.io answered 401' }]);
    expect(calls).toHaveLength(4);
  });

  it.each([
    ['wrapped items', { variants: { writeItems: 'wrapped' } }],
    ['items in another order', { variants: { writeOrder: 'reversed' } }],
    ['one result too few', { variants: { writeCount: 'one-short' } }],
    ['errors as a list', { variants: { errors: 'array' } }],
  ])('understands %s', async (_name, faults) => {
    const sandbox = await startSandbox();
    await sandbox.putFaults(faults);
    const { add } = clientOf(sandbox);
    const outcomes = await add('ada', 'bob', 'cleo');
    // With one result too few, one person has none, so nothing confirms that she was taken.
    const one = 'writeCount' in faults.variants ? 'refused' : 'delivered';
    expect(outcomes.map(({ is }) => is)).toEqual([one, one, one]);
    expect(await emailsIn(sandbox)).toHaveLength(3);
  });

  it('adds the others when rasa.io refuses one of a batch, and reports its reason', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ refuse: { emails: ['bob@*'], error: 'This domain is blocked' } });
    const { add } = clientOf(sandbox);
    expect(await add('ada', 'bob', 'cleo')).toMatchObject([
      { is: 'delivered' },
      { is: 'refused', reason: 'This domain is blocked' },
      { is: 'delivered' },
    ]);
  });

  it.each([400, 404, 409, 422])('treats %i as a refusal of that person', async (status) => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status, on: 'persons', error: 'No such segment' } });
    const { add } = clientOf(sandbox);
    expect(await add('ada')).toEqual([{ is: 'refused', reason: 'No such segment' }]);
  });
});

describe('when rasa.io is in trouble, the sign-up waits', () => {
  it.each([
    ['a server error', { answer: { status: 500, on: 'persons' } }, 'rasa.io answered 500'],
    ['a page of a gateway', { answer: { status: 502, as: 'html' } }, 'rasa.io answered 502'],
    [
      'a page with status 404',
      { answer: { status: 403, as: 'html', on: 'persons' } },
      'rasa.io answered 403',
    ],
    ['a dropped connection', { drop: { when: 'before' } }, 'the connection was cut'],
    [
      'a connection dropped after the work',
      { drop: { when: 'after', on: 'persons' } },
      'the connection was cut',
    ],
  ])('%s', async (_name, faults, reason) => {
    const sandbox = await startSandbox();
    await sandbox.putFaults(faults);
    const { add } = clientOf(sandbox);
    expect(await add('ada')).toMatchObject([
      { is: 'later', reason: expect.stringContaining(reason) as string },
    ]);
    expect((await add('bob', 'cleo')).map(({ is }) => is)).toEqual(['later', 'later']);
    await sandbox.putFaults({});
    expect(await add('ada', 'bob')).toMatchObject([{ is: 'delivered' }, { is: 'delivered' }]);
  });

  it('for as long as Retry-After says, in seconds or as a date, one hour at most', async () => {
    const sandbox = await startSandbox();
    const { add, clock } = clientOf(sandbox);
    const waits = async (retryAfter: number | string) => {
      await sandbox.putFaults({ answer: { status: 429, on: 'persons', retryAfter } });
      return add('ada');
    };
    expect(await waits(30)).toMatchObject([{ is: 'later', afterMs: 30_000 }]);
    clock.ms = Date.parse('2026-11-23T12:00:00Z');
    expect(await waits('Mon, 23 Nov 2026 12:01:00 GMT')).toMatchObject([{ is: 'later', afterMs: 60_000 }]);
    expect(await waits(999_999)).toMatchObject([{ is: 'later', afterMs: 3_600_000 }]);
  });

  it('P4: an answer that comes late is used, and the call is made once', async () => {
    const sandbox = await startSandbox();
    const { add, calls } = clientOf(sandbox);
    await add('ada');
    await sandbox.putFaults({ delayMs: 300 });
    expect(await add('bob', 'cleo')).toMatchObject([{ is: 'delivered' }, { is: 'delivered' }]);
    expect(calls).toEqual(['POST /v1/tokens', 'POST /v1/persons', 'POST /v1/persons']);
  });

  it('P4: reads and writes wait for as long as rasa.io itself, or as long as is set', () => {
    const of = (env: Env) => readConfig(env).rasaTimeouts;
    expect(of({})).toEqual({ readMs: 28_000, writeMs: 30_000 });
    expect(of({})).toEqual(defaultTimeouts);
    expect(of({ RASA_READ_TIMEOUT: '300s', RASA_WRITE_TIMEOUT: '5m' })).toEqual({
      readMs: 300_000,
      writeMs: 300_000,
    });
    expect(() => of({ RASA_WRITE_TIMEOUT: '6m' })).toThrow('RASA_WRITE_TIMEOUT: found "6m"');
  });

  it('a slow answer: the call is aborted after the time limit', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ delayMs: 60_000 });
    const { add } = clientOf(sandbox, { timeoutMs: 100 });
    expect(await add('ada')).toEqual([
      { is: 'later', reason: 'no answer within 100 ms', isUnanswered: true },
    ]);
  });

  it('an endless answer: reading stops at the size limit', async () => {
    const { add } = clientOf(
      await startUpstream((_request, response) => {
        response.writeHead(201, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write('x'.repeat(256 * 1024)), 1);
        response.on('close', () => {
          clearInterval(timer);
        });
      }),
    );
    expect(await add('ada')).toEqual([
      { is: 'later', reason: 'the answer is longer than 1048576 bytes', isUnanswered: true },
    ]);
  });

  it('a redirect: it is not followed, and the credentials are not sent on', async () => {
    const paths: string[] = [];
    const { add } = clientOf(
      await startUpstream((request, response) => {
        paths.push(request.url ?? '');
        response.writeHead(307, { location: '/elsewhere' }).end();
      }),
    );
    expect(await add('ada')).toMatchObject([{ is: 'later' }]);
    expect(paths).toEqual(['/v1/tokens']);
  });
});

describe('refused credentials', () => {
  it('are tried once, then after five minutes, then ten, and reported once', async () => {
    const sandbox = await startSandbox();
    const { add, calls, clock, changes } = clientOf(sandbox, { apiKey: 'a wrong key' });
    for (let time = 0; time < 5; time++) {
      expect(await add('ada')).toMatchObject([
        {
          is: 'later',
          reason: 'rasa.io refuses the credentials (401)',
          afterMs: 300_000,
          waitsFor: 'credentials',
        },
      ]);
    }
    expect(calls).toEqual(['POST /v1/tokens']);
    clock.ms += 300_000;
    expect(await add('ada')).toMatchObject([{ is: 'later', afterMs: 600_000 }]);
    expect(calls).toHaveLength(2);
    expect(changes).toEqual(['refused', 'none left']);
  });

  it('work again without a change when the refusal was a temporary fault', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status: 403, on: 'tokens', times: 1 } });
    const { add, clock, changes } = clientOf(sandbox);
    expect(await add('ada')).toMatchObject([{ is: 'later' }]);
    clock.ms += 300_000;
    expect(await add('ada')).toMatchObject([{ is: 'delivered' }]);
    expect(changes).toEqual(['refused', 'none left', 'in use']);
  });

  it('are not counted as refused when rasa.io cannot check them at the moment', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status: 503, on: 'tokens', retryAfter: 7 } });
    const { add, changes } = clientOf(sandbox);
    expect(await add('ada')).toMatchObject([{ is: 'later', afterMs: 7000 }]);
    expect(changes).toEqual([]);
  });
});

/** An upstream with behaviour that the sandbox does not have. */
async function startUpstream(handler: RequestListener): Promise<Pick<TestSandbox, 'url' | 'credentials'>> {
  return {
    url: await serve(handler),
    credentials: { username: 'u', password: 'p', apiKey: 'k' },
  };
}
