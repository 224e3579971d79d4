import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { OutboxFull, OutboxUnavailable, type Outbox } from '../../../../server/outbox/outbox.ts';
import type { Signup } from '../../../../server/outbox/signup.ts';
import { Secret } from '../../../../server/system/secret.ts';
import { deferred } from '../../../helpers/deferred.ts';
import { testFiles, type DiskEvent } from '../../../helpers/server/files.ts';
import {
  closedCircuit,
  idsOf,
  makeSignup,
  openTestOutbox,
  recordLog,
} from '../../../helpers/server/outbox.ts';
import { temporaryDir } from '../../../helpers/server/temporary-dir.ts';

const lastIndex = (events: readonly DiskEvent[], did: DiskEvent['did'], name: string) =>
  events.findLastIndex((event) => event.did === did && event.name === name);

describe('a power cut', () => {
  it('finds every accepted sign-up on disk: written, synced, and its file in a synced directory', async () => {
    const dir = await temporaryDir();
    const files = testFiles();
    const { events } = files;
    const outbox = await openTestOutbox({ dir, files });
    for (let round = 0; round < 30; round++) {
      // More than one segment's worth.
      await Promise.all(
        Array.from({ length: 70 }, (_, index) => outbox.add(makeSignup(`signup-${round}-${index}`))),
      );
      const { name } = events.findLast(
        (event) => event.did === 'write' && event.name.endsWith('.ndjson'),
      ) ?? { name: '' };
      expect(lastIndex(events, 'datasync', name), name).toBeGreaterThan(lastIndex(events, 'write', name));
      expect(lastIndex(events, 'sync', basename(dir)), name).toBeGreaterThan(
        lastIndex(events, 'create', name),
      );
    }
    expect(
      new Set(events.filter(({ did }) => did === 'create').map(({ name }) => name)).size,
    ).toBeGreaterThan(2);
  });

  it('finds the attempt counted before it is made, and a settlement before its segment is deleted', async () => {
    const dir = await temporaryDir();
    const files = testFiles();
    const { events } = files;
    const outbox = await openTestOutbox({ dir, files });
    await outbox.add(makeSignup('the-one'));
    events.length = 0;
    await outbox.claim(1, 0);
    expect(events.map(({ did, name }) => `${did} ${name}`)).toEqual([
      'link ledger.json',
      'rename ledger.json.bak.tmp',
      'create ledger.json.tmp',
      'write ledger.json.tmp',
      'sync ledger.json.tmp',
      'rename ledger.json.tmp',
      `sync ${basename(dir)}`,
    ]);
    events.length = 0;
    await outbox.acknowledge([{ id: 'the-one', is: 'delivered' }], closedCircuit);
    const deleted = lastIndex(events, 'unlink', '0000000001-1.ndjson');
    const ledgerSaved = events.findIndex(({ did, name }) => did === 'rename' && name === 'ledger.json.tmp');
    expect(ledgerSaved).toBeGreaterThan(-1);
    expect(deleted).toBeGreaterThan(ledgerSaved);
  });
});

describe('the count of those that wait', () => {
  it('is never too low, not even for the moment in which a settled segment goes', async () => {
    const outbox = await openTestOutbox({ dir: await temporaryDir() });
    // A segment has room for a thousand.
    const add = (count: number, name: string) =>
      Promise.all(Array.from({ length: count }, (_, index) => outbox.add(makeSignup(`${name}-${index}`))));
    await add(1000, 'first-segment');
    await add(10, 'second-segment');
    let least = Infinity;
    let isWatching = true;
    const watch = () => {
      least = Math.min(least, outbox.counts().waiting);
      if (isWatching) setImmediate(watch);
    };
    watch();
    for (let settled = 0; settled < 1000; settled += 25) {
      const taken = await outbox.claim(25, 0);
      await outbox.acknowledge(
        idsOf(taken).map((id) => ({ id, is: 'delivered' })),
        closedCircuit,
      );
    }
    isWatching = false;
    expect(outbox.counts().waiting).toBe(10);
    expect(least).toBe(10);
  });
});

