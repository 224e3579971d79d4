import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { limits } from '../../../shared/form.ts';
import type { Challenge } from '../../../shared/signup.ts';
import { formsFile } from '../../helpers/forms/operators-forms.ts';
import {
  guardedIntake,
  readContact,
  readContacts,
  serviceForAll,
  startService,
} from '../../helpers/server/service.ts';
import {
  ask,
  hiddenFields,
  post,
  prove,
  signUp,
  solve,
  ways,
  type Way,
} from '../../helpers/sites/visitor.ts';

const listed = 'https://www.example.com';
/** Plain sign-ups as any other. `plain-way.test.ts` has the limits of their own. */
const unhurriedPlain: Env = { PLAIN_LEAST_AGE: 'off', PLAIN_SHARE: '100', RATE_PLAIN: 'off' };
const start = (env: Env = {}) =>
  startService({ ...guardedIntake, ...unhurriedPlain, PROOF_WORK: '1', ALLOWED_ORIGINS: listed, ...env });

/** For tests that leave nothing behind that another one meets: no rate counts here. */
const shared = serviceForAll({
  ...unhurriedPlain,
  PROOF_WORK: '1',
  ALLOWED_ORIGINS: listed,
  THANK_YOU_PAGES: 'https://www.example.com/thanks,https://shop.example.com/',
  BOT_MODE: undefined,
});

/** Within the test's time, also on a machine that is busy. */
const soon = { timeout: 15_000, interval: 20 };

let people = 0;
const somebody = () => ({ email: `person-${++people}@example.com` });

const challengeOf = async (url: string, query = '') =>
  JSON.parse((await ask(`${url}/forms/newsletter/challenge${query}`)).body) as Challenge;

/** The code of a problem, in either format; 'accepted', or 'page' for the page that asks for a click. */
function codeOf({ status, body }: { status: number; body: string }): string {
  const codes: Readonly<Record<number, string>> = {
    200: 'page',
    202: 'accepted',
    413: 'too_large',
    415: 'unsupported',
    422: 'invalid',
    429: 'rate_limited',
    503: 'unavailable',
  };
  return body.startsWith('{"type"')
    ? (JSON.parse(body) as { code: string }).code
    : (codes[status] ?? `${status}`);
}

afterEach(() => {
  vi.useRealTimers();
});

