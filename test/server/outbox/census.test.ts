import { expect, it, onTestFinished, vi } from 'vitest';
import { Census } from '../../../server/outbox/census.ts';
import { toSandbox } from '../../helpers/server/outbox.ts';
import { deferred } from '../../helpers/deferred.ts';
import { addSignup, openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 15_000, interval: 20 };

/** A census whose counts, once they have read the rows, wait until they are let go on. */
async function openSlowCensus() {
  const database = await openTestStore({ dataDir: await directoryInMemory() });
  const clock = { ms: 0 };
  const census = new Census({
    database,
    destinations: [toSandbox],
    restMs: 1,
    monotonicMs: () => clock.ms,
  });
  await census.start();
  const read = database.read.bind(database);
  let count = { hasRead: deferred(), mayGoOn: deferred() };
  vi.spyOn(database, 'read').mockImplementation(async (statement) => {
    const { hasRead, mayGoOn } = count;
    const rows = await read(statement);
    if (statement.sql.sqlite.includes('group by')) hasRead.resolve();
    await mayGoOn.promise;
    return rows;
  });
  onTestFinished(async () => {
    count.mayGoOn.resolve();
    await census.stop();
  });
  return {
    database,
    census,
    clock,
    hasRead: () => count.hasRead.promise,
    goOn: () => {
      count.mayGoOn.resolve();
    },
    /** Ends the count under way, and resolves when the next one has read its rows. */
    nextHasRead: async () => {
      const { mayGoOn } = count;
      count = { hasRead: deferred(), mayGoOn: deferred() };
      mayGoOn.resolve();
      await count.hasRead.promise;
    },
  };
}

it('does not use a count of how many wait that something of its own has overtaken', async () => {
  const { census, hasRead, nextHasRead } = await openSlowCensus();
  await hasRead();
  census.noteAdded(1000);
  expect(census.counts().waiting).toBe(1);
  await nextHasRead();
  expect(census.counts()).toMatchObject({ waiting: 1, oldestMs: 1000 });
  // And the next one, which nothing has overtaken, is: in the store there is none.
  await nextHasRead();
  expect(census.counts()).toMatchObject({ waiting: 0, oldestMs: undefined });
});

it('uses a count that was overtaken when there was no other one for ten seconds', async () => {
  const { census, clock, database, hasRead, nextHasRead, goOn } = await openSlowCensus();
  await hasRead();
  await addSignup(database, { ...toSandbox });
  await nextHasRead();
  for (let count = 0; count < 3; count++) {
    census.noteSettled({ gone: 0, dead: 0 });
    await nextHasRead();
    expect(census.counts().waiting).toBe(0);
  }
  clock.ms += 11_000;
  census.noteSettled({ gone: 0, dead: 0 });
  goOn();
  await vi.waitFor(() => {
    expect(census.counts().waiting).toBe(1);
  }, soon);
});