describe('a disk that fails', () => {
  it.each([
    ['full while writing', { did: 'write', code: 'ENOSPC', name: /ndjson/ }],
    ['full while making a segment', { did: 'create', code: 'ENOSPC', name: /ndjson/ }],
    ['broken at the sync', { did: 'datasync', code: 'EIO' }],
    ['broken at the sync of the directory', { did: 'sync', code: 'EIO' }],
    ['read-only', { did: 'create', code: 'EROFS' }],
  ] as const)('%s: refuses, keeps what it has, and goes on by itself', async (_name, fault) => {
    const dir = await temporaryDir();
    const files = testFiles();
    const { log, lines } = recordLog();
    const outbox = await openTestOutbox({ dir, files, log });
    // A segment that stands, and one that does not yet.
    const accepted = ['first', 'second'];
    if (fault.did !== 'create' && fault.did !== 'sync')
      for (const id of accepted) await outbox.add(makeSignup(id));
    else accepted.length = 0;

    files.fault = fault;
    const refused = await Promise.allSettled(
      ['third', 'fourth'].map((id) => outbox.add(makeSignup(id, `${id}@example.com`))),
    );
    for (const { status, reason } of refused as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason).toBeInstanceOf(OutboxUnavailable);
    }
    await expect(outbox.add(makeSignup('fifth'))).rejects.toThrow(fault.code);

    files.fault = undefined;
    // The visitor tries again, with the same id.
    expect(await outbox.add(makeSignup('third'))).toBe('stored');
    expect(await outbox.add(makeSignup('sixth'))).toBe('stored');
    accepted.push('third', 'sixth');
    expect(outbox.counts().waiting).toBe(accepted.length);
    expect((await readdir(dir)).filter((name) => name.endsWith('-0.ndjson'))).toEqual([]);
    const delivered = await drain(outbox);
    expect(delivered).toEqual(accepted);
    expect(lines().match(/No more sign-ups can be accepted/g)).toHaveLength(1);
    expect(lines().match(/Sign-ups are accepted again/g)).toHaveLength(1);
    expect(lines()).not.toContain('@example.com');
  });

  it('loses nothing when it fails in the middle of everything, and is opened again afterwards', async () => {
    const dir = await temporaryDir();
    const files = testFiles();
    const first = await openTestOutbox({ dir, files });
    await first.add(makeSignup('first'));
    files.fault = { did: 'datasync', code: 'EIO' };
    await expect(first.add(makeSignup('second'))).rejects.toThrow(OutboxUnavailable);
    files.fault = undefined;
    await first.add(makeSignup('third'));
    await first.close();
    const second = await openTestOutbox({ dir });
    const delivered = await drain(second);
    // A refused one may have reached the disk all the same; a promised one must have.
    expect(delivered.filter((id) => id !== 'second')).toEqual(['first', 'third']);
  });

  it.each(['rename', 'create', 'sync'] as const)(
    'cannot write the ledger (%s): nothing is taken, and nothing lost',
    async (did) => {
      const files = testFiles();
      const outbox = await openTestOutbox({ dir: await temporaryDir(), files });
      for (const id of ['first', 'second']) await outbox.add(makeSignup(id));
      files.fault = { did, code: 'ENOSPC', name: /ledger/ };
      await expect(outbox.claim(1, 0)).rejects.toThrow(OutboxUnavailable);
      files.fault = undefined;
      expect(await drain(outbox)).toEqual(['first', 'second']);
    },
  );

  it('cannot write down that rasa.io refused somebody: it is tried again', async () => {
    const files = testFiles();
    const outbox = await openTestOutbox({ dir: await temporaryDir(), files, now: () => 1_000_000 });
    await outbox.add(makeSignup('refused-one'));
    await outbox.claim(1, 0);
    files.fault = { did: 'create', code: 'ENOSPC', name: /refused-one/ };
    await outbox.acknowledge([{ id: 'refused-one', is: 'refused', reason: 'x' }], closedCircuit);
    files.fault = undefined;
    expect(outbox.counts()).toMatchObject({ waiting: 1, deadLetters: 0 });
    expect(idsOf(await outbox.claim(1, 1_060_000))).toEqual(['refused-one']);
  });
});

