import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Rate } from '../../../server/forms/form-spec.ts';
import type { Limits, Quotas } from '../../../server/signup/limits.ts';
import type { Counted } from '../../../server/signup/rates.ts';
import { createSharedLimits } from '../../../server/signup/shared-quotas/shared-limits.ts';
import type { Database } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const hour = { limit: 1000, windowMs: 3_600_000 };
type Axis = 'service' | 'network' | 'address' | 'form';
type Rates = Partial<Record<Axis, Rate>>;

/** A store of which each call opens another connection, as another process would. */
interface SharedStore {
  readonly open: () => Promise<Database>;
}

interface Visitor {
  readonly ip?: string;
  readonly address?: string;
  readonly form?: string;
}

/** One process of several, with every statement that it sends. */
async function startProcess(store: SharedStore, rates: Rates) {
  const database = await store.open();
  const writes = { count: 0, failing: false };
  const write: Database['write'] = (statements, options) => {
    writes.count++;
    return writes.failing
      ? Promise.reject(new StoreUnavailable('timed_out'))
      : database.write(statements, options);
  };
  const limits = createSharedLimits({
    rates: { service: 'off', network: 'off', address: 'off', form: 'off', ...rates },
    plain: { share: 0.1, network: 'off' },
    addressKey: new Uint8Array(32),
    database: { write },
  });
  onTestFinished(() => {
    limits.close();
  });
  return { limits, writes };
}

/** Asks for all four, in the order in which a sign-up does; the first one that is used up, or `undefined`. */
async function reserveAll(quotas: Quotas, visitor: Visitor = {}): Promise<Counted | undefined> {
  const { ip = '203.0.113.1', address = 'ada@example.com', form = 'newsletter' } = visitor;
  const names = { service: '', network: ip, address, form };
  for (const axis of Object.keys(names) as Axis[]) {
    if ((await quotas.reserve(axis, names[axis])).is === 'within') continue;
    await quotas.release();
    // The last one answers for all.
    return quotas.remaining.find(({ remaining, limit }) => remaining === 0 && limit > 0)?.axis ?? axis;
  }
  return undefined;
}

async function signUp(limits: Limits, visitor?: Visitor): Promise<boolean> {
  return (await reserveAll(limits.open(), visitor)) === undefined;
}

const { engines, newPlace } = useEngines();

