import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import { idsIn, quiet, readSignups, signupRow, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { sameSql, type Database, type WriteStatement } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { Seen } from '../../../server/store/seen.ts';
import { signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

const isSoak = process.env['SOAK'] !== undefined;
const histories = isSoak ? 300 : 8;
const waves = 20;
/** The long run ends with fewer histories where the machine is slow. */
const soakMs = 20 * 60_000;

const noPostgres = whyNoPostgres();
let server: PostgresServer | undefined;
beforeAll(async () => {
  if (noPostgres === undefined) server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

/** Numbers from 0 to 1 that come again with the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What must be in the store, from what was told about each write. */
interface Model {
  readonly rows: Set<string>;
  readonly marks: Set<string>;
}

/** A write, what it does where it succeeds, and whether it can. */
interface Attempt {
  readonly statements: readonly WriteStatement[];
  readonly apply: (model: Model) => void;
  /** `undefined`: it depends on the others of its wave. */
  readonly succeeds: boolean | undefined;
}

function attempt(random: () => number, model: Model, seen: Seen, taken: Set<string>): Attempt {
  const row = signupRow({ payload: { note: 'x'.repeat(Math.floor(random() * 3000)) } });
  const known = [...model.rows].filter((id) => !taken.has(id));
  const target = known[Math.floor(random() * known.length)];
  const add = (id = row.id): WriteStatement => ({ into: signups, rows: [{ ...row, id }] });
  const remove = (id: string): WriteStatement => ({
    sql: sameSql('delete from signups where id = ?'),
    params: [id],
    expect: 1,
  });
  const mark = `mark ${Math.floor(random() * 60)}`;
  switch (Math.floor(random() * 7)) {
    case 0: {
      if (target === undefined) break;
      taken.add(target);
      return { statements: [remove(target)], apply: ({ rows }) => rows.delete(target), succeeds: true };
    }
    case 1:
      return { statements: [add(), remove('nobody')], apply: () => undefined, succeeds: false };
    case 2: {
      if (target === undefined) break;
      taken.add(target);
      return { statements: [add(), add(target)], apply: () => undefined, succeeds: false };
    }
    case 3:
      return {
        statements: [seen.mark(['proof', mark]), add()],
        apply({ rows, marks }) {
          rows.add(row.id);
          marks.add(mark);
        },
        succeeds: model.marks.has(mark) ? false : undefined,
      };
    case 4: {
      if (target === undefined) break;
      taken.add(target);
      return {
        statements: [remove(target), add()],
        apply({ rows }) {
          rows.delete(target);
          rows.add(row.id);
        },
        succeeds: true,
      };
    }
    case 5:
      return {
        statements: [seen.mark(['proof', `${mark} failed`]), remove('nobody')],
        apply: () => undefined,
        succeeds: false,
      };
  }
  return { statements: [add()], apply: ({ rows }) => rows.add(row.id), succeeds: true };
}

async function runHistory(seed: number, open: () => Promise<Database>): Promise<void> {
  const random = randomFrom(seed);
  const model: Model = { rows: new Set(), marks: new Set() };
  let databases = [await open(), await open()];
  await databases[0]?.write([{ sql: sameSql('delete from signups') }]);
  let attempted = 0;
  // A disk that stands still for seconds makes the store refuse, which it then must not store.
  let refused = 0;
  try {
    for (let wave = 0; wave < waves; wave++) {
      const taken = new Set<string>();
      const attempts = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
        const database = databases[Math.floor(random() * 2)];
        if (!database) throw new Error('There are two.');
        // A key for each history, which then does not know the marks of the others.
        const seen = new Seen({ database, key: Buffer.alloc(32, String(seed)) });
        return { ...attempt(random, model, seen, taken), database };
      });
      const outcomes = await Promise.allSettled(
        attempts.map(({ database, statements }) => database.write(statements)),
      );
      outcomes.forEach((outcome, at) => {
        const { succeeds, apply } = attempts[at] ?? attempts[0] ?? expect.unreachable();
        const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
        if (reason instanceof StoreUnavailable && reason.outcome === 'not_written') refused++;
        else if (succeeds !== undefined)
          expect([seed, wave, at, succeeds || reason]).toEqual([seed, wave, at, reason ?? true]);
        if (reason === undefined) apply(model);
      });
      attempted += attempts.length;
      for (const database of databases) {
        expect([seed, wave, (await idsIn(database)).sort()]).toEqual([seed, wave, [...model.rows].sort()]);
      }
      if (random() < 0.1) {
        await Promise.all(databases.map((database) => database.close()));
        databases = [await open(), await open()];
      }
    }
    expect(refused).toBeLessThan(attempted / 4);
    const rows = await readSignups(databases[0] ?? expect.unreachable());
    expect(rows.every(({ payload }) => typeof (payload as { note?: unknown }).note === 'string')).toBe(true);
  } finally {
    await Promise.all(databases.map((database) => database.close()));
  }
}

describe.each(['sqlite', 'postgres'] as const)('on %s', { timeout: 1_800_000 }, (engine) => {
  const it = engine === 'postgres' && noPostgres !== undefined ? test.skip : test;

  it('two proxies that do anything at once store exactly what they are told', async () => {
    // One database for all histories: making one takes longer than a history.
    const place = {
      dataDir: await directoryInMemory(),
      key: testKey,
      log: quiet,
      databaseUrl: engine === 'postgres' ? new Secret((await server?.createDatabase()) ?? '') : undefined,
    };
    const endMs = performance.now() + (isSoak ? soakMs : Infinity);
    for (let seed = 1; seed <= histories && performance.now() < endMs; seed++) {
      await runHistory(seed, () => openStore(place));
    }
  });
});
