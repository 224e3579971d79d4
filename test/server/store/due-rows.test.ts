import { expect, it, onTestFinished, vi } from 'vitest';
import { sameSql, type WriteStatement } from '../../../server/store/database.ts';
import { DueRows } from '../../../server/store/leasing/due-rows.ts';
import { settings } from '../../../server/store/tables.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

it('a row that is due is decided about by nobody who has lost the lease, and again by who has it', async () => {
  const database = await openTestStore({ dataDir: await directoryInMemory() });
  const decidedBy = async () => {
    const rows = await database.read({ sql: sameSql('select changed_at from settings') });
    return rows.map((row) => Number(row['changed_at']));
  };
  let attempt = 0;
  const loop = new DueRows({
    database,
    name: 'decide',
    owner: 'a test',
    log: quiet,
    lookEveryMs: 20,
    fault: 'it failed',
    read: async () => ((await decidedBy()).length === 0 ? ['a row'] : []),
    async decide(name): Promise<readonly WriteStatement[]> {
      // As another process does that takes over and stops.
      const takeover = sameSql(`update leases set owner = '', epoch = epoch + 2`);
      if (++attempt === 1) await database.write([{ sql: takeover }]);
      return [{ into: settings, rows: [{ name, changed_at: attempt, payload: '' }] }];
    },
    onDecided: () => undefined,
  });
  onTestFinished(() => loop.stop());
  await vi.waitFor(
    async () => {
      expect(await decidedBy()).toHaveLength(1);
    },
    { timeout: 15_000, interval: 20 },
  );
  // Not again and again until the next look at the lease.
  expect((await decidedBy())[0]).toBe(2);
});
