import { describe, expect, it, vi } from 'vitest';
import { OperatorAccess } from '../../../server/operator/access.ts';
import { LogInLimit } from '../../../server/operator/log-in-limit.ts';
import { Refusals } from '../../../server/operator/refusals.ts';
import { createKey } from '../../helpers/server/keys.ts';
import { createReplayAll } from '../../../server/routes/operator/replay-all.ts';
import { deferred } from '../../helpers/deferred.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { post } from '../../helpers/sites/visitor.ts';

// Whole products are started, which takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

const password = 'correct horse battery';
const name = '__Host-rasa-operator';

async function start(env: Record<string, string> = {}) {
  const sandbox = await startSandbox();
  const service = await startService({ ...credentialsFor(sandbox), OPERATOR_PASSWORD: password, ...env });
  const send = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/operator${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { Origin: service.url, ...headers },
      redirect: 'manual',
    });
  const look = (cookie = '', path = '') =>
    fetch(`${service.url}/operator${path}`, { headers: { cookie }, redirect: 'manual' });
  const logIn = async () => {
    const answer = await send('/log-in', { password });
    const setCookie = answer.headers.get('set-cookie') ?? '';
    const cookie = setCookie.split(';')[0] ?? '';
    const form_token = /name="form_token" value="([^"]+)"/.exec(await (await look(cookie)).text())?.[1] ?? '';
    return { answer, setCookie, cookie, form_token };
  };
  const setAside = async (email: string) => {
    await sandbox.putFaults({ refuse: { emails: [email] } });
    await post(service.url, 'urlencoded', { email });
    await vi.waitFor(() => {
      expect(service.figures().outbox.deadLetters).toBe(1);
    }, 60_000);
    await sandbox.putFaults({});
  };
  /** The page, once it says that something was set aside: it reads that every few seconds at most. */
  const lookAtSetAside = (cookie: string) =>
    vi.waitFor(async () => {
      const page = await (await look(cookie)).text();
      expect(page).toContain('Set aside: 1');
      return { page, id: /name="id" value="([\w-]{36})"/.exec(page)?.[1] ?? '' };
    }, 60_000);
  return { ...service, sandbox, send, look, logIn, setAside, lookAtSetAside };
}