describe.each(ways)('a sign-up sent as %s', (way) => {
  it('arrives', async () => {
    const service = await start();
    const { email } = somebody();
    expect((await signUp(service.url, way, { email, first_name: 'Ada' })).status).toBe(202);
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ email, first_name: 'Ada' }]);
    }, 10_000);
  });

  it.each<[string, string | undefined, Record<Way, string>]>([
    ['on the list', listed, { urlencoded: 'accepted', json: 'accepted', plain: 'accepted' }],
    [
      'not on the list',
      'https://evil.example',
      { urlencoded: 'origin_refused', json: 'origin_refused', plain: '403' },
    ],
    [
      'that begins like one on the list',
      `${listed}.evil.example`,
      { urlencoded: 'origin_refused', json: 'origin_refused', plain: '403' },
    ],
    [
      'on the list but with another port',
      `${listed}:8443`,
      { urlencoded: 'origin_refused', json: 'origin_refused', plain: '403' },
    ],
    ['that is opaque', 'null', { urlencoded: 'origin_refused', json: 'origin_refused', plain: 'accepted' }],
    [
      'that is missing, as from clients other than browsers',
      undefined,
      { urlencoded: 'accepted', json: 'accepted', plain: 'accepted' },
    ],
  ])('from an origin %s', async (_name, origin, expected) => {
    const { url } = shared();
    // The challenge comes from elsewhere, so that the sign-up is what is refused.
    const proof = way === 'plain' ? {} : { proof: await prove(url) };
    const headers = origin === undefined ? undefined : { origin };
    const first = await post(url, way, { ...somebody(), ...proof }, headers);
    const answer = first.status === 200 ? await post(url, way, hiddenFields(first.body), headers) : first;
    expect(codeOf(answer)).toBe(expected[way]);
  });

  it("from the proxy's own pages passes", async () => {
    const { url } = shared();
    expect((await signUp(url, way, somebody(), { origin: url })).status).toBe(202);
  });

  it.each(['RATE_SERVICE', 'RATE_NETWORK', 'RATE_FORM'])('is limited by %s', async (rate) => {
    const { url } = await start({ [rate]: '2/10m' });
    expect((await signUp(url, way, somebody())).status).toBe(202);
    expect((await signUp(url, way, somebody())).status).toBe(202);
    const third = await signUp(url, way, somebody());
    expect(third.status).toBe(429);
    const seconds = Number(third.headers['retry-after']);
    expect(seconds).toBeGreaterThan(590);
    expect(seconds).toBeLessThanOrEqual(600);
    const axis = rate.slice(5).toLowerCase();
    expect(third.headers['ratelimit-policy']).toContain(`"${axis}";q=2;w=600`);
    expect(third.headers['ratelimit']).toContain(`"${axis}";r=0;t=${seconds}`);
  });

  it('is limited by RATE_ADDRESS, however the address is written', async () => {
    const { url } = await start({ RATE_ADDRESS: '3/1d' });
    for (const email of ['a.da+1@gmail.com', 'ADA+2@GoogleMail.com', 'ada@gmail.com']) {
      expect((await signUp(url, way, { email })).status, email).toBe(202);
    }
    expect((await signUp(url, way, { email: 'a.d.a+more@gmail.com' })).status).toBe(429);
    expect((await signUp(url, way, { email: 'grace@gmail.com' })).status).toBe(202);
  });

  it.each([
    ['a body of 16 KiB', limits.bodyBytes, 'invalid'],
    ['a body of one byte more', limits.bodyBytes + 1, 'too_large'],
  ])('has a limit: %s', async (_name, bytes, code) => {
    const { url } = shared();
    const fields = { ...somebody(), first_name: '' };
    const { length } = way === 'json' ? JSON.stringify(fields) : String(new URLSearchParams(fields));
    const answer = await post(url, way, { ...fields, first_name: 'a'.repeat(bytes - length) });
    expect(codeOf(answer)).toBe(code === 'too_large' ? 'too_large' : 'invalid');
  });

  it.each([
    ['a name of 100 characters', { first_name: 'a'.repeat(limits.name) }, 'accepted'],
    ['a name of 101 characters', { first_name: 'a'.repeat(limits.name + 1) }, 'invalid'],
    ['a field that the form does not have', { is_admin: '1' }, 'invalid'],
    ['another address', { email: 'ada' }, 'invalid'],
  ])('is checked against its form: %s', async (_name, fields, code) => {
    const { url } = shared();
    expect(codeOf(await signUp(url, way, { ...somebody(), ...fields }))).toBe(code);
  });

  it('gets its quota back for a typing error, but not for signs of a robot', async () => {
    const { url } = await start({ RATE_NETWORK: '2/10m' });
    for (let i = 0; i < 5; i++) {
      expect(codeOf(await post(url, way, { email: 'ada@' }))).toBe('invalid');
    }
    expect((await signUp(url, way, somebody())).status).toBe(202);
    const robot = { ...somebody(), proof: 'made up' };
    expect((await post(url, way, robot)).status).toBe(403);
    expect((await signUp(url, way, somebody())).status).toBe(429);
  });

  it('gets its budgets back when another one was used up', async () => {
    const { url } = await start({ RATE_NETWORK: '4/10m', RATE_ADDRESS: '1/1d' });
    const { email } = somebody();
    expect((await signUp(url, way, { email })).status).toBe(202);
    for (let i = 0; i < 4; i++) expect((await signUp(url, way, { email })).status).toBe(429);
    for (let i = 0; i < 3; i++) expect((await signUp(url, way, somebody())).status).toBe(202);
    expect((await signUp(url, way, somebody())).status).toBe(429);
  });

  it('gets its quotas and its proof back when it cannot be stored', async () => {
    const { url } = await start({
      ...(await brokenUpstream()),
      OUTBOX_MAX: '1',
      RATE_NETWORK: '2/10m',
      RATE_FORM: '2/10m',
    });
    expect((await signUp(url, way, somebody())).status).toBe(202);
    for (let i = 0; i < 4; i++) {
      const answer = await signUp(url, way, somebody());
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('30');
    }
  });

  it('from another network has a quota of its own', async () => {
    const { url } = await start({ RATE_NETWORK: '1/10m', TRUST_PROXY: '1' });
    const from = async (ip: string) => (await signUp(url, way, somebody(), { 'x-forwarded-for': ip })).status;
    expect(await from('203.0.113.1')).toBe(202);
    expect(await from('203.0.113.1')).toBe(429);
    expect(await from('203.0.113.2')).toBe(202);
  });

  it('is for a test address only at sandbox.test', async () => {
    const { url } = shared();
    expect((await signUp(url, way, { email: 'refused@sandbox.test' })).status).toBe(403);
    expect((await signUp(url, way, { email: 'refused@sandbox.test.example' })).status).toBe(202);
    expect((await signUp(url, way, { email: 'refused@example.com' })).status).toBe(202);
  });

  it('that is repeated with its id uses no quota of the address', async () => {
    const { url } = await start({ RATE_ADDRESS: '2/1d' });
    const fields = { ...somebody(), id: 'one-and-the-same' };
    for (let i = 0; i < 5; i++) expect((await signUp(url, way, fields)).status).toBe(202);
    const another = { ...fields, first_name: 'Ada' };
    expect((await signUp(url, way, another)).status).toBe(202);
    expect((await signUp(url, way, { ...another, id: 'yet-another' })).status).toBe(429);
  });

  it.each([
    ['allow', 202, undefined],
    ['flag', 202, 'yes'],
    ['refuse', 422, undefined],
  ])('from a disposable address, with DISPOSABLE=%s, gets %s', async (setting, status, attribute) => {
    const service = await start({ DISPOSABLE: setting });
    const answer = await signUp(service.url, way, { email: 'ada@sub.mailinator.com' });
    expect(answer.status).toBe(status);
    if (status === 422) {
      const words = way === 'plain' ? 'use an address that you will keep' : '"email":"disposable"';
      expect(answer.body).toContain(words);
      return;
    }
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await vi.waitFor(async () => {
      const [contact] = await readContacts(sandbox);
      expect(contact).toBeDefined();
      expect((await readContact(sandbox, contact?.['id']))['disposable']).toBe(attribute);
    }, 10_000);
  });

  it('from an address with letters of any alphabet', async () => {
    const refusing = shared();
    expect((await signUp(refusing.url, way, { email: 'ada@bücher.example' })).status).toBe(202);
    expect((await signUp(refusing.url, way, { email: 'zoë@example.com' })).status).toBe(422);
    const accepting = await start({ INTERNATIONAL_ADDRESSES: 'accept' });
    expect((await signUp(accepting.url, way, { email: 'zoë@bücher.example' })).status).toBe(202);
  });
});

