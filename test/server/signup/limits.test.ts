import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Rate } from '../../../server/forms/form-spec.ts';
import { createLimits, type Quotas } from '../../../server/signup/limits.ts';
import type { Axis } from '../../../server/signup/rates.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const off = { service: 'off', network: 'off', form: 'off', address: 'off' } as const;

const plain = { share: 0.1, network: { limit: 3, windowMs: 60_000 } };

function openLimits(rates: Partial<Record<Axis, Rate>>) {
  const limits = createLimits({ rates: { ...off, ...rates }, plain, addressKey: new Uint8Array(32) });
  onTestFinished(() => {
    limits.close();
  });
  return limits;
}

const minute = { limit: 2, windowMs: 60_000 };
const names: Readonly<Record<Axis, readonly [one: string, other: string]>> = {
  service: ['', ''],
  network: ['203.0.113.1', '203.0.113.2'],
  form: ['newsletter', 'another'],
  address: ['ada@example.com', 'grace@example.com'],
};

async function reserve(quotas: Quotas, axis: Axis, name: string): Promise<string> {
  return (await quotas.reserve(axis, name)).is;
}

describe.each(['service', 'network', 'form', 'address'] as const)('the quota of a %s', (axis) => {
  const [one] = names[axis];

  it('lets as many through as its limit, says when to retry, and is full again then', async () => {
    const limits = openLimits({ [axis]: minute });
    expect(await reserve(limits.open(), axis, one)).toBe('within');
    vi.setSystemTime(Date.now() + 20_000);
    expect(await reserve(limits.open(), axis, one)).toBe('within');
    expect(await limits.open().reserve(axis, one)).toEqual({ is: 'over', retryAfterS: 40 });
    vi.setSystemTime(Date.now() + 39_999);
    expect(await reserve(limits.open(), axis, one)).toBe('over');
    vi.setSystemTime(Date.now() + 1);
    expect(await reserve(limits.open(), axis, one)).toBe('within');
  });

  it('gets released reservations back, and is not used up by refusals', async () => {
    const limits = openLimits({ [axis]: minute });
    const first = limits.open();
    await first.reserve(axis, one);
    expect(await reserve(limits.open(), axis, one)).toBe('within');
    for (let i = 0; i < 5; i++) expect(await reserve(limits.open(), axis, one)).toBe('over');
    await first.release();
    await first.release();
    expect(await reserve(limits.open(), axis, one)).toBe('within');
    expect(await reserve(limits.open(), axis, one)).toBe('over');
  });

  it('does not get back in one window what was reserved in the one before', async () => {
    const limits = openLimits({ [axis]: { ...minute, limit: 1 } });
    const slow = limits.open();
    await slow.reserve(axis, one);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await reserve(limits.open(), axis, one)).toBe('within');
    await slow.release();
    expect(await reserve(limits.open(), axis, one)).toBe('over');
  });

  it('is whole again at once when the clock is set back, and when it is set forward', async () => {
    const limits = openLimits({ [axis]: { ...minute, limit: 1 } });
    const day = 24 * 3_600_000;
    await reserve(limits.open(), axis, one);
    for (const jump of [day, -2 * day, -3_600_000]) {
      vi.setSystemTime(Date.now() + jump);
      expect(await reserve(limits.open(), axis, one)).toBe('within');
      expect(await limits.open().reserve(axis, one)).toEqual({ is: 'over', retryAfterS: 60 });
    }
  });

  it('is endless when it is off', async () => {
    const limits = openLimits({});
    for (let i = 0; i < 50; i++) expect(await reserve(limits.open(), axis, one)).toBe('within');
  });
});

it.each(['network', 'form', 'address'] as const)('each %s has its own quota', async (axis) => {
  const [one, other] = names[axis];
  const limits = openLimits({ [axis]: { ...minute, limit: 1 } });
  expect(await reserve(limits.open(), axis, one)).toBe('within');
  expect(await reserve(limits.open(), axis, other)).toBe('within');
  expect(await reserve(limits.open(), axis, one)).toBe('over');
});

describe('the quotas of one request', () => {
  it('can be released on some axes and kept on others', async () => {
    const limits = openLimits({ network: { ...minute, limit: 1 }, address: { ...minute, limit: 1 } });
    const quotas = limits.open();
    await quotas.reserve('network', '203.0.113.1');
    await quotas.reserve('address', 'ada@example.com');
    await quotas.release(['address', 'form']);
    expect(await reserve(limits.open(), 'address', 'ada@example.com')).toBe('within');
    expect(await reserve(limits.open(), 'network', '203.0.113.1')).toBe('over');
  });

  it("show what remains of the sender's own quota, and the exceeded one, and no other", async () => {
    const limits = openLimits({ service: minute, network: minute, form: { ...minute, limit: 1 } });
    const quotas = limits.open();
    await quotas.reserve('service', '');
    await quotas.reserve('network', '203.0.113.1');
    await quotas.reserve('form', 'newsletter');
    expect(quotas.remaining).toEqual([{ axis: 'network', limit: 2, windowS: 60, remaining: 1, resetS: 60 }]);
    const second = limits.open();
    await second.reserve('form', 'newsletter');
    expect(second.remaining).toEqual([{ axis: 'form', limit: 1, windowS: 60, remaining: 0, resetS: 60 }]);
  });
});

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.7', '::ffff:203.0.113.7', true],
    ['2001:db8:1:200::1', '2001:db8:1:2ff:ffff::9', true],
    ['2001:db8:1:200::1', '2001:db8:1:300::1', false],
  ])('%s and %s are the same one: %s', async (one, other, isSame) => {
    const limits = openLimits({ network: { ...minute, limit: 1 } });
    await limits.open().reserve('network', one);
    expect(await reserve(limits.open(), 'network', other)).toBe(isSame ? 'over' : 'within');
  });
});

describe('load', () => {
  it('is the higher usage of network and form, and falls when their windows end', async () => {
    const limits = openLimits({
      network: { limit: 10, windowMs: 60_000 },
      form: { limit: 4, windowMs: 30_000 },
    });
    const load = () => limits.load('203.0.113.1', { id: 'newsletter', rates: {} });
    expect(await load()).toBe(0);
    const quotas = limits.open();
    await quotas.reserve('network', '203.0.113.1');
    expect(await load()).toBe(0.1);
    await quotas.reserve('form', 'newsletter');
    expect(await load()).toBe(0.25);
    vi.setSystemTime(Date.now() + 30_000);
    expect(await load()).toBe(0.1);
    vi.setSystemTime(Date.now() + 30_000);
    expect(await load()).toBe(0);
  });
});
