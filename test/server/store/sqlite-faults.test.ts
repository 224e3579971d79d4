import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { mountSmallDisk, remount } from '../../helpers/server/small-disk.ts';
import {
  addSignup,
  idsIn,
  openTestStore,
  quiet,
  readSignups,
  signupRow,
  testKey,
  useScript,
} from '../../helpers/server/store.ts';
import { sameSql, Unreadable } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { migrations } from '../../../server/store/migrations.ts';
import { openSqlite } from '../../../server/store/open-store.ts';
import { deriveKey } from '../../../server/store/engine/sealing.ts';
import { isAtLeast, loadDriver } from '../../../server/store/sqlite/driver.ts';
import { openFile, prepareFile } from '../../../server/store/sqlite/open-file.ts';
import { SqliteDatabase } from '../../../server/store/sqlite/sqlite-database.ts';
import { startWorker } from '../../../server/store/sqlite/worker-thread.ts';
import { scanWal } from '../../../server/store/sqlite/wal-scan.ts';
import { signups } from '../../../server/store/tables.ts';

const isSoak = process.env['SOAK'] !== undefined;
const rounds = isSoak ? 200 : 10;
/** The long run ends with fewer rounds where the machine is slow. */
const soakMs = 8 * 60_000;

function* eachRound(): Generator<number> {
  const endMs = performance.now() + (isSoak ? soakMs : Infinity);
  for (let round = 0; round < rounds && performance.now() < endMs; round++) yield round;
}

const writer = useScript('store-writer');
const childScript = useScript('store-child');
const fileName = 'rasa-signup.db';

/** A writer in a process of its own, and what it was told is stored. */
function startWriter(dataDir: string): { readonly stored: () => string[]; kill(): Promise<void> } {
  const child = spawn(process.execPath, [writer(), dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    stored: () => output.split('\n').slice(0, -1),
    async kill() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function filesOf(dataDir: string): Buffer {
  return Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
}

/** Everything of a database that was not closed, as after a crash. */
async function crashedStore(
  rows: number,
): Promise<{ readonly dataDir: string; readonly ids: readonly string[] }> {
  const dataDir = await temporaryDir();
  const database = await openTestStore({ dataDir });
  const ids: string[] = [];
  for (let n = 0; n < rows; n++) ids.push(await addSignup(database));
  const copyDir = await temporaryDir();
  for (const name of readdirSync(dataDir)) {
    if (!name.endsWith('-shm')) writeFileSync(join(copyDir, name), readFileSync(join(dataDir, name)));
  }
  return { dataDir: copyDir, ids };
}

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

describe('a killed proxy', () => {
  test(
    'loses nothing that it said is stored, alone or beside another on the same file',
    { timeout: 600_000 },
    async () => {
      const dataDir = await temporaryDir();
      const told = new Set<string>();
      let played = 0;
      for (const round of eachRound()) {
        played++;
        const writers = Array.from({ length: 1 + (round % 2) }, () => startWriter(dataDir));
        await until(() => writers.every(({ stored }) => stored().length > 20));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        await Promise.all(writers.map((writer) => writer.kill()));
        for (const { stored } of writers) for (const id of stored()) told.add(id);
      }
      const database = await openSqlite({ dataDir, log: quiet, key: testKey });
      onTestFinished(() => database.close());
      const kept = new Set(await idsIn(database));
      expect([...told].filter((id) => !kept.has(id))).toEqual([]);
      expect(told.size).toBeGreaterThan(20 * played);
      expect(await database.check()).toEqual([]);
    },
  );
});

describe('a full disk', () => {
  test('refuses sign-ups, lets acknowledgements through, and recovers by itself', async ({ skip }) => {
    const dataDir = mountSmallDisk(24);
    if (dataDir === undefined) return skip();
    const database = await openTestStore({ dataDir, reserveBytes: 1024 * 1024 });
    const stored = [await addSignup(database), await addSignup(database)];
    const filler = join(dataDir, 'filler');
    fill(filler);

    await expect(addSignup(database)).rejects.toMatchObject({ reason: 'full', outcome: 'not_written' });
    const [first] = stored;
    await database.write(
      [{ sql: sameSql('delete from signups where id = ?'), params: [first ?? ''], expect: 1 }],
      {
        settling: true,
      },
    );

    rmSync(filler);
    stored.push(await addSignup(database));
    expect(await idsIn(database)).toEqual(stored.slice(1));
  });

  test('that fills up in the middle of a commit stores only what it says it stored', async ({ skip }) => {
    const dataDir = mountSmallDisk(16);
    if (dataDir === undefined) return skip();
    // Without a reserve, so that SQLite itself runs out of space.
    const database = await openTestStore({ dataDir, reserveBytes: 0 });
    fill(join(dataDir, 'filler'), 600_000);
    const stored: string[] = [];
    const failures = new Set<string>();
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 64 }, async () => {
          const row = signupRow({ payload: 'x'.repeat(2000) });
          try {
            await database.write([{ into: signups, rows: [row] }]);
            stored.push(row.id);
          } catch (error) {
            failures.add(
              error instanceof StoreUnavailable ? `${error.reason} ${error.outcome}` : String(error),
            );
          }
        }),
      );
    }
    expect([...failures].every((failure) => failure.startsWith('full'))).toBe(true);
    expect(failures.size).toBeGreaterThan(0);
    expect((await idsIn(database)).sort()).toEqual(stored.sort());
    rmSync(join(dataDir, 'filler'));
    stored.push(await addSignup(database));
    await database.close();
    expect((await idsIn(await openTestStore({ dataDir }))).sort()).toEqual(stored.sort());
  });
});