/** An unavailable upstream, so that accepted sign-ups stay in the outbox. */
async function brokenUpstream(): Promise<Env> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    RASA_BASE_URL: `http://127.0.0.1:${port}`,
    RASA_USERNAME: 'a@example.com',
    RASA_PASSWORD: 'b',
    RASA_API_KEY: 'c',
  };
}

describe('a sign-up that comes again', () => {
  const contactsOf = async ({ sandbox }: Awaited<ReturnType<typeof start>>) => {
    if (!sandbox) throw new Error('no sandbox');
    return readContacts(sandbox);
  };

  it('with its id and contents is accepted, though its proof is used, stale or missing, and whatever the quotas', async () => {
    const service = await start({ RATE_ADDRESS: '1/1d' });
    const fields = { ...somebody(), id: 'one-and-the-same', first_name: 'Ada' };
    const proof = await prove(service.url);
    expect((await post(service.url, 'urlencoded', { ...fields, proof })).status).toBe(202);
    for (const again of [{ proof }, { proof: 'made up' }, {}, { proof: await prove(service.url) }]) {
      expect((await post(service.url, 'json', { ...fields, ...again })).status).toBe(202);
    }
    await vi.waitFor(async () => {
      expect(await contactsOf(service)).toMatchObject([{ email: fields.email, first_name: 'Ada' }]);
    });
    await vi.waitFor(() => {
      const { bots, delivery } = service.figures();
      expect(bots).toMatchObject({ refused: 0, reasons: {} });
      expect(delivery).toMatchObject({ delivered: 1 });
    });
  });

  it('is accepted again after a restart', async () => {
    const first = await start();
    const fields = { ...somebody(), id: 'one-and-the-same' };
    const proof = await prove(first.url);
    expect((await post(first.url, 'urlencoded', { ...fields, proof })).status).toBe(202);
    await first.close();
    const { url } = await start({ DATA_DIR: first.dataDir });
    expect((await post(url, 'urlencoded', { ...fields, proof })).status).toBe(202);
    expect((await post(url, 'urlencoded', { ...fields, first_name: 'Eve', proof })).status).toBe(403);
  });

  it.each<[string, object]>([
    ['another name', { first_name: 'Ada Lovelace' }],
    ['a field left out', { first_name: '' }],
  ])(
    'with its id and %s is another sign-up: it needs a proof, is delivered, and the last one wins',
    async (_name, other) => {
      const service = await start();
      const fields = { ...somebody(), id: 'one-and-the-same', first_name: 'Ada' };
      expect((await signUp(service.url, 'urlencoded', fields)).status).toBe(202);
      expect((await post(service.url, 'urlencoded', { ...fields, ...other })).status).toBe(403);
      expect((await signUp(service.url, 'urlencoded', { ...fields, ...other })).status).toBe(202);
      await vi.waitFor(() => {
        expect(service.figures().delivery.delivered).toBe(2);
      });
    },
  );

  it('with another address and the same id reaches both', async () => {
    const service = await start();
    const both = [somebody(), somebody()];
    for (const fields of both) {
      expect((await signUp(service.url, 'urlencoded', { ...fields, id: 'one-and-the-same' })).status).toBe(
        202,
      );
    }
    await vi.waitFor(async () => {
      expect((await contactsOf(service)).map(({ email }) => email).sort()).toEqual(
        both.map(({ email }) => email).sort(),
      );
    });
  });

  it('at another form with the same id is another sign-up', async () => {
    const forms = { newsletter: { fields: ['email'] }, events: { fields: ['email'] } };
    const service = await start({ BOT_MODE: 'off', ...(await formsFile(forms)) });
    const body = JSON.stringify({ ...somebody(), id: 'one-and-the-same' });
    for (const form of ['newsletter', 'events', 'events']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(`${service.url}/forms/${form}`, { method: 'POST', headers, body });
      expect(answer.status).toBe(202);
    }
    await vi.waitFor(() => {
      expect(service.figures().delivery.delivered).toBe(2);
    }, soon);
  });

  it('within ten minutes, with a name mended and no id at all, replaces what was sent first', async () => {
    const service = await start();
    const { email } = somebody();
    for (const first_name of ['Adda', 'Ada']) {
      expect((await signUp(service.url, 'urlencoded', { email, first_name })).status).toBe(202);
    }
    await vi.waitFor(async () => {
      expect(await contactsOf(service)).toMatchObject([{ email, first_name: 'Ada' }]);
    });
  });
});

