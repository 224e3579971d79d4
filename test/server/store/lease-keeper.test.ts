import { expect, it, onTestFinished, vi } from 'vitest';
import { LeaseKeeper } from '../../../server/store/leasing/lease-keeper.ts';
import type { Database } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const name = 'deliver to somewhere';
const soon = { timeout: 15_000, interval: 20 };

/** A keeper that has the lease, with a clock that stands still until it is moved. */
async function openKeeper(database?: Database) {
  const store = database ?? (await openTestStore({ dataDir: await directoryInMemory() }));
  const clock = { ms: 0 };
  const { log, lines } = recordLog();
  const onChange = vi.fn();
  const leases = new Leases({ database: store, owner: 'a test', monotonicMs: () => clock.ms });
  const keeper = new LeaseKeeper({ leases, name, onChange, log, lookMs: 20 });
  onTestFinished(() => keeper.stop());
  return { store, clock, keeper, onChange, log: lines };
}

async function openHolder(database?: Database) {
  const parts = await openKeeper(database);
  await vi.waitFor(() => {
    expect(parts.keeper.held).toBeDefined();
  }, soon);
  return parts;
}

/** No look comes back any more, as from a store that does not answer. */
function silence(store: Database): () => void {
  const spies = [vi.spyOn(store, 'write'), vi.spyOn(store, 'read')];
  for (const spy of spies) spy.mockRejectedValue(new StoreUnavailable('timed_out'));
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

it('is not held any longer from the moment at which it was not confirmed for eight seconds, and it is told', async () => {
  const { store, clock, keeper, onChange } = await openHolder();
  silence(store);
  onChange.mockClear();
  clock.ms += 7999;
  expect(keeper.held).toBeDefined();
  clock.ms += 1;
  expect(keeper.held).toBeUndefined();
  await vi.waitFor(() => {
    expect(onChange).toHaveBeenCalled();
  }, soon);
});

it('is held again when the store answers again and nobody else has taken it', async () => {
  const { store, clock, keeper, log } = await openHolder();
  const goOn = silence(store);
  await vi.waitFor(() => {
    expect(log()).toContain('the store does not confirm who delivers');
  }, soon);
  clock.ms += 8000;
  expect(keeper.held).toBeUndefined();
  goOn();
  await vi.waitFor(() => {
    expect(keeper.held).toBeDefined();
  }, soon);
  expect(log().match(/does not confirm/g)).toHaveLength(1);
});

it('is not lost by a late word about an earlier holding', async () => {
  const { keeper } = await openHolder();
  const { held } = keeper;
  if (!held) throw new Error('it is not held');
  keeper.lose({ ...held, epoch: held.epoch - 1 });
  expect(keeper.held).toEqual(held);
  keeper.lose(held);
  expect(keeper.held).toBeUndefined();
});

it('is free for others as soon as its holder stops', async () => {
  const { store, keeper } = await openHolder();
  const other = await openKeeper(store);
  await keeper.stop();
  await vi.waitFor(() => {
    expect(other.keeper.held).toBeDefined();
  }, soon);
});