describe('a disk that is full when the database is made', () => {
  test.for([0, 8192, 40_000, 100_000])(
    'with %s bytes left is said, and the next start finds nothing half done',
    async (leaveBytes, { skip }) => {
      const dataDir = mountSmallDisk(2);
      if (dataDir === undefined) return skip();
      const filler = join(dataDir, 'filler');
      fill(filler, leaveBytes);
      await expect(openTestStore({ dataDir })).rejects.toMatchObject({
        name: 'StoreUnavailable',
        // SQLite's name for a full disk where it is its log's index that finds no place.
        reason: expect.stringMatching(/^(full|io)$/) as string,
      });
      rmSync(filler);
      const database = await openTestStore({ dataDir, reserveBytes: 0 });
      const id = await addSignup(database);
      expect(await idsIn(database)).toEqual([id]);
    },
  );
});

/** Fills the disk but for so many bytes. */
function fill(path: string, leaveBytes = 0): void {
  const block = Buffer.alloc(65_536, 1);
  let blocks = 0;
  try {
    for (;;) {
      writeFileSync(path, block, { flag: 'a' });
      blocks++;
    }
  } catch {
    // Full, as wanted.
  }
  if (leaveBytes > 0) writeFileSync(path, Buffer.alloc(Math.max(0, blocks * block.length - leaveBytes), 1));
}

test('a read-only disk is a reason of its own, and no bug', async ({ skip }) => {
  const dataDir = mountSmallDisk(8);
  if (dataDir === undefined) return skip();
  const before = await openTestStore({ dataDir, reserveBytes: 0 });
  const id = await addSignup(before);
  await before.close();
  remount(dataDir, 'ro');
  await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason: 'read_only' });
  remount(dataDir, 'rw');
  expect(await idsIn(await openTestStore({ dataDir }))).toEqual([id]);
});

