import { describe, expect, it, vi } from 'vitest';
import type { CredentialSet } from '../../../server/rasa/credentials.ts';
import { createRasaHttp } from '../../../server/rasa/http.ts';
import { createKeyRing, type TokenGrant } from '../../../server/rasa/key-ring.ts';
import { createTokenApi } from '../../../server/rasa/token-api.ts';
import { Secret } from '../../../server/system/secret.ts';
import { deferred } from '../../helpers/deferred.ts';
import { createKey, revokeKey } from '../../helpers/server/keys.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';

const never = new AbortController().signal;
const minute = 60_000;

/** A key ring on the sandbox with these keys, with a record of its calls and a clock that the test moves. */
function ringOf(sandbox: TestSandbox, keys: readonly string[]) {
  const calls: string[] = [];
  const changes: string[] = [];
  const clock = { ms: Date.now() };
  const hold: { until?: Promise<void> | undefined } = {};
  const now = () => clock.ms;
  const { username, password } = sandbox.credentials;
  const http = createRasaHttp({
    baseUrl: sandbox.url,
    now,
    fetch: async (url, init) => {
      calls.push(init?.method ?? '');
      const answer = await fetch(url, init);
      await hold.until;
      return answer;
    },
  });
  const setsOf = (texts: readonly string[]): CredentialSet[] =>
    texts.map((text, index) => ({
      number: index + 1,
      source: { variable: 'RASA_API_KEY' },
      credentials: { api: 'v1', username, password: new Secret(password), apiKey: new Secret(text) },
    }));
  const ring = createKeyRing({
    tokens: createTokenApi(http),
    sets: setsOf(keys),
    now,
    onChange: (change) =>
      changes.push(change.is === 'none left' ? change.is : `${change.set.number} ${change.is}`),
  });
  return {
    calls,
    changes,
    clock,
    hold,
    ring,
    token: () => ring.token(never),
    replace: (...texts: string[]) => {
      ring.replace(setsOf(texts));
    },
    states: () => ring.state().sets.map(({ state }) => state),
  };
}

/** Whether rasa.io accepts this token. */
async function works(sandbox: TestSandbox, grant: TokenGrant): Promise<boolean> {
  if (grant.is !== 'token') return false;
  return (await sandbox.api('GET', '/v1/persons', { token: grant.token.reveal() })).status === 200;
}

async function sandboxWithKeys() {
  const sandbox = await startSandbox();
  const [first, second] = [await createKey(sandbox, 'first'), await createKey(sandbox, 'second')];
  return { sandbox, first, second };
}