describe('a duplicate', () => {
  const known = makeSignup('known-one', 'zoë@known.example');
  const addAll = (outbox: Outbox, signups: readonly Signup[]) =>
    Promise.all(signups.map((signup) => outbox.add(signup)));

  it.each([
    { when: 'in a segment that stands' },
    { when: 'as the first in a segment', isEmpty: true },
    { when: 'together with others', beside: [makeSignup('beside-1'), makeSignup('beside-2')] },
    { when: 'encrypted', key: new Secret('ab'.repeat(32)) },
  ])(
    'does to the disk what a new one does, to the byte: $when',
    async ({ isEmpty = false, beside = [], key }) => {
      const [duplicate, fresh] = await Promise.all(
        [known, makeSignup('other-one', 'zoë@other.example')].map(async (signup) => {
          const dir = await temporaryDir();
          const files = testFiles();
          const outbox = await openTestOutbox({ dir, files, key });
          await outbox.add(known);
          if (isEmpty) await drain(outbox);
          files.events.length = 0;
          await addAll(outbox, [...beside.slice(0, 1), signup, ...beside.slice(1)]);
          const calls = files.events.map(({ did, name }) => `${did} ${name === basename(dir) ? '' : name}`);
          return { calls, bytes: await sizeOf(dir) };
        }),
      );
      const segment = isEmpty ? '0000000002.ndjson' : '0000000001.ndjson';
      expect(duplicate?.calls).toEqual([
        ...(isEmpty ? [`create ${segment}`, 'sync '] : []),
        `write ${segment}`,
        `datasync ${segment}`,
      ]);
      expect(duplicate).toEqual(fresh);
    },
  );

  it('is refused where a new one is: by a full outbox, and by a disk that fails', async () => {
    const files = testFiles();
    const outbox = await openTestOutbox({ dir: await temporaryDir(), files, max: 1 });
    await outbox.add(known);
    await expect(outbox.add(known)).rejects.toThrow(OutboxFull);
    await drain(outbox);
    for (const fault of [
      { did: 'write', code: 'ENOSPC', name: /^\d/ },
      { did: 'datasync', code: 'EIO' },
    ] as const) {
      files.fault = fault;
      await expect(outbox.add(known)).rejects.toThrow(OutboxUnavailable);
      files.fault = undefined;
      expect(await outbox.add(known)).toBe('duplicate');
    }
  });

  it.each([
    ['stored', ['stored', 'duplicate']],
    ['refused', [OutboxUnavailable, OutboxUnavailable]],
  ])(
    'that comes while the first is being written is %s with it, and answered no sooner than a new one',
    async (as, ends) => {
      const files = testFiles();
      const outbox = await openTestOutbox({ dir: await temporaryDir(), files });
      const writing = deferred<undefined>();
      files.hold = writing.promise;
      const first = outbox.add(known).catch((error: unknown) => {
        files.fault = undefined;
        throw error;
      });
      await vi.waitFor(() => {
        expect(lastIndex(files.events, 'write', '0000000001.ndjson')).toBeGreaterThan(-1);
      });
      const second = outbox.add(known);
      if (as === 'refused') files.fault = { did: 'datasync', code: 'EIO' };
      files.events.length = 0;
      writing.resolve(undefined);
      const settled = await Promise.allSettled([first, second]);
      expect(
        settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).constructor)),
      ).toEqual(ends);
      if (as === 'stored') expect(files.events.filter(({ did }) => did === 'write')).toHaveLength(1);
      expect(await drain(outbox)).toEqual(as === 'stored' ? ['known-one'] : []);
    },
  );

  it.each([
    ['alone', 0],
    ['among others', 3],
  ])('sent without end does not fill the disk while one sign-up waits: %s', async (_name, others) => {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir });
    const long = { ...known, page: `https://www.example.com/${'x'.repeat(2000)}` };
    const waiting = ['known-one'];
    await outbox.add(long);
    for (let sent = 0; sent < 4000; sent += 100) {
      const between = Array.from({ length: others }, (_, index) => makeSignup(`between-${sent}-${index}`));
      waiting.push(...idsOf(between.map((signup) => ({ signup }))));
      await addAll(outbox, [...Array.from({ length: 100 }, () => long), ...between]);
    }
    expect(await sizeOf(dir)).toBeLessThan(1_500_000);
    expect(outbox.counts().waiting).toBe(waiting.length);

    await outbox.close();
    const again = await openTestOutbox({ dir });
    expect(await drain(again)).toEqual(waiting);
    expect(await sizeOf(dir)).toBe(0);
  });

  it('loses nobody where the disk fails, or the process dies, while its blanks are thrown away', async () => {
    const dir = await temporaryDir();
    const files = testFiles();
    const dying = await openTestOutbox({ dir, files });
    const long = { ...known, page: `https://www.example.com/${'x'.repeat(60_000)}` };
    await dying.add(long);
    files.fault = { did: 'rename', code: 'EIO', name: /^\d+\.ndjson\.tmp$/ };
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => dying.add(long)));
    expect(ends.every(({ status }) => status === 'fulfilled')).toBe(true);
    await expect(dying.add(makeSignup('not-promised'))).rejects.toThrow(OutboxUnavailable);
    files.fault = undefined;
    await dying.add(makeSignup('promised'));
    await dying.close();
    expect(await readdir(dir)).toContain('0000000001.ndjson.tmp');

    const outbox = await openTestOutbox({ dir });
    expect(await readdir(dir)).not.toContain('0000000001.ndjson.tmp');
    expect(await drain(outbox)).toEqual(['known-one', 'promised']);
  });

  it('leaves nothing behind where nothing waits, whatever the delivery worker finds to do', async () => {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir });
    await outbox.add(known);
    await drain(outbox);
    for (let round = 0; round < 3; round++) {
      await addAll(outbox, [known, known]);
      expect(outbox.counts()).toEqual({ waiting: 0, deadLetters: 0, oldestMs: undefined });
      await vi.waitFor(async () => {
        expect(await outbox.claim(9, Date.now())).toEqual([]);
        expect(await sizeOf(dir)).toBe(0);
      });
    }
  });

  it('does not harm the sign-ups around it where its own bytes go bad', async () => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir });
    for (const id of ['before', 'before', 'behind', 'behind']) await first.add(makeSignup(id));
    await first.close();
    const path = join(dir, '0000000001-2.ndjson');
    const text = await readFile(path, 'latin1');
    await writeFile(path, text.replace('\n  ', '\n\0h'), 'latin1');
    const { log, lines } = recordLog();
    const again = await openTestOutbox({ dir, log });
    expect(await drain(again)).toEqual(['before', 'behind']);
    expect(lines()).not.toContain('damaged');
  });
});

