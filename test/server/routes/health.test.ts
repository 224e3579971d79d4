import { describe, expect, it, vi } from 'vitest';
import { healthOf, type HealthSigns } from '../../../server/routes/health.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { StoreWatch } from '../../../server/outbox/store-watch.ts';
import { freePort } from '../../helpers/server/free-port.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { ask, post } from '../../helpers/sites/visitor.ts';

const paths = ['/healthz', '/readyz'] as const;

/** Everything that a stranger sees of both, but for the date. */
async function seenAt(url: string): Promise<string> {
  const answers = await Promise.all(paths.map((path) => ask(url + path)));
  return JSON.stringify(
    answers.map(({ status, headers: { date: _date, ...headers }, body }) => ({ status, headers, body })),
  );
}

const signUp = async (url: string, email: string) => (await post(url, 'urlencoded', { email })).status;

async function start(env: Record<string, string> = {}) {
  const sandbox = await startSandbox();
  const service = await startService({ ...credentialsFor(sandbox), RASA_MIN_INTERVAL_MS: '0', ...env });
  const health = async () => {
    const { status, body } = await ask(`${service.url}/readyz`);
    return { code: status, ...(JSON.parse(body) as { status: string; reasons: string[] }) };
  };
  return { ...service, sandbox, health };
}

describe('public health', () => {
  it('D2: says the same before and after a sign-up, whatever is known of its address', async () => {
    const { sandbox, url, figures } = await start();
    await sandbox.putFaults({ refuse: { emails: ['blocked@*'] } });
    await sandbox.addPersons({ email: 'known@example.com' });
    await sandbox.addPersons({ email: 'unsubscribed@example.com', is_active: false });
    const before = await seenAt(url);
    let settled = 0;
    for (const name of ['new', 'known', 'unsubscribed', 'blocked', 'blocked']) {
      expect(await signUp(url, `${name}@example.com`)).toBe(202);
      expect(await seenAt(url), `${name}, waiting`).toBe(before);
      settled++;
      await vi.waitFor(() => {
        const { delivery } = figures();
        expect(delivery.delivered + delivery.refused).toBe(settled);
      }, 10_000);
      expect(await seenAt(url), `${name}, settled`).toBe(before);
    }
    expect(figures().outbox.deadLetters).toBeGreaterThan(0);
  }, 60_000);

  it('D2: does not move with one sign-up that rasa.io neither takes nor refuses', async () => {
    const { sandbox, url, figures } = await start();
    const before = await seenAt(url);
    await sandbox.putFaults({ answer: { status: 500, on: 'persons' } });
    expect(await signUp(url, 'ada@example.com')).toBe(202);
    await vi.waitFor(() => {
      expect(figures().delivery.attempts).toBeGreaterThan(3);
    }, 30_000);
    expect(await seenAt(url)).toBe(before);
  }, 60_000);

  it('P6: is unavailable while as many wait as may, and ready again afterwards', async () => {
    const { sandbox, url, health } = await start({ OUTBOX_MAX: '1' });
    expect(await health()).toEqual({ code: 200, status: 'ok', reasons: [] });
    await sandbox.putFaults({ answer: { status: 503, on: 'persons' } });
    expect(await signUp(url, 'ada@example.com')).toBe(202);
    expect(await signUp(url, 'bob@example.com')).toBe(503);
    expect(await health()).toEqual({ code: 503, status: 'unavailable', reasons: ['outbox_full'] });
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    await sandbox.putFaults({});
    await vi.waitFor(async () => {
      expect(await health()).toEqual({ code: 200, status: 'ok', reasons: [] });
    }, 20_000);
  }, 60_000);

  it('P6: is degraded while rasa.io refuses the credentials, and stays ready', async () => {
    const { url, health } = await start({ RASA_API_KEY: 'revoked' });
    expect(await signUp(url, 'ada@example.com')).toBe(202);
    await vi.waitFor(async () => {
      expect(await health()).toEqual({ code: 200, status: 'degraded', reasons: ['credentials'] });
    }, 10_000);
  }, 30_000);

  it('P6: is degraded while rasa.io cannot be reached', async () => {
    const { url, health } = await start({ RASA_BASE_URL: `http://127.0.0.1:${await freePort()}` });
    expect(await signUp(url, 'ada@example.com')).toBe(202);
    await vi.waitFor(async () => {
      expect(await health()).toEqual({ code: 200, status: 'degraded', reasons: ['upstream_unreachable'] });
    }, 30_000);
  }, 60_000);
});

const well: HealthSigns = {
  storeFault: undefined,
  waiting: 3,
  most: 10,
  othersOldestMs: 1_000_000,
  areCredentialsRefused: false,
  isUnreachable: false,
};
const nowMs = 1_000_000 + 60 * 60_000;

it.each<[string, Partial<HealthSigns>, string, readonly string[]]>([
  ['all is well', {}, 'ok', []],
  ['the store does not answer', { storeFault: 'timed_out' }, 'unavailable', ['store']],
  ['the disk is full', { storeFault: 'full' }, 'unavailable', ['disk']],
  ['as many wait as may', { waiting: 10 }, 'unavailable', ['outbox_full']],
  ['some wait for more than an hour', { othersOldestMs: 999_999 }, 'degraded', ['oldest_waiting']],
  [
    'several things are wrong',
    { areCredentialsRefused: true, storeFault: 'io' },
    'unavailable',
    ['store', 'credentials'],
  ],
])('P6: health when %s', (_name, signs, status, reasons) => {
  expect(healthOf({ ...well, ...signs }, nowMs)).toEqual({ status, reasons });
});

it('P6: the store is looked at without any visitor, in both directions', async () => {
  let fault: StoreUnavailable | undefined = new StoreUnavailable('read_only');
  const write = () => (fault ? Promise.reject(fault) : Promise.resolve([]));
  const watch = new StoreWatch({ database: { write }, everyMs: 5 });
  await vi.waitFor(() => {
    expect(watch.fault).toBe('read_only');
  });
  fault = undefined;
  await vi.waitFor(() => {
    expect(watch.fault).toBeUndefined();
  });
  const refused = new StoreUnavailable('full');
  await expect(watch.watch(Promise.reject(refused), (error) => error === refused)).rejects.toBe(refused);
  expect(watch.fault).toBeUndefined();
  await watch.close();
});
