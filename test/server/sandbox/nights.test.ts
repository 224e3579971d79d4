import { describe, expect, it } from 'vitest';
import { fieldsIn, startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';

async function control({ url }: TestSandbox, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}/sandbox/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  return answer.json();
}

async function emailsOf(sandbox: TestSandbox): Promise<readonly unknown[]> {
  const answer = await sandbox.api('GET', '/v1/persons', { token: await sandbox.token() });
  return fieldsIn(answer).map(({ email }) => email);
}

const nightly = { keep: ['*@member.test', 'Board@example.com'], at: '01:00' };

describe('a night of the customer', () => {
  it('archives who is absent, brings back who returns with the old subscription, and adds who is new', async () => {
    let now = Date.UTC(2026, 10, 26, 20);
    const sandbox = await startSandbox({ now: () => now });
    const { api, addPersons, putFaults } = sandbox;
    await addPersons(
      { email: 'visitor@example.com' },
      { email: 'Ada@Member.test' },
      { email: 'gone@member.test', is_archived: 1 },
      { email: 'quiet@member.test', is_subscribed: 0, is_archived: 1 },
    );
    expect((await putFaults({ nightly })).body).toMatchObject({ nightly });
    await control(sandbox, 'PUT', 'clock', { to: '2026-11-27 00:59:59' });
    expect(await emailsOf(sandbox)).toEqual(['visitor@example.com', 'Ada@Member.test']);

    await control(sandbox, 'PUT', 'clock', { byS: 1 });
    const token = await sandbox.token();
    const persons = fieldsIn(await api('GET', '/v1/persons', { token }));
    expect(
      persons.map(({ email, is_subscribed, unsubscribe_reason }) => [
        email,
        is_subscribed,
        unsubscribe_reason,
      ]),
    ).toEqual([
      ['Ada@Member.test', 1, null],
      ['gone@member.test', 1, null],
      ['quiet@member.test', 0, 'API'],
      ['Board@example.com', 1, null],
    ]);
    const removed = fieldsIn(await api('GET', '/v1/persons/deleted', { token }));
    expect(removed).toMatchObject([{ archived_date: '2026-11-27 01:00:00' }]);
    expect(await control(sandbox, 'GET', 'nights')).toEqual({
      nightly,
      next: '2026-11-28 01:00:00',
      nights: [{ at: '2026-11-27 01:00:00', archived: 1, returned: 2, added: 1, live: 4 }],
    });

    // Whoever signs up again is there until the next night.
    await addPersons({ email: 'visitor@example.com' });
    expect(await emailsOf(sandbox)).toContain('visitor@example.com');
    now += 86_400_000;
    await control(sandbox, 'PUT', 'clock', { byS: 0 });
    expect(await emailsOf(sandbox)).not.toContain('visitor@example.com');
  });

  it('is kept over a restart, with the clock, and is made up for', async () => {
    const now = () => Date.UTC(2026, 10, 26, 20);
    const first = await startSandbox({ now });
    await first.addPersons({ email: 'visitor@example.com' }, { email: 'ada@member.test' });
    await first.putFaults({ nightly });
    await control(first, 'PUT', 'clock', { byS: 3600 });
    await first.close();

    const second = await startSandbox({ dataDir: first.dataDir, now: () => now() + 86_400_000 });
    expect(await control(second, 'GET', 'clock')).toEqual({ now: '2026-11-27 21:00:00', offsetS: 3600 });
    // The sandbox itself looks after a moment.
    await control(second, 'PUT', 'clock', { byS: 0 });
    expect(await emailsOf(second)).toEqual(['ada@member.test', 'Board@example.com']);
    expect(await control(second, 'DELETE', 'clock')).toMatchObject({ offsetS: 0 });
  });

  it('replaces thousands, stays when faults are cleared, and ends with null', async () => {
    const sandbox = await startSandbox();
    const { putFaults, url } = sandbox;
    await control(sandbox, 'POST', 'contacts', { count: 5000 });
    await sandbox.addPersons(
      ...Array.from({ length: 4500 }, (_, index) => ({ email: `p${index}?@x.example` })),
    );
    await putFaults({ nightly: { keep: ['p1?@x.example', '*.test'] } });
    await fetch(`${url}/sandbox/faults`, { method: 'DELETE' });
    expect(await control(sandbox, 'POST', 'nights')).toMatchObject({
      nights: [{ archived: 4499, returned: 0, added: 0, live: 5001 }],
    });
    await putFaults({ nightly: { keep: ['*'] } });
    expect(await control(sandbox, 'POST', 'nights')).toMatchObject({
      nights: [{ archived: 0, returned: 4499, live: 9500 }, {}],
    });
    await putFaults({ nightly: null });
    expect(await control(sandbox, 'GET', 'nights')).toMatchObject({ nightly: null, next: null });
  });

  it('comes again after the clock was moved back', async () => {
    const now = Date.UTC(2026, 10, 27, 0, 30);
    const sandbox = await startSandbox({ now: () => now });
    await sandbox.putFaults({ nightly });
    await control(sandbox, 'PUT', 'clock', { byS: 200_000 });
    await control(sandbox, 'DELETE', 'clock');
    expect(await control(sandbox, 'GET', 'nights')).toMatchObject({ next: '2026-11-27 01:00:00' });
    await sandbox.addPersons({ email: 'fresh@other.test' });
    await control(sandbox, 'PUT', 'clock', { byS: 90_000 });
    expect(await emailsOf(sandbox)).not.toContain('fresh@other.test');
  });

  it('is set and run on the page, and the clock is moved there', async () => {
    const sandbox = await startSandbox({ now: () => Date.UTC(2026, 10, 26, 20) });
    const { submit, page, addPersons } = sandbox;
    await addPersons({ email: 'visitor@example.com' }, { email: 'ada@member.test' });
    expect(await page('/nights')).toContain('No night has passed');
    expect((await submit('/nights', { keep: '*@member.test\n', at: '03:30' })).status).toBe(303);
    await submit('/nights/next');
    expect(await emailsOf(sandbox)).toEqual(['ada@member.test']);
    const html = await page('/nights');
    expect(html).toContain('2026-11-27T03:30:00.000Z');
    expect(html).toContain('2026-11-28T03:30:00.000Z');
    await submit('/clock/day');
    await submit('/clock/reset');
    await submit('/nights/off');
    expect(await page('/nights')).toContain('No night comes');
    expect((await submit('/nights', { keep: '*@*.test', at: '03:30' })).status).toBe(400);
    expect((await submit('/nights', {})).status).toBe(400);
  });
});