describe.each(engines)('quotas that processes share on %s', (engine) => {
  const create = async () => {
    const place = await newPlace(engine);
    return { open: () => openTestStore(place) };
  };

  it.each(['service', 'network', 'address', 'form'] as const)(
    'let as many through as the limit of a %s, whichever process they come to',
    async (axis) => {
      const store = await create();
      const rates = { [axis]: { ...hour, limit: 3 } };
      const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
      const passed = [];
      for (const { limits } of [one, two, one, two, one, two]) passed.push(await signUp(limits));
      expect(passed).toEqual([true, true, true, false, false, false]);
      const other = { ip: '198.51.100.1', address: 'grace@example.com', form: 'another' };
      expect(await signUp(two.limits, other)).toBe(axis !== 'service');
    },
  );

  it.each(['service', 'form'] as const)(
    'D1: keep a tenth of that of a %s for plain ones, in all processes, which takes nothing from proven ones',
    async (axis) => {
      const store = await create();
      const rates = { [axis]: { ...hour, limit: 20 } };
      const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
      const plain = async ({ limits }: { readonly limits: Limits }) =>
        (await reserveAll(limits.open(undefined, 'plain'))) === undefined;
      const passed = [];
      for (const process of [one, two, one, two]) passed.push(await plain(process));
      expect(passed).toEqual([true, true, false, false]);
      for (let count = 0; count < 10; count++)
        for (const { limits } of [one, two]) expect(await signUp(limits)).toBe(true);
      expect(await signUp(one.limits)).toBe(false);
    },
  );

  it('count all four in one statement', async () => {
    const { limits, writes } = await startProcess(await create(), {
      service: hour,
      network: hour,
      address: hour,
      form: hour,
    });
    expect(await signUp(limits)).toBe(true);
    expect(writes.count).toBe(1);
  });

  it('refuse what is known to be used up without asking the store, and say when to come back', async () => {
    const { limits, writes } = await startProcess(await create(), { network: { ...hour, limit: 1 } });
    await signUp(limits);
    await signUp(limits);
    await limits.open().release();
    const before = writes.count;
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => limits.open().reserve('network', '203.0.113.1')),
    );
    expect(writes.count).toBe(before);
    for (const answer of answers) {
      expect(answer).toMatchObject({ is: 'over' });
      if (answer.is === 'over') expect(answer.retryAfterS).toBeLessThanOrEqual(3600);
    }
  });

  it('get back what came to nothing, also in another process', async () => {
    const store = await create();
    const rates = { form: { ...hour, limit: 1 } };
    const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
    const quotas = one.limits.open();
    expect(await reserveAll(quotas)).toBeUndefined();
    expect(await signUp(two.limits)).toBe(false);
    await quotas.release();
    await quotas.release();
    await vi.waitFor(
      async () => {
        expect(await signUp(two.limits)).toBe(true);
      },
      {
        interval: 100,
      },
    );
    expect(await signUp(one.limits)).toBe(false);
  });

  it('count what is refused before it comes to the form, a moment later', async () => {
    const store = await create();
    const rates = { network: { ...hour, limit: 5 } };
    const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
    for (let count = 0; count < 5; count++) await one.limits.open().reserve('network', '203.0.113.1');
    await vi.waitFor(
      async () => {
        const quotas = two.limits.open();
        const exceeded = await reserveAll(quotas);
        // What this look has used itself must not be what it finds.
        await quotas.release();
        expect(exceeded).toBe('network');
      },
      {
        timeout: 15_000,
        interval: 50,
      },
    );
  });

  it("tell how the sender's own quota stands over all processes, and raise the load", async () => {
    const store = await create();
    const rates = { network: { ...hour, limit: 10 }, service: hour };
    const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
    for (let count = 0; count < 4; count++) await signUp(one.limits);
    const quotas = two.limits.open();
    await reserveAll(quotas);
    expect(quotas.remaining).toMatchObject([{ axis: 'network', limit: 10, windowS: 3600, remaining: 5 }]);
    expect(await two.limits.load('203.0.113.1', { id: 'newsletter', rates: {} })).toBe(0.5);
  });

  it('are whole again when their window is over', async () => {
    const { limits } = await startProcess(await create(), { service: { limit: 2, windowMs: 1500 } });
    await signUp(limits);
    await signUp(limits);
    await vi.waitFor(
      async () => {
        expect(await signUp(limits)).toBe(true);
      },
      { interval: 100 },
    );
  });

  it("do not depend on a process's own clock", async () => {
    const store = await create();
    const rates = { service: { ...hour, limit: 1 } };
    const [one, two] = [await startProcess(store, rates), await startProcess(store, rates)];
    expect(await signUp(one.limits)).toBe(true);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 24 * 3_600_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect(await signUp(one.limits)).toBe(false);
    expect(await signUp(two.limits)).toBe(false);
  });

  it('refuse to let through what cannot be counted, and go on when the store answers again', async () => {
    const { limits, writes } = await startProcess(await create(), {
      service: { ...hour, limit: 1 },
      form: hour,
    });
    writes.failing = true;
    const quotas = limits.open();
    await expect(reserveAll(quotas)).rejects.toBeInstanceOf(StoreUnavailable);
    await quotas.release();
    writes.failing = false;
    expect(await signUp(limits)).toBe(true);
    expect(await signUp(limits)).toBe(false);
  });

  it('hold within one per cent while three processes are asked at once', async () => {
    const store = await create();
    const rates = {
      service: hour,
      network: { ...hour, limit: 40 },
      address: { ...hour, limit: 2 },
      form: hour,
    };
    const processes = await Promise.all([1, 2, 3].map(() => startProcess(store, rates)));
    const through = { service: 0, networks: new Map<string, number>() };
    let asked = 0;
    /** Some networks and addresses are used up long before the service is. */
    const visit = async ({ limits }: { readonly limits: Limits }) => {
      const number = asked++;
      const ip = number % 3 === 0 ? '203.0.113.1' : `198.51.${number % 50}.1`;
      if (!(await signUp(limits, { ip, address: `p${number % 2000}@example.com` }))) return;
      through.service++;
      through.networks.set(ip, (through.networks.get(ip) ?? 0) + 1);
    };
    const lane = async (process: { readonly limits: Limits }) => {
      while (asked < 2400) await visit(process);
    };
    await Promise.all(processes.flatMap((process) => Array.from({ length: 20 }, () => lane(process))));
    expect(through.service).toBeGreaterThanOrEqual(990);
    expect(through.service).toBeLessThanOrEqual(1000);
    expect(through.networks.get('203.0.113.1')).toBe(40);
  }, 60_000);
});
