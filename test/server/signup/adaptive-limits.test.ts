import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLimits, type Limits } from '../../../server/signup/limits.ts';
import { createAdaptiveLimits } from '../../../server/signup/shared-quotas/adaptive-limits.ts';
import { createSharedLimits } from '../../../server/signup/shared-quotas/shared-limits.ts';
import type { Database } from '../../../server/store/database.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const rates = {
  service: 'off',
  network: { limit: 4, windowMs: 3_600_000 },
  address: 'off',
  form: 'off',
} as const;
const form = { id: 'newsletter', rates: {} };

/** A process that the test makes alone, or one of several; with the number of its writes that are done. */
async function startProcess(dataDir: string) {
  const database = await openTestStore({ dataDir });
  const shared = { rates, plain: { share: 0.1, network: 'off' }, addressKey: new Uint8Array(32) } as const;
  const writes = { count: 0 };
  const write: Database['write'] = async (...args) => {
    const results = await database.write(...args);
    writes.count++;
    return results;
  };
  const listeners: (() => void)[] = [];
  const presence = { isAlone: true, onCompany: (listener: () => void) => listeners.push(listener) };
  const limits = createAdaptiveLimits({
    own: createLimits(shared),
    shared: createSharedLimits({ ...shared, database: { write } }),
    presence,
  });
  onTestFinished(() => {
    limits.close();
  });
  return {
    limits,
    writes,
    join() {
      presence.isAlone = false;
      for (const listener of listeners) listener();
    },
    leave() {
      presence.isAlone = true;
    },
  };
}

/** Whether a sign-up from the network passes. */
async function signUp(limits: Limits, ip = '203.0.113.1'): Promise<boolean> {
  const quotas = limits.open(form);
  for (const [axis, name] of [
    ['network', ip],
    ['form', form.id],
  ] as const) {
    if ((await quotas.reserve(axis, name)).is === 'within') continue;
    await quotas.release();
    return false;
  }
  return true;
}

async function signUpTimes(limits: Limits, times: number): Promise<readonly boolean[]> {
  const passed: boolean[] = [];
  for (let time = 0; time < times; time++) passed.push(await signUp(limits));
  return passed;
}

describe('the quotas of a process', () => {
  it('cost no write while it is alone', async () => {
    const { limits, writes } = await startProcess(await directoryInMemory());
    expect(await signUpTimes(limits, 5)).toEqual([true, true, true, true, false]);
    expect(await limits.load('203.0.113.1', form)).toBe(1);
    expect(writes.count).toBe(0);
  });

  it('are those of all processes from the moment that another one joins, with what was counted before', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await startProcess(dataDir), await startProcess(dataDir)];
    expect(await signUpTimes(one.limits, 2)).toEqual([true, true]);
    one.join();
    await vi.waitFor(() => {
      expect(one.writes.count).toBe(1);
    });
    two.join();
    expect(await signUpTimes(two.limits, 3)).toEqual([true, true, false]);
    expect(await signUp(one.limits)).toBe(false);
    expect(await signUp(one.limits, '198.51.100.1')).toBe(true);
    expect(await two.limits.load('203.0.113.1', form)).toBe(1);
  });

  it('lose nothing of one that joined before it was seen', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await startProcess(dataDir), await startProcess(dataDir)];
    expect(await signUpTimes(one.limits, 2)).toEqual([true, true]);
    two.join();
    expect(await signUp(two.limits)).toBe(true);
    one.join();
    await vi.waitFor(() => {
      expect(one.writes.count).toBe(1);
    });
    expect(await signUpTimes(two.limits, 2)).toEqual([true, false]);
  });

  it('count nothing twice where others come and go', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await startProcess(dataDir), await startProcess(dataDir)];
    two.join();
    for (let time = 0; time < 2; time++) {
      one.join();
      expect(await signUp(one.limits)).toBe(true);
      one.leave();
    }
    const before = one.writes.count;
    one.join();
    expect(await signUp(one.limits, '198.51.100.1')).toBe(true);
    expect(one.writes.count).toBe(before + 1);
    expect(await signUpTimes(two.limits, 3)).toEqual([true, true, false]);
  });

  it('still hold what it counted beside others when it is alone again', async () => {
    const process = await startProcess(await directoryInMemory());
    process.join();
    expect(await signUpTimes(process.limits, 3)).toEqual([true, true, true]);
    process.leave();
    expect(await signUpTimes(process.limits, 2)).toEqual([true, false]);
  });

  it('give back in both places what came to nothing', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await startProcess(dataDir), await startProcess(dataDir)];
    one.join();
    two.join();
    for (let time = 0; time < 6; time++) {
      const quotas = one.limits.open(form);
      expect((await quotas.reserve('network', '203.0.113.1')).is).toBe('within');
      expect((await quotas.reserve('form', form.id)).is).toBe('within');
      await quotas.release();
    }
    expect(await signUpTimes(one.limits, 2)).toEqual([true, true]);
    expect(await signUpTimes(two.limits, 3)).toEqual([true, true, false]);
  });

  it('tell the sender what is left over all processes', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await startProcess(dataDir), await startProcess(dataDir)];
    one.join();
    two.join();
    expect(await signUpTimes(one.limits, 3)).toEqual([true, true, true]);
    const quotas = two.limits.open(form);
    await quotas.reserve('network', '203.0.113.1');
    await quotas.reserve('form', form.id);
    expect(quotas.remaining).toMatchObject([{ axis: 'network', limit: 4, remaining: 0 }]);
  });
});