describe('several credential sets', () => {
  it('are used in their order: while the first one works, the second is not used', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { token, calls, states, changes } = ringOf(sandbox, [first, second]);
    expect(await works(sandbox, await token())).toBe(true);
    expect(await works(sandbox, await token())).toBe(true);
    expect(calls).toEqual(['POST']);
    expect(states()).toEqual(['in use', 'standby']);
    expect(changes).toEqual(['1 in use']);
  });

  it.each([400, 401, 403, 404, 422])(
    'give way to the next one in the same call when rasa.io answers %i to the first',
    async (status) => {
      const { sandbox, first, second } = await sandboxWithKeys();
      await sandbox.putFaults({ answer: { status, on: 'tokens', times: 1 } });
      const { token, calls, states, ring } = ringOf(sandbox, [first, second]);
      expect(await works(sandbox, await token())).toBe(true);
      expect(calls).toEqual(['POST', 'POST']);
      expect(states()).toEqual(['retired', 'in use']);
      expect(ring.state()).toMatchObject({ is: 'working', sets: [{ lastRefusal: { status } }, {}] });
    },
  );

  it.each([
    [{ answer: { status: 500, on: 'tokens' } }],
    [{ answer: { status: 408, on: 'tokens' } }],
    [{ answer: { status: 429, on: 'tokens' } }],
    [{ drop: { when: 'before' } }],
  ])('are not retired by a fault that says nothing about them: %j', async (faults) => {
    const { sandbox, first, second } = await sandboxWithKeys();
    await sandbox.putFaults(faults);
    const { token, calls, changes, states } = ringOf(sandbox, [first, second]);
    expect(await token()).toMatchObject({ is: 'later' });
    expect(calls).toEqual(['POST']);
    expect([changes, states()]).toEqual([[], ['standby', 'standby']]);
  });

  it('mint once for a hundred waiting callers, and are refused once', async () => {
    const { sandbox, second } = await sandboxWithKeys();
    const { token, calls } = ringOf(sandbox, ['wrong', second]);
    const grants = await Promise.all(Array.from({ length: 100 }, token));
    expect(new Set(grants.map((grant) => grant.is === 'token' && grant.token)).size).toBe(1);
    expect(calls).toEqual(['POST', 'POST']);
  });

  it('are all retired when rasa.io takes none of them, until the first pause is over', async () => {
    const sandbox = await startSandbox();
    const { token, ring, changes, calls, clock } = ringOf(sandbox, ['wrong', 'wrong too']);
    expect(await token()).toEqual({ is: 'refused', status: 401, afterMs: 5 * minute });
    expect(await token()).toEqual({ is: 'refused', status: 401, afterMs: 5 * minute });
    expect(ring.state().is).toBe('refused');
    clock.ms += 5 * minute;
    expect(await token()).toEqual({ is: 'refused', status: 401, afterMs: 10 * minute });
    expect(calls).toHaveLength(4);
    for (const _ of Array.from({ length: 9 })) {
      clock.ms += 60 * minute;
      expect(await token()).toMatchObject({ is: 'refused' });
    }
    expect(await token()).toMatchObject({ afterMs: 60 * minute });
    expect(changes).toEqual(['1 refused', '2 refused', 'none left']);
  });

  it('return in their order at a mint, never while a token is valid', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    await sandbox.putFaults({ answer: { status: 403, on: 'tokens', times: 1 } });
    const { token, calls, clock, states, changes } = ringOf(sandbox, [first, second]);
    await token();
    clock.ms += 10 * minute;
    await token();
    expect(calls).toHaveLength(2);
    expect(states()).toEqual(['retired', 'in use']);
    clock.ms += 60 * minute;
    await token();
    expect(calls).toHaveLength(3);
    expect(states()).toEqual(['in use', 'standby']);
    expect(changes).toEqual(['1 refused', '2 in use', '1 in use']);
  });

  it('take over when the key of the current token was revoked', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { token, ring, states } = ringOf(sandbox, [first, second]);
    const grant = await token();
    await revokeKey(sandbox, 'first');
    if (grant.is === 'token') ring.drop(grant.token);
    expect(await works(sandbox, await token())).toBe(true);
    expect(states()).toEqual(['retired', 'in use']);
  });
});

describe('other credential sets', () => {
  it('are used from the next call on, and the old token is revoked at rasa.io', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { token, replace, calls } = ringOf(sandbox, [first]);
    const old = await token();
    replace(second);
    expect(await works(sandbox, await token())).toBe(true);
    expect(calls.toSorted()).toEqual(['DELETE', 'POST', 'POST']);
    await vi.waitFor(async () => {
      expect(await works(sandbox, old)).toBe(false);
    });
  });

  it('keep the token if its set stays and no new set is before it', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { token, replace, calls, states } = ringOf(sandbox, [first]);
    const old = await token();
    replace(first, second);
    expect(await token()).toEqual(old);
    expect(calls).toEqual(['POST']);
    replace(await createKey(sandbox, 'third'), first);
    await token();
    expect(calls.filter((call) => call === 'POST')).toHaveLength(2);
    expect(states()).toEqual(['in use', 'standby']);
  });

  it('are tried at once, while a refused set that stays keeps its pause', async () => {
    const { sandbox, first } = await sandboxWithKeys();
    const { token, replace, calls, ring } = ringOf(sandbox, ['wrong']);
    expect(await token()).toMatchObject({ is: 'refused' });
    replace('wrong', first);
    expect(await works(sandbox, await token())).toBe(true);
    expect(calls).toEqual(['POST', 'POST']);
    replace('wrong');
    expect(await token()).toMatchObject({ is: 'refused' });
    expect(calls.filter((call) => call === 'POST')).toHaveLength(2);
    ring.retry();
    expect(await token()).toMatchObject({ is: 'refused', afterMs: 5 * minute });
    expect(calls.filter((call) => call === 'POST')).toHaveLength(3);
  });

  it('also answer callers that began while the old sets were being tried', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    for (const old of [first, 'wrong']) {
      const { token, replace, hold, calls, states } = ringOf(sandbox, [old]);
      const held = deferred();
      hold.until = held.promise;
      const asked = token();
      await vi.waitFor(() => {
        expect(calls).toEqual(['POST']);
      });
      replace(second);
      held.resolve();
      const grant = await asked;
      expect(await works(sandbox, grant)).toBe(true);
      expect(await token()).toEqual(grant);
      expect(states()).toEqual(['in use']);
    }
  });

  it('may contain the same key twice', async () => {
    const sandbox = await startSandbox();
    const { token, replace, states } = ringOf(sandbox, ['wrong', 'wrong']);
    await token();
    replace('wrong', 'wrong', 'wrong');
    expect(states()).toEqual(['retired', 'retired', 'standby']);
  });
});