describe('the operator page is closed', () => {
  it('is not there without a password and without a link', async () => {
    const { look, send, url } = await start({ OPERATOR_PASSWORD: '' });
    expect((await look()).status).toBe(404);
    expect((await look('', '?link=made-up')).status).toBe(404);
    for (const path of ['/log-in', '/replay', '/purge', '/reload', '/address', '/log-out'])
      for (const answer of [await send(path, { password: '', form_token: '' }), await look('', path)])
        expect(answer.status).toBe(404);
    for (const path of ['', '/log-in', '/set-aside.csv'])
      expect((await fetch(`${url}/operator${path}`, { method: 'OPTIONS' })).status).toBe(404);
  });

  it('shows nothing but the log-in to who has no session, or made one up', async () => {
    const { look } = await start();
    for (const cookie of ['', `${name}=`, `${name}=${'a'.repeat(43)}`, `x${name}=1`]) {
      const page = await (await look(cookie)).text();
      expect(page).toContain('type="password"');
      expect(page).not.toContain('at rasa.io');
    }
  });

  it('leads to the log-in where a browser opens again what a form has led to', async () => {
    const { look } = await start();
    for (const path of ['/log-in', '/address', '/replay', '/purge', '/reload', '/log-out']) {
      const answer = await look('', path);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/operator']);
    }
  });

  it('sets a cookie that scripts, other sites and plain http never get', async () => {
    const { setCookie, answer } = await (await start()).logIn();
    expect(answer.status).toBe(303);
    for (const flag of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']) expect(setCookie).toContain(flag);
    expect(setCookie).not.toContain('Domain');
    expect(setCookie).toMatch(/^__Host-/);
  });

  it('is kept by no cache, framed by no page, and runs no script of others', async () => {
    const { look, logIn } = await start();
    const { cookie } = await logIn();
    for (const answer of [await look(), await look(cookie)]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('takes five wrong passwords of a network, and then not even the right one', async () => {
    const { send } = await start();
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send('/log-in', { password: `guess ${index}` })),
    );
    const answers = guesses.map(({ status }) => status);
    expect(answers.filter((status) => status === 403)).toHaveLength(5);
    expect(answers.filter((status) => status === 429)).toHaveLength(7);
    const late = await send('/log-in', { password });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(await late.text()).toContain('The next is possible in');
  });

  it('takes a hundred guesses of all networks, and is still opened by its operator', async () => {
    const { send, url } = await start({ TRUST_PROXY: '1' });
    const from = (network: number) => ({ 'X-Forwarded-For': `2001:db8:${network.toString(16)}:100::1` });
    const own = await send('/log-in', { password }, { 'X-Forwarded-For': '192.0.2.7' });
    const browser = own.headers.getSetCookie().find((text) => text.includes('-browser=')) ?? '';
    for (const flag of ['__Host-', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'])
      expect(browser).toContain(flag);
    const [cookie = ''] = browser.split(';');
    expect(await (await fetch(`${url}/operator`, { headers: { cookie } })).text()).toContain(
      'type="password"',
    );

    const statuses: number[] = [];
    for (let at = 0; at < 130; at += 10) {
      const some = Array.from({ length: 10 }, (_, index) =>
        send('/log-in', { password: `guess ${at + index}` }, from(at + index)),
      );
      for (const { status } of await Promise.all(some)) statuses.push(status);
    }
    // The operator's own was counted too.
    expect(statuses.filter((status) => status === 403)).toHaveLength(99);
    expect(statuses.filter((status) => status === 429)).toHaveLength(31);
    // From a network that has never been seen, with the right one.
    const stranger = await send('/log-in', { password }, from(999));
    expect(stranger.status).toBe(429);
    expect(await stranger.text()).toContain('rasa-signup operator link');
    // In a browser where somebody logged in before, in whatever network: five tries, as anywhere.
    const known = (shown: string, network: number) =>
      send('/log-in', { password: shown }, { ...from(network), cookie });
    expect((await known(password, 1001)).status).toBe(303);
    for (let network = 0; network < 5; network++) expect((await known('wrong', network)).status).toBe(403);
    expect((await known(password, 1002)).status).toBe(429);
    const invented = cookie.replace(/=.*/, `=${'a'.repeat(43)}`);
    expect((await send('/log-in', { password }, { ...from(1003), cookie: invented })).status).toBe(429);
  });

  it('refuses what another site sends, with or without a token', async () => {
    const { send, logIn } = await start();
    const { cookie, form_token } = await logIn();
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect((await send('/reload', { form_token }, { cookie, ...headers })).status).toBe(403);
      expect((await send('/log-in', { password }, headers)).status).toBe(403);
    }
    for (const wrong of ['', 'x', form_token.replace(/.$/, 'x')])
      expect((await send('/reload', { form_token: wrong }, { cookie })).status).toBe(403);
    expect((await send('/reload', { form_token }, { cookie })).status).toBe(303);
  });

  it('begins a new session at each log-in, whatever cookie was there before, and ends that one', async () => {
    const { send, look, logIn } = await start();
    const planted = `${name}=${'a'.repeat(43)}`;
    const first = await send('/log-in', { password }, { cookie: planted });
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).not.toBe(planted);
    expect(await (await look(planted)).text()).toContain('type="password"');
    const second = await send('/log-in', { password }, { cookie });
    expect(second.headers.get('set-cookie')?.split(';')[0]).not.toBe(cookie);
    expect(await (await look(cookie)).text()).toContain('type="password"');
    expect((await logIn()).cookie).not.toBe(cookie);
  });

  it('ends a session at log-out and after twelve hours', async () => {
    const { send, look, logIn } = await start();
    const { cookie, form_token } = await logIn();
    expect(await (await look(cookie)).text()).toContain('Nothing lost');
    await send('/log-out', { form_token }, { cookie });
    expect(await (await look(cookie)).text()).toContain('type="password"');

    const database = await openTestStore({ dataDir: await directoryInMemory() });
    let nowMs = Date.now();
    const access = new OperatorAccess({ database, now: () => nowMs });
    const session = await access.openSession();
    nowMs += 12 * 60 * 60_000;
    expect(await access.hasSession(session)).toBe(false);
  });
});

describe('a session of the operator page', () => {
  it('outlives a restart, and ends with a change of the password', async () => {
    const sandbox = await startSandbox();
    const env = { ...credentialsFor(sandbox), DATA_DIR: await directoryInMemory() };
    const openWith = (secret: string) => startService({ ...env, OPERATOR_PASSWORD: secret });
    const first = await openWith(password);
    const logIn = await fetch(`${first.url}/operator/log-in`, {
      method: 'POST',
      body: new URLSearchParams({ password }),
      headers: { Origin: first.url },
      redirect: 'manual',
    });
    const cookie = logIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    await first.close();
    for (const [secret, shows] of [
      [password, 'Nothing lost'],
      ['another long password', 'type="password"'],
    ] as const) {
      const next = await openWith(secret);
      expect(await (await fetch(`${next.url}/operator`, { headers: { cookie } })).text()).toContain(shows);
      await next.close();
    }
  });
});

describe('a link of the operator page', () => {
  it('opens the page once, by its button, and is stored as a hash', async () => {
    const database = await openTestStore({ dataDir: await directoryInMemory() });
    const access = new OperatorAccess({ database });
    const link = await access.makeLink();
    expect(await access.hasLink(link)).toBe(true);
    expect(await access.hasSession(link)).toBe(false);
    const uses = await Promise.all([access.useLink(link), access.useLink(link)]);
    expect(uses.filter(Boolean)).toHaveLength(1);
    const session = await access.openSession();
    const rows = await database.read({
      sql: { sqlite: 'select name from settings', postgres: 'select name from settings' },
    });
    expect(JSON.stringify(rows)).not.toContain(session);
  });
});

describe('a key on the operator page', () => {
  /** Two processes on one store, with two keys that the sandbox takes. */
  async function startTwo() {
    const sandbox = await startSandbox();
    const env = {
      ...credentialsFor(sandbox),
      RASA_API_KEY_2: await createKey(sandbox, 'second'),
      OPERATOR_PASSWORD: password,
      DATA_DIR: await directoryInMemory(),
    };
    const one = await startService(env);
    const other = await startService(env);
    const states = ({ figures }: typeof one) =>
      figures().accounts[0]?.credentials?.sets.map(({ state }) => state);
    const send = (path: string, form: Record<string, string>, cookie = '') =>
      fetch(`${one.url}/operator${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { Origin: one.url, cookie },
        redirect: 'manual',
      });
    const cookie = (await send('/log-in', { password })).headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = async () => (await fetch(`${one.url}/operator`, { headers: { cookie } })).text();
    const form_token = /name="form_token" value="([^"]+)"/.exec(await page())?.[1] ?? '';
    const [first = '', second = ''] =
      one.figures().accounts[0]?.credentials?.sets.map(({ fingerprint }) => fingerprint) ?? [];
    const press = (path: string, fingerprint: string) =>
      send(path, { form_token, id: `main ${fingerprint}` }, cookie);
    return { env, one, other, states, send, press, page, cookie, form_token, first, second };
  }

  it('is retired in every process, stays so after a restart, and is used again', async () => {
    const { env, one, other, states, press, page, first } = await startTwo();
    await Promise.all([one.tryAccounts(), other.tryAccounts()]);
    expect(await page()).toContain(`value="main ${first}"`);
    expect((await press('/retire', first)).status).toBe(303);
    for (const service of [one, other])
      await vi.waitFor(() => {
        expect(states(service)).toEqual(['retired', 'in use']);
      }, 60_000);
    expect(await page()).toContain(`Use ${first} again`);
    expect(one.log()).toContain(first);

    const restarted = await startService(env);
    await restarted.tryAccounts();
    expect(states(restarted)).toEqual(['retired', 'in use']);

    await press('/use', first);
    for (const service of [one, other, restarted])
      await vi.waitFor(() => {
        expect(states(service)).toEqual(['standby', 'in use']);
      }, 60_000);
  });

  it('says that all are retired, and not that rasa.io refuses them', async () => {
    const { one, states, press, page, first, second } = await startTwo();
    for (const key of [first, second]) await press('/retire', key);
    await post(one.url, 'urlencoded', { email: 'ada@example.com' });
    expect(states(one)).toEqual(['retired', 'retired']);
    await vi.waitFor(async () => {
      expect(await page()).toContain('All keys of account “main” are retired');
    }, 60_000);
    expect(await page()).not.toContain('rasa.io refuses the key');
    await press('/use', second);
    await vi.waitFor(() => {
      expect(one.figures().delivery.delivered).toBe(1);
    }, 60_000);
  });

  it('is retired by nobody else: not without the token of the form, nor one that is not there', async () => {
    const { one, states, send, press, cookie, form_token, first } = await startTwo();
    const before = states(one);
    const id = `main ${first}`;
    expect((await send('/retire', { id }, cookie)).status).toBe(403);
    expect((await send('/retire', { id, form_token })).status).toBe(303);
    for (const wrong of ['000000', 'main', `${first}%`, "' or 1=1"]) await press('/retire', wrong);
    expect(states(one)).toEqual(before);
    expect(one.log()).not.toContain('1=1');
  });
});

describe('the limit of log-ins', () => {
  it('is not forgotten for the many networks of one sender', () => {
    const limit = new LogInLimit({ now: () => 0 });
    const taken = Array.from({ length: 30_000 }, (_, index) => limit.take(`2001:db8:${index}::/64`));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(100);
  });

  it('begins anew after a quarter of an hour, and for a network whose password was right', () => {
    let nowMs = 0;
    const limit = new LogInLimit({ now: () => nowMs });
    const tries = (count: number) => Array.from({ length: count }, () => limit.take('a'));
    expect(tries(6).filter((waitMs) => waitMs > 0)).toEqual([15 * 60_000]);
    limit.clear('a');
    expect(tries(1)).toEqual([0]);
    nowMs = 15 * 60_000;
    expect(tries(5)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('on the operator page', () => {
  it('shows an address only when it is asked for, and logs that without the address', async () => {
    const { send, logIn, setAside, lookAtSetAside, log } = await start();
    const { cookie, form_token } = await logIn();
    await setAside('ada@example.com');
    const { page, id } = await lookAtSetAside(cookie);
    expect(page).not.toContain('ada@');
    expect(await (await send('/address', { form_token, id }, { cookie })).text()).toContain(
      'ada@example.com',
    );
    expect(log()).toContain('An address was shown');
    expect(log()).not.toContain('ada@');
  });

  it('sends again what was set aside, and deletes it', async () => {
    const { look, send, logIn, setAside, lookAtSetAside } = await start();
    const { cookie, form_token } = await logIn();
    await setAside('ada@example.com');
    const { id: ada } = await lookAtSetAside(cookie);
    await send('/replay', { form_token, id: ada }, { cookie });
    await vi.waitFor(async () => {
      const page = (await (await look(cookie)).text()).replaceAll(/<!--.*?-->/g, '');
      expect(page.replaceAll('&nbsp;', ' ')).toContain('<b>1</b> at rasa.io');
    }, 60_000);
    await setAside('bob@example.com');
    const { id: bob } = await lookAtSetAside(cookie);
    await send('/purge', { form_token, id: bob }, { cookie });
    expect(await (await look(cookie)).text()).toContain('What rasa.io refuses for good comes here');
  });

  it('sends any number again behind the answer, once at a time', async () => {
    const work = deferred<number>();
    let [begun, ended] = [0, 0];
    const { log, lines } = recordLog();
    const replayAll = createReplayAll({
      deadLetters: { replayAll: () => (begun++, work.promise) },
      log,
      onLateEnd: () => ended++,
      longestWaitMs: 5,
    });
    expect(await Promise.all([replayAll(), replayAll()])).toEqual([
      { replayed: 'not all yet' },
      { replayed: 'not all yet' },
    ]);
    expect([begun, ended]).toEqual([1, 0]);
    work.resolve(100_000);
    await vi.waitFor(() => {
      expect(lines()).toContain('"replayed":100000');
    });
    expect(ended).toBeGreaterThan(0);
    expect(await replayAll()).toEqual({ replayed: 100_000 });
  });

  it('counts refusals by reason, and who got in later, without keeping networks for more than an hour', () => {
    let nowMs = Date.UTC(2026, 10, 27, 10);
    const refusals = new Refusals({ now: () => nowMs });
    const nothing = { rule: '', network: undefined, ageMs: undefined };
    refusals.note({ ...nothing, outcome: 'rate_limited', rule: 'network' }, 'a');
    refusals.note({ ...nothing, outcome: 'rate_limited', rule: 'network' }, 'b');
    refusals.note({ ...nothing, outcome: 'bot_suspected', rule: 'no proof' }, 'c');
    const network = { limit: 30, windowS: 3600, remaining: 6 };
    refusals.note({ ...nothing, outcome: 'accepted', network, ageMs: 2400 }, 'a');
    nowMs += 61 * 60_000;
    refusals.note(
      { ...nothing, outcome: 'accepted', network: { ...network, remaining: 20 }, ageMs: 5000 },
      'b',
    );
    expect(refusals.since(0)).toEqual([
      { code: 'rate_limited', rule: 'network', count: 2, gotIn: 1 },
      { code: 'bot_suspected', rule: 'no proof', count: 1, gotIn: 0 },
    ]);
    expect(refusals.nearestSince(0)).toEqual({ quota: { used: 24, limit: 30, windowS: 3600 }, ageMs: 2400 });
    expect(refusals.nearestSince(nowMs)).toEqual({
      quota: { used: 10, limit: 30, windowS: 3600 },
      ageMs: 5000,
    });
    expect(refusals.since(nowMs)).toEqual([]);
  });
});