it('D15: a sign-up that cannot be stored gets its request back too', async () => {
  const { url } = await start({ ...(await brokenUpstream()), OUTBOX_MAX: '1', RATE_NETWORK: '2/10m' });
  expect((await signUp(url, 'urlencoded', somebody())).status).toBe(202);
  const proof = await prove(url);
  // Of requests that are checked a network has four for each sign-up.
  for (let i = 0; i < 12; i++)
    expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(503);
});

describe('a challenge', () => {
  it('of one proxy is good at another one that shares the database, and counts once at both', async () => {
    const one = await start();
    const two = await start({ DATA_DIR: one.dataDir });
    const proof = await prove(one.url);
    expect((await post(two.url, 'urlencoded', { ...somebody(), proof })).status).toBe(202);
    expect((await post(one.url, 'urlencoded', { ...somebody(), proof })).status).toBe(403);
  });
});

describe('the proof', () => {
  it('counts once, for its own form, and is issued only for forms that exist', async () => {
    const { url } = await start();
    const proof = await prove(url);
    expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(202);
    const again = await post(url, 'json', { ...somebody(), proof });
    expect(codeOf(again)).toBe('bot_suspected');
    expect(again.body).toContain('used proof');
    expect((await ask(`${url}/forms/none/challenge`)).status).toBe(404);
  });

  it('that was used does not use up the quota of the form when it is sent again and again', async () => {
    const { url } = await start({ RATE_FORM: '3/1m' });
    const proof = await prove(url);
    expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(202);
    for (let again = 0; again < 5; again++)
      expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(403);
    expect((await post(url, 'urlencoded', { ...somebody(), proof: await prove(url) })).status).toBe(202);
  });

  it('that was used, where the proxy only observes, lets in the next sign-up too and is counted', async () => {
    const service = await start({ BOT_MODE: 'observe' });
    const proof = await prove(service.url);
    const both = [somebody(), somebody()];
    for (const fields of both) {
      expect((await post(service.url, 'urlencoded', { ...fields, proof })).status).toBe(202);
    }
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await vi.waitFor(async () => {
      expect((await readContacts(sandbox)).map(({ email }) => email).sort()).toEqual(
        both.map(({ email }) => email).sort(),
      );
    }, soon);
    expect(service.figures().bots).toMatchObject({ wouldHaveRefused: 1, reasons: { 'used proof': 1 } });
  });

  it('can be used again when the sign-up had a typing error', async () => {
    const { url } = await start();
    const proof = await prove(url);
    expect((await post(url, 'urlencoded', { email: 'ada@', proof })).status).toBe(422);
    expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(202);
  });

  it('is kept for another try when a budget was used up', async () => {
    const { url } = await start({ RATE_ADDRESS: '1/1d' });
    const { email } = somebody();
    await signUp(url, 'urlencoded', { email });
    const proof = await prove(url);
    expect((await post(url, 'urlencoded', { email, proof })).status).toBe(429);
    expect((await post(url, 'urlencoded', { ...somebody(), proof })).status).toBe(202);
  });

  it('becomes more work as the network uses up its quota, and less again later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { url } = await start({ RATE_NETWORK: '10/10m', PROOF_WORK: '20' });
    const counterOf = async () => {
      const proof = JSON.parse(Buffer.from(await prove(url), 'base64').toString()) as {
        solution: { counter: number };
      };
      return proof.solution.counter;
    };
    expect(await counterOf()).toBeLessThanOrEqual(20);
    for (let i = 0; i < 10; i++) await post(url, 'urlencoded', { ...somebody(), proof: 'made up' });
    // At most six times the work, evenly spread: eight are never all as little as in quiet times.
    const counters = [];
    for (let i = 0; i < 8; i++) counters.push(await counterOf());
    expect(Math.max(...counters)).toBeGreaterThan(20);
    expect(Math.max(...counters)).toBeLessThanOrEqual(120);
    vi.setSystemTime(Date.now() + 600_000);
    expect(await counterOf()).toBeLessThanOrEqual(20);
  });

  it('D16: sent again at once with a fresh challenge lets in a person whom several signs spoke against', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { url } = await start();
    const fields = { ...somebody(), first_name: 'Anna.Ly' };
    const challenge = await challengeOf(url);
    const refused = await post(url, 'urlencoded', { ...fields, proof: await solve(challenge) });
    expect(refused.body).toContain('faster than people, link in a name');
    vi.setSystemTime(Date.now() + 2000);
    const fresh = await challengeOf(url, `?since=${challenge.since}`);
    const answer = await post(url, 'urlencoded', { ...fields, proof: await solve(fresh) });
    expect(answer.status).toBe(202);
  });

  it('can be requested four times as often as sign-ups can be made', async () => {
    const { url } = await start({ RATE_NETWORK: '2/10m' });
    const challenge = () => ask(`${url}/forms/newsletter/challenge`);
    for (let i = 0; i < 8; i++) expect((await challenge()).status).toBe(200);
    const refused = await challenge();
    expect(codeOf(refused)).toBe('rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(590);
  });

  it.each<[string, Record<string, string>]>([
    ['by an image or a `no-cors` fetch', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['by another host of the same site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    ['by a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['with its origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['from a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])(
    'D8: requested by another site is refused and not charged to its visitor: %s',
    async (_name, headers) => {
      const { url } = await start({ RATE_NETWORK: '1/10m' });
      const challenge = (sent: Record<string, string>) =>
        ask(`${url}/forms/newsletter/challenge`, { headers: sent });
      for (let i = 0; i < 10; i++) expect(codeOf(await challenge(headers))).toBe('origin_refused');
      const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
      const embedded = { origin: listed, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
      for (const sent of [own, embedded, {}, own]) expect((await challenge(sent)).status).toBe(200);
      expect((await challenge(own)).status).toBe(429);
    },
  );

  it('can be requested only by pages on the list, and is never cached', async () => {
    const { url } = shared();
    const challenge = (origin: string) => ask(`${url}/forms/newsletter/challenge`, { headers: { origin } });
    const allowed = await challenge(listed);
    expect(allowed.headers['access-control-allow-origin']).toBe(listed);
    expect(allowed.headers['cache-control']).toBe('no-store');
    for (const origin of ['https://evil.example', 'null']) expect((await challenge(origin)).status).toBe(403);
  });

  it('is not required when the bot check is off', async () => {
    const { url } = await start({ BOT_MODE: 'off' });
    expect((await post(url, 'json', somebody())).status).toBe(202);
    const { body } = await ask(`${url}/forms/newsletter`);
    expect(JSON.parse(body)).toMatchObject({ proof: false });
  });

  it('is not required when the proxy only observes, which counts what it would have refused', async () => {
    const { url, figures } = await start({ BOT_MODE: 'observe' });
    expect((await post(url, 'json', somebody())).status).toBe(202);
    const { bots } = figures();
    expect(bots).toEqual({ mode: 'observe', refused: 0, wouldHaveRefused: 1, reasons: { 'no proof': 1 } });
  });

  it('stays valid across a restart of the proxy, and stays used', async () => {
    const first = await start();
    const [fresh, used] = [await prove(first.url), await prove(first.url)];
    expect((await post(first.url, 'urlencoded', { ...somebody(), proof: used })).status).toBe(202);
    await first.close();
    const { url } = await start({ DATA_DIR: first.dataDir });
    expect((await post(url, 'urlencoded', { ...somebody(), proof: used })).status).toBe(403);
    expect((await post(url, 'urlencoded', { ...somebody(), proof: fresh })).status).toBe(202);
  });
});

describe('the page that asks for one click', () => {
  it('is one sign-up, however often the click arrives', async () => {
    const service = await start();
    const page = await post(service.url, 'plain', somebody());
    expect(page.body).toContain('One more click');
    const click = () => post(service.url, 'plain', hiddenFields(page.body));
    const answers = await Promise.all([click(), click(), click()]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toHaveLength(1);
    });
  });

  it('is shown again when the repeated fields were changed', async () => {
    const { url } = shared();
    const fields = hiddenFields((await post(url, 'plain', somebody())).body);
    const changed = await post(url, 'plain', { ...fields, ...somebody() });
    expect(changed.status).toBe(200);
    expect((await post(url, 'plain', hiddenFields(changed.body))).status).toBe(202);
  });

  it('does not let scripts in', async () => {
    const { url } = shared();
    const fields = somebody();
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'cors' };
    expect((await post(url, 'plain', fields, headers)).status).toBe(403);
  });

  it.each([
    ['https://www.example.com/thanks', 303],
    ['https://www.example.com/thanks?from=newsletter', 303],
    ['https://shop.example.com/any/page', 303],
    ['https://www.example.com/thanks/more', 202],
    ['https://www.example.com.evil.example/thanks', 202],
    ['https://evil.example/?https://www.example.com/thanks', 202],
    ['//evil.example', 202],
    ['javascript:alert(1)', 202],
  ])('redirects only to a page on the list: %s gets %s', async (redirect, status) => {
    const { url } = shared();
    const answer = await signUp(url, 'plain', { ...somebody(), redirect });
    expect(answer.status).toBe(status);
    expect(answer.headers.location).toBe(status === 303 ? redirect : undefined);
  });
});

describe('a body', () => {
  const unchecked = serviceForAll({ ALLOWED_ORIGINS: listed });
  const urlencoded = 'application/x-www-form-urlencoded';
  const many = (count: number) =>
    String(new URLSearchParams(Array.from({ length: count }, (_, at) => [`name-${at}`, ''])));

  it.each([
    ['with a name that comes twice', urlencoded, 'email=ada@example.com&email=eve@example.com', 'invalid'],
    [
      'in another charset than UTF-8',
      `${urlencoded};charset=iso-8859-1`,
      'email=ada@example.com',
      'unsupported',
    ],
    ['with 100 names', urlencoded, many(100), 'invalid'],
    ['with 101 names', urlencoded, many(101), 'malformed'],
    [
      'with 101 names, in JSON',
      'application/json',
      JSON.stringify(Object.fromEntries(new URLSearchParams(many(101)))),
      'malformed',
    ],
  ])('%s is refused', async (_name, type, body, code) => {
    const { url } = unchecked();
    const headers = { 'content-type': type, accept: 'application/json' };
    expect(codeOf(await ask(`${url}/forms/newsletter`, { method: 'POST', headers, body }))).toBe(code);
  });
});