it('shows the number, source and last use of each set, and no secret', async () => {
  const { sandbox, first } = await sandboxWithKeys();
  const { token, ring, clock } = ringOf(sandbox, ['wrong', first]);
  clock.ms = Date.parse('2026-11-23T12:00:00Z');
  const grant = await token();
  expect(ring.state()).toEqual({
    is: 'working',
    sets: [
      {
        number: 1,
        source: { variable: 'RASA_API_KEY' },
        fingerprint: new Secret('wrong').fingerprint,
        state: 'retired',
        retiredUntil: '2026-11-23T12:05:00.000Z',
        lastRefusal: { at: '2026-11-23T12:00:00.000Z', status: 401 },
      },
      {
        number: 2,
        source: { variable: 'RASA_API_KEY' },
        fingerprint: new Secret(first).fingerprint,
        state: 'in use',
        lastUse: '2026-11-23T12:00:00.000Z',
      },
    ],
  });
  const told = JSON.stringify(ring.state());
  for (const secret of [first, 'wrong', sandbox.credentials.password])
    expect(told).not.toContain(`"${secret}"`);
  expect(grant.is === 'token' && told.includes(grant.token.reveal())).toBe(false);
});

describe('a key that the operator has retired', () => {
  const fingerprintsOf = (...keys: readonly string[]) =>
    new Set(keys.map((key) => new Secret(key).fingerprint));

  it('is used no more though rasa.io takes it, its token ends, and the next one takes over', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { ring, token, states, changes } = ringOf(sandbox, [first, second]);
    const before = await token();
    ring.withdraw(fingerprintsOf(first));
    expect(states()).toEqual(['retired', 'standby']);
    expect(ring.state().sets[0]).not.toHaveProperty('retiredUntil');
    expect(await works(sandbox, await token())).toBe(true);
    expect(states()).toEqual(['retired', 'in use']);
    expect(changes).toEqual(['1 in use', '2 in use']);
    await vi.waitFor(async () => {
      expect(await works(sandbox, before)).toBe(false);
    }, 5000);
    ring.retry();
    expect(states()).toEqual(['retired', 'in use']);
    ring.withdraw(new Set());
    expect(states()).toEqual(['standby', 'in use']);
  });

  it('leaves nothing to use where it was the only one, and is asked for again within the hour', async () => {
    const { sandbox, first } = await sandboxWithKeys();
    const { ring, token, calls, changes } = ringOf(sandbox, [first]);
    ring.withdraw(fingerprintsOf(first));
    const grant = await token();
    expect(grant).toMatchObject({ is: 'refused', status: 0 });
    expect(grant.is === 'refused' && grant.afterMs).toBe(60 * minute);
    expect(calls).toEqual([]);
    expect(ring.state().is).toBe('refused');
    expect(changes).toEqual(['none left']);
    ring.withdraw(new Set());
    expect(await works(sandbox, await token())).toBe(true);
  });

  it('is not used when it is retired while its token is being made', async () => {
    const { sandbox, first, second } = await sandboxWithKeys();
    const { ring, token, hold, states, calls } = ringOf(sandbox, [first, second]);
    const answer = deferred<undefined>();
    hold.until = answer.promise.then(() => undefined);
    const asked = token();
    await vi.waitFor(() => {
      expect(calls).toHaveLength(1);
    }, 5000);
    ring.withdraw(fingerprintsOf(first));
    hold.until = undefined;
    answer.resolve(undefined);
    expect(await works(sandbox, await asked)).toBe(true);
    expect(states()).toEqual(['retired', 'in use']);
  });
});