it.each([{ to: 'soon' }, { byS: 1, to: '2026-01-01' }, {}, { byS: 'x' }])(
  'refuses to move the clock by %j',
  async (body) => {
    const sandbox = await startSandbox();
    const answer = await fetch(`${sandbox.url}/sandbox/clock`, { method: 'PUT', body: JSON.stringify(body) });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ wanted: expect.any(String) as unknown }] },
    ]);
  },
);

describe('the limits of a plan', () => {
  async function limited(faults: object) {
    let now = Date.UTC(2026, 0, 1, 23, 59, 30);
    const sandbox = await startSandbox({ now: () => now });
    await sandbox.putFaults(faults);
    const call = async () => {
      const { status, headers } = await sandbox.api('GET', '/v1/communities');
      return [status, headers.get('retry-after')];
    };
    return { ...sandbox, call, wait: (ms: number) => (now += ms) };
  }

  it('answers 429 beyond a rate, says when to try again, and takes calls again then', async () => {
    const { call, wait } = await limited({ rateLimit: { calls: 2, seconds: 10 } });
    expect([await call(), await call(), await call()]).toEqual([
      [401, null],
      [401, null],
      [429, '10'],
    ]);
    wait(4000);
    expect(await call()).toEqual([429, '6']);
    wait(6000);
    expect([await call(), await call(), await call()]).toEqual([
      [401, null],
      [401, null],
      [429, '10'],
    ]);
  });

  it('answers 429 without Retry-After where the plan is so', async () => {
    const { call } = await limited({ rateLimit: { calls: 1, seconds: 1, retryAfter: 'absent' } });
    expect([await call(), await call()]).toEqual([
      [401, null],
      [429, null],
    ]);
  });

  it.each([
    ['present', '30'],
    ['absent', null],
  ])(
    'answers 429 when the calls of a day are used up, until midnight UTC; Retry-After %s',
    async (retryAfter, shown) => {
      const { call, wait } = await limited({ dailyQuota: { calls: 2, retryAfter } });
      expect([await call(), await call(), await call()]).toEqual([
        [401, null],
        [401, null],
        [429, shown],
      ]);
      wait(30_000);
      expect((await call())[0]).toBe(401);
    },
  );
});