describe('a database file', () => {
  test.each(['', '-wal'])('whose name%s is taken away stops writes until it is back', async (suffix) => {
    const dataDir = await temporaryDir();
    const database = await openTestStore({ dataDir });
    const ids = [await addSignup(database)];
    const path = join(dataDir, fileName) + suffix;
    renameSync(path, `${path}.away`);
    await expect(addSignup(database)).rejects.toMatchObject({ reason: 'moved', outcome: 'not_written' });
    expect(existsSync(path)).toBe(false);
    renameSync(`${path}.away`, path);
    ids.push(await addSignup(database));
    expect(await idsIn(database)).toEqual(ids);
  });

  test('that was replaced by another one is not written to', async () => {
    const dataDir = await temporaryDir();
    const database = await openTestStore({ dataDir });
    await addSignup(database);
    const path = join(dataDir, fileName);
    const content = readFileSync(path);
    rmSync(path);
    writeFileSync(path, content);
    await expect(addSignup(database)).rejects.toMatchObject({ reason: 'moved' });
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test('that is missing beside its log is not made anew', async () => {
    const { dataDir } = await crashedStore(3);
    rmSync(join(dataDir, fileName));
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason: 'damaged' });
    expect(existsSync(join(dataDir, `${fileName}-wal`))).toBe(true);
  });

  test('of another program is refused', async () => {
    const dataDir = await temporaryDir();
    writeFileSync(
      join(dataDir, fileName),
      'This is not a database, but some text that is long enough to be one.',
    );
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason: 'damaged' });
  });

  test('is its owner’s alone, with its log and its key', async () => {
    const dataDir = await temporaryDir();
    await addSignup(await openTestStore({ dataDir }));
    const modes = readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mode & 0o777]);
    for (const [name, mode] of modes) expect([name, mode]).toEqual([name, 0o600]);
  });

  test('with a changed byte in what is sealed says so for that row, and gives the others', async () => {
    const dataDir = await temporaryDir();
    const database = await openTestStore({ dataDir });
    const [one, two] = [await addSignup(database), await addSignup(database)];
    const [row] = await database.read({
      sql: sameSql('select payload from signups where id = ?'),
      params: [one],
    });
    await database.close();
    const path = join(dataDir, fileName);
    flipByte(path, readFileSync(path).indexOf(row?.['payload'] as Uint8Array) + 40);

    const rows = await readSignups(await openTestStore({ dataDir }));
    expect(rows[0]?.['payload']).toEqual(new Unreadable('damaged', database.keyId));
    expect(rows[1]).toMatchObject({ id: two, payload: { email: `${two}@example.com` } });
  });
});

describe('a write-ahead log', () => {
  test('that a crash left behind is taken in whole', async () => {
    const { dataDir, ids } = await crashedStore(30);
    expect(scanWal(join(dataDir, `${fileName}-wal`), 0)).toBe('whole');
    expect(await idsIn(await openTestStore({ dataDir }))).toEqual(ids);
  });

  test('that ends in the middle of a commit is taken in up to there', async () => {
    const { dataDir, ids } = await crashedStore(30);
    const path = join(dataDir, `${fileName}-wal`);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1000));
    const kept = await idsIn(await openTestStore({ dataDir }));
    expect(kept).toEqual(ids.slice(0, kept.length));
    expect(kept.length).toBeGreaterThan(27);
  });

  test('with one changed byte anywhere before its last page is noticed, and left as it is', async () => {
    const { dataDir } = await crashedStore(12);
    const path = join(dataDir, `${fileName}-wal`);
    const sound = readFileSync(path);
    const lastFrame = sound.length - 4120;
    for (let n = 0; n < 200; n++) {
      writeFileSync(path, sound);
      flipByte(path, Math.floor((n / 200) * lastFrame));
      expect([n, scanWal(path, 0)]).toEqual([n, 'damaged']);
    }
    const damaged = readFileSync(path);
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason: 'damaged' });
    expect(readFileSync(path).equals(damaged)).toBe(true);
  });

  test('with a hole in its last commit is no damage where the power may have failed', async () => {
    const { dataDir } = await crashedStore(12);
    const path = join(dataDir, `${fileName}-wal`);
    const bytes = readFileSync(path);
    bytes.fill(0, bytes.length - 2 * 4120, bytes.length - 4120);
    writeFileSync(path, bytes);
    expect(scanWal(path, 0)).toBe('damaged');
    expect(scanWal(path, Infinity)).toBe('cut');
  });
});

