import { describe, expect, test } from 'vitest';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { addSignup, idsIn, openTestStore } from '../../helpers/server/store.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { ExpectationFailed } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';

/** A process with a clock of its own. */
function candidate(database: Database, owner: string, startMs: number) {
  const clock = { ms: startMs };
  const leases = new Leases({ database, owner, monotonicMs: () => clock.ms });
  return {
    leases,
    clock,
    /** Looks once a second, so many times. */
    async watch(name: string, looks: number) {
      let held = await leases.look(name);
      for (let look = 1; look < looks && !held; look++) {
        clock.ms += 1000;
        held = await leases.look(name);
      }
      return held;
    },
  };
}

async function twoCandidates() {
  const dataDir = await directoryInMemory();
  const database = await openTestStore({ dataDir });
  // Clocks that have nothing in common.
  return { database, one: candidate(database, 'one', 5_000_000), two: candidate(database, 'two', 12) };
}

describe('a lease', () => {
  test('goes to one of those that ask for it', async () => {
    const { one, two } = await twoCandidates();
    const held = await Promise.all([one.leases.look('main'), two.leases.look('main')]);
    expect(held.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  test('stays with its holder for as long as that one looks', async () => {
    const { one, two } = await twoCandidates();
    const held = await one.leases.look('main');
    for (let second = 0; second < 60; second++) {
      one.clock.ms += 1000;
      two.clock.ms += 1000;
      expect(await one.leases.look('main')).toEqual(held);
      expect(await two.leases.look('main')).toBeUndefined();
    }
  });

  test('is taken over within fifteen seconds of one that died, with a higher epoch', async () => {
    const { one, two } = await twoCandidates();
    const dead = await one.leases.look('main');
    const held = await two.watch('main', 15);
    expect(held?.epoch).toBe((dead?.epoch ?? 0) + 1);
  });

  test('is never taken over before its holder knows that it may be', async () => {
    const { one, two } = await twoCandidates();
    const held = await one.leases.look('main');
    if (!held) throw new Error('The lease was free.');
    let elapsed = 0;
    while (!(await two.leases.look('main'))) {
      elapsed += 1000;
      two.clock.ms += 1000;
      one.clock.ms += 1000;
    }
    expect(elapsed).toBeGreaterThanOrEqual(10_000);
    expect(one.leases.safeForMs(held)).toBe(0);
  });

  test('is not taken over when its holder confirms it in the very moment', async () => {
    const { database, one } = await twoCandidates();
    const held = await one.leases.look('main');
    const late: Database = Object.assign(Object.create(database) as Database, {
      read: database.read.bind(database),
      async write(...args: Parameters<Database['write']>) {
        // Between the look of the other one and its takeover.
        await one.leases.look('main');
        return database.write(...args);
      },
    });
    const two = candidate(late, 'two', 12);
    expect(await two.watch('main', 15)).toBeUndefined();
    expect(await one.leases.look('main')).toEqual(held);
  });

  test('is not taken over by an observer that was stopped for a long time itself', async () => {
    const { one, two } = await twoCandidates();
    await one.leases.look('main');
    await two.leases.look('main');
    two.clock.ms += 3_600_000;
    expect(await two.leases.look('main')).toBeUndefined();
  });

  test('is safe for its holder for eight seconds after its last confirmed look', async () => {
    const { one } = await twoCandidates();
    const held = await one.leases.look('main');
    if (!held) throw new Error('The lease was free.');
    one.clock.ms += 7999;
    expect(one.leases.safeForMs(held)).toBe(1);
    one.clock.ms += 1;
    expect(one.leases.safeForMs(held)).toBe(0);
    await one.leases.look('main');
    expect(one.leases.safeForMs(held)).toBe(8000);
  });

  test('that was lost lets its former holder change nothing', async () => {
    const { database, one, two } = await twoCandidates();
    const id = await addSignup(database);
    const old = await one.leases.look('main');
    const held = await two.watch('main', 15);
    if (!old || !held) throw new Error('The lease was not taken over.');
    const acknowledge = { sql: sameSql('delete from signups where id = ?'), params: [id] };
    await expect(database.write([one.leases.fence(old), acknowledge])).rejects.toThrow(ExpectationFailed);
    expect(await idsIn(database)).toEqual([id]);
    expect(await one.leases.look('main')).toBeUndefined();
    expect(one.leases.safeForMs(old)).toBe(0);

    await database.write([two.leases.fence(held), acknowledge]);
    expect(await idsIn(database)).toEqual([]);
  });

  test('that was lost is never taken back by confirming it', async () => {
    const { one, two } = await twoCandidates();
    const old = await one.leases.look('main');
    const held = await two.watch('main', 15);
    if (!old || !held) throw new Error('The lease was not taken over.');
    for (let second = 0; second < 15; second++) {
      expect(await one.leases.confirm(old)).toBe(false);
      one.clock.ms += 1000;
    }
    expect(await two.leases.confirm(held)).toBe(true);
  });

  test('that is released goes to the next that looks', async () => {
    const { database, one, two } = await twoCandidates();
    const held = await one.leases.look('main');
    if (!held) throw new Error('The lease was free.');
    await two.leases.look('main');
    await one.leases.release(held);
    await expect(database.write([one.leases.fence(held)])).rejects.toThrow(ExpectationFailed);
    expect((await two.leases.look('main'))?.epoch).toBeGreaterThan(held.epoch);
    expect(await one.leases.look('main')).toBeUndefined();
  });

  test('is safe from the moment at which the store was asked, however late it answers', async () => {
    const { database } = await twoCandidates();
    const clock = { ms: 0 };
    const slow: Database = Object.assign(Object.create(database) as Database, {
      read: database.read.bind(database),
      async write(...args: Parameters<Database['write']>) {
        const results = await database.write(...args);
        clock.ms += 3000;
        return results;
      },
    });
    const leases = new Leases({ database: slow, owner: 'slow', monotonicMs: () => clock.ms });
    const held = await leases.look('main');
    if (!held) throw new Error('The lease was free.');
    expect(leases.safeForMs(held)).toBe(5000);
    await leases.look('main');
    expect(leases.safeForMs(held)).toBe(5000);
    await leases.release(held);
    const again = await leases.look('main');
    expect(again && leases.safeForMs(again)).toBe(5000);
  });

  test('that goes from hand to hand is not taken over, though each holder has it for a moment only', async () => {
    const { one, two } = await twoCandidates();
    for (let second = 0; second < 20; second++) {
      const held = await one.leases.look('main');
      if (!held) throw new Error('The lease was not free.');
      expect(await two.leases.look('main')).toBeUndefined();
      await one.leases.release(held);
      one.clock.ms += 1000;
      two.clock.ms += 1000;
    }
  });
});
