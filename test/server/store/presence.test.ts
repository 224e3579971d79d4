import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { Presence } from '../../../server/store/presence.ts';
import { openTestStore, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

/** The tests look themselves. */
const lookEveryMs = 3_600_000;

/** A process on a clock that the test moves. */
async function join(dataDir: string) {
  const database = await openTestStore({ dataDir, key: testKey });
  const clock = { ms: 0 };
  const presence = await Presence.begin({ database, lookEveryMs, monotonicMs: () => clock.ms });
  onTestFinished(() => presence.close());
  return {
    database,
    presence,
    /** Looks once a second for so long. */
    async look(seconds = 1) {
      for (let passed = 0; passed < seconds; passed++) {
        clock.ms += 1000;
        await presence.look();
      }
    },
    async wakeAfter(ms: number) {
      clock.ms += ms;
      await presence.look();
    },
  };
}

async function rowsIn(database: Database): Promise<number> {
  const [row] = await database.read({
    sql: sameSql(`select count(*) as n from leases where name like 'present %'`),
  });
  return Number(row?.['n']);
}

/** As of a process that was killed. */
async function leaveRow(database: Database): Promise<void> {
  await database.write([
    { sql: sameSql(`insert into leases (name, owner, epoch, beat) values ('present killed', '', 0, 7)`) },
  ]);
}

describe('the processes of one store', () => {
  it('know of each other from the start of the second one, and until one closes', async () => {
    const dataDir = await directoryInMemory();
    const one = await join(dataDir);
    const joined = vi.fn();
    one.presence.onCompany(joined);
    expect(one.presence.isAlone).toBe(true);
    const two = await join(dataDir);
    expect(two.presence.isAlone).toBe(false);
    await one.look(2);
    expect(one.presence.isAlone).toBe(false);
    await two.presence.close();
    await one.look();
    expect(one.presence.isAlone).toBe(true);
    expect(joined).toHaveBeenCalledTimes(1);
  });

  it('are present for as long as they beat, whatever the clock of another says', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await join(dataDir), await join(dataDir)];
    for (let round = 0; round < 30; round++) {
      await one.look(10);
      await two.look(3);
      expect(one.presence.isAlone).toBe(false);
    }
    await one.look(5);
    expect(await rowsIn(one.database)).toBe(2);
  });

  it('forget one that was killed after twelve seconds, and sweep its row after a minute', async () => {
    const one = await join(await directoryInMemory());
    await leaveRow(one.database);
    await one.look(12);
    expect(one.presence.isAlone).toBe(false);
    await one.look();
    expect(one.presence.isAlone).toBe(true);
    await one.look(47);
    expect(await rowsIn(one.database)).toBe(2);
    await one.look();
    expect(await rowsIn(one.database)).toBe(1);
  });

  it('do not take another one for gone because they were stopped themselves', async () => {
    const one = await join(await directoryInMemory());
    await leaveRow(one.database);
    await one.look();
    await one.wakeAfter(3_600_000);
    expect(one.presence.isAlone).toBe(false);
  });

  it('see one again whose row was swept while it was stopped', async () => {
    const dataDir = await directoryInMemory();
    const [one, two] = [await join(dataDir), await join(dataDir)];
    await one.look(70);
    expect(one.presence.isAlone).toBe(true);
    await two.look(3);
    await one.look();
    expect(one.presence.isAlone).toBe(false);
  });

  it('begin alone where the store does not answer, and look again', async () => {
    const database = await openTestStore({ dataDir: await directoryInMemory(), key: testKey });
    await leaveRow(database);
    let isAway = true;
    const presence = await Presence.begin({
      lookEveryMs,
      database: {
        write: (...given) => (isAway ? Promise.reject(new Error('away')) : database.write(...given)),
        read: (statement) => database.read(statement),
      },
    });
    onTestFinished(() => presence.close());
    expect(presence.isAlone).toBe(true);
    isAway = false;
    await presence.look();
    expect(presence.isAlone).toBe(false);
  });
});
