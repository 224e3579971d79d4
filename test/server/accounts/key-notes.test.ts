import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readKeyNotes, startKeyNotes, type KeysState } from '../../../server/accounts/keys/key-notes.ts';
import type { Database } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const hourMs = 3_600_000;

/** A process that notes how its keys stand, on a store that the test can let fail. */
function startProcess(database: Database, pid: number, now: () => number = Date.now) {
  const { log, lines } = recordLog();
  const seen = { writes: 0, failing: false };
  let state: KeysState = { credentials: 'untried', sets: [] };
  const watched: Database = {
    engine: database.engine,
    keyId: database.keyId,
    keyIds: database.keyIds,
    read: (statement) => database.read(statement),
    haveSeen: (marks) => database.haveSeen(marks),
    signal: (topic) => {
      database.signal(topic);
    },
    onSignal: (listener) => database.onSignal(listener),
    tidy: () => database.tidy(),
    close: () => database.close(),
    async write(statements) {
      seen.writes++;
      if (seen.failing) throw new StoreUnavailable('full');
      return database.write(statements);
    },
  };
  const notes = startKeyNotes({
    database: watched,
    account: 'main',
    host: 'one',
    pid,
    api: 'v1',
    state: () => state,
    log,
    intervalMs: 10,
    now,
  });
  onTestFinished(() => notes.close());
  return {
    notes,
    seen,
    log: lines,
    become: (credentials: KeysState['credentials']) => {
      state = { ...state, credentials };
    },
  };
}

const { engines, newPlace } = useEngines();

describe.each(engines)('what processes note of their keys on %s', (engine) => {
  const create = async () => {
    const place = await newPlace(engine);
    return { open: () => openTestStore(place) };
  };
  const says = async (database: Database, note: object) => {
    await vi.waitFor(async () => {
      expect((await readKeyNotes(database)).notes[0]).toMatchObject(note);
    }, 10_000);
  };

  it('is written at the start, when something changes and at the end, and not otherwise', async () => {
    const database = await (await create()).open();
    const { notes, become, seen } = startProcess(database, 1);
    await says(database, { pid: 1, credentials: 'untried' });
    become('working');
    await says(database, { pid: 1, credentials: 'working' });
    expect(seen.writes).toBe(2);
    become('refused');
    await notes.close();
    await says(database, { pid: 1, credentials: 'refused', stoppedAt: expect.any(String) as string });
    expect(seen.writes).toBe(3);
  });

  it('is written once a minute without a change, and after a jump of the clock', async () => {
    const database = await (await create()).open();
    let nowMs = Date.parse('2026-11-23T12:00:00Z');
    startProcess(database, 1, () => nowMs);
    for (const time of ['2026-11-23T12:00:00.000Z', '2026-11-23T12:01:00.000Z', '2026-11-23T09:00:00.000Z']) {
      nowMs = Date.parse(time);
      await says(database, { writtenAt: time });
    }
  });

  it('says once that it cannot be written, and is right again afterwards', async () => {
    const database = await (await create()).open();
    const { seen, log, become } = startProcess(database, 1);
    await says(database, { credentials: 'untried' });
    seen.failing = true;
    become('working');
    await vi.waitFor(() => {
      expect(log()).toContain('cannot be written');
    });
    seen.failing = false;
    await says(database, { credentials: 'working' });
    expect(log().match(/cannot be written/g)).toHaveLength(1);
  });

  it('is told apart by process, whichever shares the store', async () => {
    const store = await create();
    const [first, second] = [await store.open(), await store.open()];
    const one = startProcess(first, 1);
    one.become('working');
    startProcess(second, 2);
    await vi.waitFor(async () => {
      const { notes } = await readKeyNotes(first);
      const found = notes.map(({ pid, credentials }) => `${pid} ${credentials}`);
      expect(found.sort()).toEqual(['1 working', '2 untried']);
    });
  });

  it('is removed a day after its process was heard of for the last time', async () => {
    const database = await (await create()).open();
    const nowMs = Date.now();
    const before = startProcess(database, 1, () => nowMs - 25 * hourMs);
    await before.notes.close();
    await says(database, { pid: 1 });
    startProcess(database, 2, () => nowMs);
    await vi.waitFor(async () => {
      expect((await readKeyNotes(database)).notes).toMatchObject([{ pid: 2 }]);
    });
  });

  it('does not hold up the end where the store does not answer', async () => {
    const database = await (await create()).open();
    const { notes, seen } = startProcess(
      { ...database, engine: database.engine, write: () => new Promise(() => undefined) },
      1,
    );
    await vi.waitFor(() => {
      expect(seen.writes).toBe(1);
    });
    const started = performance.now();
    await notes.close();
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