describe('a disk that works again', () => {
  const known = makeSignup('known-one');

  /** One whose disk has just failed to write, and which is closing the file that it failed with. */
  async function closingOne(did: 'before' | 'after', waiting: readonly Signup[]) {
    const files = testFiles();
    const outbox = await openTestOutbox({ dir: await temporaryDir(), files });
    for (const signup of waiting) await outbox.add(signup);
    const { promise, resolve } = deferred();
    const { rename } = files;
    const renaming = deferred();
    Object.assign(files, {
      rename: async (from: string, to: string) => {
        if (from.endsWith('0000000001.ndjson') && did === 'before') {
          renaming.resolve();
          await promise;
        }
        await rename(from, to);
        if (from.endsWith('0000000001.ndjson') && did === 'after') {
          renaming.resolve();
          await promise;
        }
      },
    });
    files.fault = { did: 'datasync', code: 'EIO' };
    await expect(outbox.add(known)).rejects.toThrow(OutboxUnavailable);
    files.fault = undefined;
    await renaming.promise;
    return { outbox, closed: resolve };
  }

  it('has nothing to take of a file that holds nothing, while that is put away', async () => {
    const { outbox, closed } = await closingOne('before', []);
    const taking = outbox.claim(9, Date.now());
    await new Promise((resolve) => setTimeout(resolve, 20));
    closed();
    expect(await taking).toEqual([]);
    expect(await outbox.add(known)).toBe('stored');
    expect(await drain(outbox)).toEqual(['known-one']);
  });

  it('gives out what waits in a file while that gets its name', async () => {
    const { outbox, closed } = await closingOne('after', [makeSignup('waiting-one')]);
    const taking = outbox.claim(9, Date.now());
    await new Promise((resolve) => setTimeout(resolve, 20));
    closed();
    expect(idsOf(await taking)).toEqual(['waiting-one']);
  });
});

/** Bytes in segments. */
async function sizeOf(dir: string): Promise<number> {
  const names = (await readdir(dir)).filter((name) => /^\d.*ndjson/.test(name));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function drain(outbox: Outbox): Promise<string[]> {
  const delivered: string[] = [];
  for (
    let batch = await outbox.claim(9, Date.now());
    batch.length > 0;
    batch = await outbox.claim(9, Date.now())
  ) {
    delivered.push(...idsOf(batch));
    await outbox.acknowledge(
      batch.map(({ signup: { id } }) => ({ id, is: 'delivered' })),
      closedCircuit,
    );
  }
  return delivered;
}
