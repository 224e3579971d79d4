import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutboxUnavailable } from '../../../server/outbox.ts';
import { testFiles, type DiskEvent } from '../../helpers/files.ts';
import { closedCircuit, idsOf, makeSignup, openTestOutbox, recordLog } from '../../helpers/outbox.ts';
import { temporaryDir } from '../../helpers/temporary-dir.ts';

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
    await outbox.take(1, 0);
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
    await outbox.settle([{ id: 'the-one', is: 'delivered' }], closedCircuit);
    const deleted = lastIndex(events, 'unlink', '0000000001-1.ndjson');
    const ledgerSaved = events.findIndex(({ did, name }) => did === 'rename' && name === 'ledger.json.tmp');
    expect(ledgerSaved).toBeGreaterThan(-1);
    expect(deleted).toBeGreaterThan(ledgerSaved);
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
      await expect(outbox.take(1, 0)).rejects.toThrow(OutboxUnavailable);
      files.fault = undefined;
      expect(await drain(outbox)).toEqual(['first', 'second']);
    },
  );

  it('cannot write down that rasa.io refused somebody: it is tried again', async () => {
    const files = testFiles();
    const outbox = await openTestOutbox({ dir: await temporaryDir(), files, now: () => 1_000_000 });
    await outbox.add(makeSignup('refused-one'));
    await outbox.take(1, 0);
    files.fault = { did: 'create', code: 'ENOSPC', name: /refused-one/ };
    await outbox.settle([{ id: 'refused-one', is: 'refused', reason: 'x' }], closedCircuit);
    files.fault = undefined;
    expect(outbox.counts()).toMatchObject({ waiting: 1, setAside: 0 });
    expect(idsOf(await outbox.take(1, 1_060_000))).toEqual(['refused-one']);
  });
});

async function drain(outbox: Awaited<ReturnType<typeof openTestOutbox>>): Promise<string[]> {
  const delivered: string[] = [];
  for (
    let batch = await outbox.take(9, Date.now());
    batch.length > 0;
    batch = await outbox.take(9, Date.now())
  ) {
    delivered.push(...idsOf(batch));
    await outbox.settle(
      batch.map(({ signup: { id } }) => ({ id, is: 'delivered' })),
      closedCircuit,
    );
  }
  return delivered;
}