test('a delivered sign-up is gone from all files once they are tidied', async () => {
  const dataDir = await temporaryDir();
  const database = await openTestStore({ dataDir });
  for (let commit = 0; commit < 25; commit++) {
    const texts = Array.from({ length: 8 }, (_, at) => 'x'.repeat((commit * 8 + at) * 20));
    await Promise.all(texts.map((payload) => addSignup(database, { payload })));
  }
  const rows = await database.read({ sql: sameSql('select id, payload from signups') });
  const sealed = rows.map((row) => Buffer.from(row['payload'] as Uint8Array).subarray(0, 29));
  const before = filesOf(dataDir);
  expect(sealed.every((bytes) => before.includes(bytes))).toBe(true);
  await database.write([{ sql: sameSql('delete from signups where seq <> 150') }], { settling: true });
  await database.tidy();
  const left = filesOf(dataDir);
  expect(sealed.filter((bytes) => left.includes(bytes))).toHaveLength(1);
});

test('a large database is not copied while sign-ups wait for that; its log is emptied', async () => {
  const dataDir = await temporaryDir();
  const database = await openTestStore({ dataDir });
  const path = join(dataDir, 'rasa-signup.db');
  const fill = (letter: string, count: number) =>
    database.write([
      {
        sql: sameSql(
          `insert into events (seq, id, type, account, subject, at, told_at, data)
           with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
           select coalesce((select max(seq) from events), 0) + i, '${letter}' || i, '', '', '', 0, 0,
             printf('%.*c', 4000000, '${letter}') from n`,
        ),
      },
    ]);
  await fill('x', 10);
  await fill('y', 2);
  await database.write([{ sql: sameSql(`delete from events where id like 'y%'`) }]);
  await database.tidy();
  expect(statSync(`${path}-wal`).size).toBe(0);
  expect(statSync(path).size).toBeGreaterThan(45_000_000);
  expect(readFileSync(path).includes('yyyy')).toBe(false);
  await database.tidy({ whole: true });
  expect(statSync(path).size).toBeLessThan(42_000_000);
  await database.write([{ sql: sameSql('delete from events') }]);
  await database.tidy();
  expect(statSync(path).size).toBeLessThan(2_000_000);
});

test('a process that opened the file twice keeps its locks when another process closes it', async () => {
  const dataDir = await temporaryDir();
  const handles = [await openTestStore({ dataDir }), await openTestStore({ dataDir })];
  const added: string[] = [];
  for (const handle of handles) added.push(await addSignup(handle));

  const child = fork(childScript(), [dataDir], { execArgv: [] });
  const ended = once(child, 'exit');
  child.send({ number: 1, do: 'close' });
  await ended;

  for (const handle of handles) added.push(await addSignup(handle));
  for (const handle of handles) expect(await idsIn(handle)).toEqual(added);
  await Promise.all(handles.map((handle) => handle.close()));
  expect(await idsIn(await openTestStore({ dataDir }))).toEqual(added);
});

test('a start beside a process that holds the database waits for it', async () => {
  const dataDir = await temporaryDir();
  const first = await openTestStore({ dataDir });
  await addSignup(first);
  const ids: string[] = [];
  let isOver = false;
  const addAllTheTime = async () => {
    while (!isOver) ids.push(await addSignup(first));
  };
  const adding = addAllTheTime();
  const second = await openTestStore({ dataDir });
  const id = await addSignup(second);
  isOver = true;
  await adding;
  expect((await idsIn(first)).sort()).toEqual([...(await idsIn(second))].sort());
  expect(await idsIn(first)).toEqual(expect.arrayContaining([id, ...ids]));
});

describe('a disk that hangs', () => {
  /** Answers to be opened, and then stands still until it is let go. */
  function hangingStore(): { readonly database: SqliteDatabase; release(): void } {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      parentPort.on('message', ({ id, request }) => {
        if (request.do === 'write') Atomics.wait(workerData, 0, 0);
        const counts = request.do === 'write' ? request.callers.list.filter((item) => item === 'hang').map(() => 1) : [];
        parentPort.postMessage({ id, answer: request.do === 'write' ? { counts, rows: [], errors: [] } : undefined });
        if (request.do === 'close') parentPort.close();
      });
    `;
    const database = new SqliteDatabase({
      path: 'unused',
      key: deriveKey('a key'),
      previousKeys: [],
      timeoutMs: 300,
      lockWaitMs: 100,
      maxWaiting: 1000,
      reserveBytes: 0,
      log: quiet,
      closeGraceMs: 300,
      start: () => new Worker(script, { eval: true, workerData: gate }),
    });
    return {
      database,
      release() {
        Atomics.store(gate, 0, 1);
        Atomics.notify(gate, 0);
      },
    };
  }

  test('makes writers give up in time, and says which of them may be stored all the same', async () => {
    const hanging = hangingStore();
    const { database } = hanging;
    const write = () =>
      database.write([{ sql: sameSql('delete from signups where form = ?'), params: ['hang'] }]);
    const first = write();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const second = write();
    await expect(first).rejects.toMatchObject({ reason: 'timed_out', outcome: 'unknown' });
    await expect(second).rejects.toMatchObject({ reason: 'timed_out', outcome: 'not_written' });
    hanging.release();
    // A slow machine may need more time than a call has here.
    expect(await vi.waitFor(write, 20_000)).toMatchObject([{ count: 1 }]);
    await database.close();
  });

  test('does not keep close from ending, which says that it is not closed', async () => {
    const hanging = hangingStore();
    const { database } = hanging;
    const write = database.write([{ sql: sameSql('delete from signups where form = ?'), params: ['hang'] }]);
    write.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(database.close()).rejects.toMatchObject({ reason: 'timed_out', outcome: 'unknown' });
    await expect(write).rejects.toThrow(StoreUnavailable);
    hanging.release();
  });
});

/** On a thread that the test can end. */
async function openWithThread(start: (data: unknown) => Worker): Promise<SqliteDatabase> {
  const database = new SqliteDatabase({
    path: join(await temporaryDir(), fileName),
    key: deriveKey('a key'),
    previousKeys: [],
    timeoutMs: 60_000,
    lockWaitMs: 1500,
    maxWaiting: 1000,
    reserveBytes: 0,
    log: quiet,
    start,
  });
  await database.open();
  onTestFinished(() => database.close());
  return database;
}

test('a store whose thread has died answers with an error, and works again at the next call', async () => {
  let thread: Worker | undefined;
  const database = await openWithThread((data) => (thread = startWorker(data)));
  const ids = [await addSignup(database)];
  await thread?.terminate();
  ids.push(await addSignup(database));
  expect(await idsIn(database)).toEqual(ids);
});

/**
 * The store's thread, which ends instead of giving an answer once it is told to. To terminate it from outside
 * while a statement runs would abort this process.
 */
const dyingThread = `
  const { parentPort, workerData } = require('node:worker_threads');
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (answer) => {
    if (Atomics.load(workerData.isDying, 0) === 1) process.exit(1);
    post(answer);
  };
  import(workerData.script);
`;

test('a store whose thread dies under load loses nothing that it said is stored', async () => {
  const script = new URL('worker.js', pathToFileURL(writer())).href;
  let isDying: Int32Array = new Int32Array(0);
  const database = await openWithThread((data) => {
    isDying = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { ...(data as object), isDying, script };
    return new Worker(dyingThread, { eval: true, workerData });
  });
  const told: string[] = [];
  const failures = new Set<string>();
  let isOver = false;
  const adding = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      try {
        told.push(await addSignup(database));
      } catch (error) {
        const { reason, outcome } = error as StoreUnavailable;
        failures.add(`${reason} ${outcome}`);
      }
    }
  });
  for (const _ of eachRound()) {
    const before = told.length;
    await until(() => told.length > before + 50);
    Atomics.store(isDying, 0, 1);
  }
  isOver = true;
  await Promise.all(adding);
  expect([...failures]).toEqual(['failed unknown']);
  told.push(await addSignup(database));
  const kept = new Set(await idsIn(database));
  expect(told.filter((id) => !kept.has(id))).toEqual([]);
}, 600_000);

test('the key file is made once, also by several that start at once, and missed where it is gone', async () => {
  const dataDir = await temporaryDir();
  const databases = await Promise.all([1, 2, 3].map(() => openTestStore({ dataDir })));
  expect(new Set(databases.map(({ keyId }) => keyId)).size).toBe(1);
  const keyFile = join(dataDir, 'store-key');
  writeFileSync(keyFile, 'not a key');
  await expect(openTestStore({ dataDir })).rejects.toThrow(`${keyFile} does not hold a key`);
});

test('a database file is set up to sync each commit and to overwrite what is deleted', async () => {
  const database = await openTestStore({ dataDir: await temporaryDir() });
  const [journal, synchronous, secure] = await Promise.all(
    ['journal_mode', 'synchronous', 'secure_delete'].map((name) =>
      database.read({ sql: sameSql(`pragma ${name}`) }),
    ),
  );
  // https://sqlite.org/pragma.html: 2 is FULL.
  expect([journal, synchronous, secure]).toEqual([
    [{ journal_mode: 'wal' }],
    [{ synchronous: 2 }],
    [{ secure_delete: 1 }],
  ]);
});

test('SQLite is Node’s own where that is new enough, else the one of the package', () => {
  const own = process.versions['sqlite'];
  const name = own !== undefined && isAtLeast(own, '3.51.3') ? 'node:sqlite' : '@photostructure/sqlite';
  const { DatabaseSync } = createRequire(import.meta.url)(name) as {
    readonly DatabaseSync: new () => unknown;
  };
  const connection = loadDriver()(':memory:');
  connection.close();
  expect(connection).toBeInstanceOf(DatabaseSync);
});

test('SQLite before 3.51.3 counts as too old', () => {
  expect(['3.51.2', '3.45.1', '2.99.99'].filter((version) => isAtLeast(version, '3.51.3'))).toEqual([]);
  expect(['3.51.3', '3.53.0', '4.0.0'].every((version) => isAtLeast(version, '3.51.3'))).toBe(true);
});

test('a start looks again at the schema that another process has migrated meanwhile', async () => {
  const path = join(await temporaryDir(), fileName);
  const open = loadDriver();
  const options = { open, schema: migrations, lockWaitMs: 1000 };
  prepareFile(path);
  const connection = openFile(path, {
    ...options,
    open: () => {
      const late = open(path);
      const exec = late.exec.bind(late);
      vi.spyOn(late, 'exec').mockImplementation((sql) => {
        if (sql === 'begin immediate') openFile(path, options).close();
        exec(sql);
      });
      return late;
    },
  });
  onTestFinished(() => {
    connection.close();
  });
  const versions = connection.prepare('select version from migrations order by version').all();
  expect(versions).toEqual(migrations.map(({ version }) => ({ version })));
});

test('another process that holds the write lock makes writers fail in time, and only for as long', async () => {
  const dataDir = await temporaryDir();
  const database = await openTestStore({ dataDir });
  const ids = [await addSignup(database)];
  const holder = loadDriver()(join(dataDir, fileName));
  onTestFinished(() => {
    holder.close();
  });
  holder.exec('begin immediate');
  const startedAt = performance.now();
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => addSignup(database)));
  expect(performance.now() - startedAt).toBeLessThan(4500);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ reason: { reason: 'locked', outcome: 'not_written' } });
  }
  expect(await idsIn(database)).toEqual(ids);
  holder.exec('rollback');
  ids.push(await addSignup(database));
  expect(await idsIn(database)).toEqual(ids);
});
