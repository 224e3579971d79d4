import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutboxFull } from '../../../../server/outbox/outbox.ts';
import { Secret } from '../../../../server/system/secret.ts';
import {
  closedCircuit,
  idsOf,
  makeSignup,
  openTestOutbox,
  recordLog,
} from '../../../helpers/server/outbox.ts';
import { temporaryDir } from '../../../helpers/server/temporary-dir.ts';

/** What a process that dies now leaves behind. */
async function afterCrash(dir: string): Promise<string> {
  const copy = await temporaryDir();
  await cp(dir, copy, { recursive: true });
  // It names this process, which lives on.
  await rm(join(copy, 'lock'));
  return copy;
}

/** Every byte below a directory, as one text. */
async function contentOf(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (
    await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))
  ).join('\n');
}

const segmentsIn = async (dir: string) =>
  (await readdir(dir)).filter((name) => /^\d{10}.*\.ndjson$/.test(name)).sort();

describe('the outbox in a directory', () => {
  it('gives out the oldest first, each to one taker', async () => {
    const outbox = await openTestOutbox({ dir: await temporaryDir() });
    for (const id of ['first', 'second', 'third']) expect(await outbox.add(makeSignup(id))).toBe('stored');
    const batch = await outbox.claim(2, 0);
    expect(idsOf(batch)).toEqual(['first', 'second']);
    await outbox.acknowledge(
      batch.map(({ signup: { id } }) => ({ id, is: 'delivered' })),
      closedCircuit,
    );
    expect(idsOf(await outbox.claim(2, 0))).toEqual(['third']);
  });

  it('keeps what was accepted when the process dies, and counts the attempt that was under way', async () => {
    const dir = await temporaryDir();
    const dying = await openTestOutbox({ dir });
    const signups = ['a', 'b', 'c'].map((id) => makeSignup(id));
    await Promise.all(signups.map((signup) => dying.add(signup)));
    await dying.claim(1, 0);

    const outbox = await openTestOutbox({ dir: await afterCrash(dir) });
    expect(outbox.counts().waiting).toBe(3);
    const taken = await outbox.claim(9, Date.now());
    expect(taken.map((entry) => [entry.signup, entry.attempts])).toEqual([
      [signups[0], 2],
      [signups[1], 1],
      [signups[2], 1],
    ]);
  });

  it('does not deliver again what was settled, and keeps what rasa.io refused', async () => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir });
    for (const id of ['sent-away', 'refused', 'later-on']) await first.add(makeSignup(id));
    await first.claim(9, 0);
    await first.acknowledge(
      [
        { id: 'sent-away', is: 'delivered' },
        { id: 'refused', is: 'refused', reason: 'no such segment' },
        { id: 'later-on', is: 'later', dueMs: 5000 },
      ],
      { failures: 3, untilMs: 4000 },
    );
    await first.close();

    const outbox = await openTestOutbox({ dir });
    expect(outbox.counts()).toMatchObject({ waiting: 1, deadLetters: 1 });
    expect(outbox.circuit()).toEqual({ failures: 3, untilMs: 4000 });
    expect(await outbox.claim(9, 4999)).toEqual([]);
    expect(await outbox.claim(9, 5000)).toMatchObject([{ signup: { id: 'later-on' }, attempts: 2 }]);
    expect(await contentOf(dir)).not.toContain('sent-away');
  });

  it('has no personal data on disk once everything is delivered, only counts and hashes', async () => {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir });
    for (const id of ['one', 'two']) {
      await outbox.add(makeSignup(id, 'ada@example.com', new Date().toISOString()));
    }
    // One that had to be tried again was in the ledger too, of which there is a copy.
    await outbox.claim(9, 0);
    await outbox.acknowledge([{ id: 'one', is: 'later', dueMs: 0 }], closedCircuit);
    await outbox.claim(9, 0);
    await outbox.acknowledge([{ id: 'one', is: 'delivered' }], closedCircuit);
    expect(await segmentsIn(dir)).toEqual([]);
    expect(await contentOf(dir)).not.toMatch(/ada@|example/);
  });

  it('deletes each segment when it is settled, and keeps the order across segments', async () => {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir });
    const ids = Array.from({ length: 2500 }, (_, index) => `signup-${index}`);
    for (let start = 0; start < ids.length; start += 50) {
      await Promise.all(ids.slice(start, start + 50).map((id) => outbox.add(makeSignup(id))));
    }
    expect(await segmentsIn(dir)).toEqual([
      '0000000001-1000.ndjson',
      '0000000002-1000.ndjson',
      '0000000003.ndjson',
    ]);
    const delivered: string[] = [];
    for (;;) {
      const batch = await outbox.claim(100, 0);
      if (batch.length === 0) break;
      delivered.push(...idsOf(batch));
      await outbox.acknowledge(
        batch.map(({ signup: { id } }) => ({ id, is: 'delivered' })),
        closedCircuit,
      );
    }
    expect(delivered).toEqual(ids);
    expect(await segmentsIn(dir)).toEqual([]);
    expect(outbox.counts()).toEqual({ waiting: 0, deadLetters: 0, oldestMs: undefined });
  });

  it('says how long the oldest has waited', async () => {
    const outbox = await openTestOutbox({ dir: await temporaryDir() });
    expect(outbox.counts().oldestMs).toBeUndefined();
    await outbox.add(makeSignup('old-one', undefined, '2026-11-01T00:00:00.000Z'));
    await outbox.add(makeSignup('new-one'));
    await outbox.claim(1, 0);
    await outbox.acknowledge([{ id: 'old-one', is: 'later', dueMs: 1 }], closedCircuit);
    expect(outbox.counts().oldestMs).toBe(Date.parse('2026-11-01T00:00:00.000Z'));
  });

  it('refuses more than it may hold, and takes more once there is room', async () => {
    const outbox = await openTestOutbox({ dir: await temporaryDir(), max: 2 });
    await outbox.add(makeSignup('first'));
    await outbox.add(makeSignup('second'));
    await expect(outbox.add(makeSignup('third'))).rejects.toThrow(OutboxFull);
    await outbox.claim(1, 0);
    await outbox.acknowledge([{ id: 'first', is: 'delivered' }], closedCircuit);
    expect(await outbox.add(makeSignup('third'))).toBe('stored');
  });

  it('goes on with a segment at a number that was never used, also after everything was settled', async () => {
    const dir = await temporaryDir();
    for (let round = 0; round < 3; round++) {
      const outbox = await openTestOutbox({ dir });
      await outbox.add(makeSignup(`round-${round}`));
      expect(idsOf(await outbox.claim(9, 0))).toEqual([`round-${round}`]);
      await outbox.acknowledge([{ id: `round-${round}`, is: 'delivered' }], closedCircuit);
      await outbox.close();
    }
  });

  it('lets nobody else on the machine read it', async () => {
    const dir = join(await temporaryDir(), 'own');
    const outbox = await openTestOutbox({ dir });
    await outbox.add(makeSignup('first'));
    await outbox.claim(1, 0);
    await outbox.acknowledge([{ id: 'first', is: 'refused', reason: 'x' }], closedCircuit);
    await outbox.add(makeSignup('second'));
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o077, entry.name).toBe(0);
    }
  });
});

describe('a duplicate', () => {
  it('is the same id, also while the first is being written', async () => {
    const outbox = await openTestOutbox({ dir: await temporaryDir(), duplicateWindowMs: 0 });
    expect(await Promise.all([outbox.add(makeSignup('same')), outbox.add(makeSignup('same'))])).toEqual([
      'stored',
      'duplicate',
    ]);
    expect(outbox.counts().waiting).toBe(1);
  });

  it('is the same address at the same form within the window, across a restart too', async () => {
    const dir = await temporaryDir();
    const clock = { ms: Date.parse('2026-11-23T12:00:00Z') };
    const options = { dir, duplicateWindowMs: 60_000, now: () => clock.ms };
    const signup = (id: string, email: string, form = 'newsletter') => ({
      ...makeSignup(id, email, new Date(clock.ms).toISOString()),
      form,
    });
    const first = await openTestOutbox(options);
    expect(await first.add(signup('one', 'ada@example.com'))).toBe('stored');
    expect(await first.add(signup('two', 'ADA@example.com'))).toBe('duplicate');
    expect(await first.add(signup('three', 'ada@example.com', 'another'))).toBe('stored');
    await first.claim(9, clock.ms);
    await first.acknowledge([{ id: 'one', is: 'delivered' }], closedCircuit);
    await first.close();

    clock.ms += 59_000;
    const second = await openTestOutbox(options);
    expect(await second.add(signup('four', 'ada@example.com'))).toBe('duplicate');
    expect(await second.add(signup('one', 'other@example.com'))).toBe('duplicate');
    clock.ms += 2000;
    expect(await second.add(signup('five', 'ada@example.com'))).toBe('stored');
  });
});

describe('encryption', () => {
  const key = new Secret('ab'.repeat(32));
  const other = new Secret(Buffer.alloc(32, 7).toString('base64'));

  it('leaves no address readable on disk, waiting, retried or set aside', async () => {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir, key });
    for (const id of ['waiting', 'retried', 'refused']) await outbox.add(makeSignup(id));
    await outbox.claim(2, 0);
    await outbox.acknowledge([{ id: 'retried', is: 'later', dueMs: 9 }], closedCircuit);
    await outbox.acknowledge(
      [{ id: 'waiting', is: 'refused', reason: 'waiting@example.com is bad' }],
      closedCircuit,
    );
    await outbox.close();
    expect(await contentOf(dir)).not.toContain('example.com');

    const again = await openTestOutbox({ dir, key });
    expect(again.counts()).toMatchObject({ waiting: 2, deadLetters: 1 });
    expect(idsOf(await again.claim(9, 9)).sort()).toEqual(['refused', 'retried']);
  });

  it.each([
    ['another key', other, /another key than OUTBOX_KEY/],
    ['no key', undefined, /OUTBOX_KEY is not set/],
  ])('does not start with %s, and changes nothing', async (_name, wrong, words) => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir, key });
    await first.add(makeSignup('kept-one'));
    await first.close();
    const before = await contentOf(dir);
    await expect(openTestOutbox({ dir, key: wrong })).rejects.toThrow(words);
    expect(await contentOf(dir)).toBe(before);
    const again = await openTestOutbox({ dir, key });
    expect(idsOf(await again.claim(9, 0))).toEqual(['kept-one']);
  });

  it('may get another key, or none, once nothing is left that was written with the old one', async () => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir, key });
    await first.add(makeSignup('first'));
    await first.claim(9, 0);
    await first.acknowledge([{ id: 'first', is: 'delivered' }], closedCircuit);
    await first.close();
    for (const next of [other, undefined, key]) {
      const outbox = await openTestOutbox({ dir, key: next });
      await outbox.close();
    }
  });

  it('can be switched on later: what waits unencrypted is delivered too', async () => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir });
    await first.add(makeSignup('plain'));
    await first.close();
    const outbox = await openTestOutbox({ dir, key });
    await outbox.add(makeSignup('sealed'));
    expect(idsOf(await outbox.claim(9, 0))).toEqual(['plain']);
    await outbox.acknowledge([{ id: 'plain', is: 'delivered' }], closedCircuit);
    expect(idsOf(await outbox.claim(9, 0))).toEqual(['sealed']);
  });
});

describe('a damaged directory', () => {
  async function filledDir(ids: readonly string[]) {
    const dir = await temporaryDir();
    const outbox = await openTestOutbox({ dir });
    for (const id of ids) await outbox.add(makeSignup(id));
    await outbox.close();
    const [name = ''] = await segmentsIn(dir);
    const path = join(dir, name);
    return { dir, name, path, lines: (await readFile(path, 'utf8')).split('\n') };
  }

  it.each([
    ['a changed letter', (line: string) => line.replace('second@', 'sEcond@')],
    ['a lost end', (line: string) => line.slice(0, 40)],
    ['another shape under a right sum', () => '{"sum":"d5d06ec1","value":{}}'],
    ['zeros', (line: string) => '\0'.repeat(line.length)],
  ])('%s: everything else is delivered, and the segment is kept, loudly', async (_name, damage) => {
    const { dir, name, path, lines } = await filledDir(['first', 'second', 'third']);
    await writeFile(path, lines.map((line, index) => (index === 1 ? damage(line) : line)).join('\n'));
    const damaged = await readFile(path, 'latin1');
    const { log, lines: logged } = recordLog();

    const outbox = await openTestOutbox({ dir, log });
    await outbox.add(makeSignup('fourth'));
    const delivered: string[] = [];
    for (let batch = await outbox.claim(9, 0); batch.length > 0; batch = await outbox.claim(9, 0)) {
      delivered.push(...idsOf(batch));
      await outbox.acknowledge(
        batch.map(({ signup: { id } }) => ({ id, is: 'delivered' })),
        closedCircuit,
      );
    }
    expect(delivered).toEqual(['first', 'third', 'fourth']);
    expect(await readFile(join(dir, 'damaged', name), 'latin1')).toBe(damaged);
    expect(logged()).toMatch(/"level":50.*is damaged/);
    expect(logged()).not.toContain('@example.com');
  });

  it('half a line at the end is an accept that nobody was promised', async () => {
    const dir = await temporaryDir();
    const dying = await openTestOutbox({ dir });
    await dying.add(makeSignup('whole'));
    await dying.add(makeSignup('torn'));
    const crashed = await afterCrash(dir);
    const [name = ''] = await segmentsIn(crashed);
    const text = await readFile(join(crashed, name), 'utf8');
    await writeFile(join(crashed, name), text.slice(0, -10));

    const outbox = await openTestOutbox({ dir: crashed });
    expect(idsOf(await outbox.claim(9, 0))).toEqual(['whole']);
  });

  it.each([
    ['torn', '{"version":1,"he'],
    ['empty', ''],
  ])('a %s ledger: the previous one serves', async (_name, content) => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir });
    for (const id of ['first', 'second']) await first.add(makeSignup(id));
    await first.claim(1, 0);
    await first.acknowledge([{ id: 'first', is: 'delivered' }], closedCircuit);
    await first.close();
    await writeFile(join(dir, 'ledger.json'), content);
    const { log, lines } = recordLog();
    const outbox = await openTestOutbox({ dir, log });
    expect(idsOf(await outbox.claim(9, Date.now()))).toContain('second');
    expect(lines()).toContain('The ledger of the outbox is damaged; it is kept.');
    expect(await readFile(join(dir, 'ledger.json.damaged'), 'utf8')).toBe(content);
  });

  it('a changed letter in what has to be tried again: it is kept, loudly, and the others are tried', async () => {
    const dir = await temporaryDir();
    const first = await openTestOutbox({ dir });
    for (const id of ['first', 'second']) await first.add(makeSignup(id));
    await first.claim(9, 0);
    await first.acknowledge(
      ['first', 'second'].map((id) => ({ id, is: 'later', dueMs: 1 })),
      closedCircuit,
    );
    await first.close();
    const ledger = await readFile(join(dir, 'ledger.json'), 'utf8');
    await writeFile(join(dir, 'ledger.json'), ledger.replace('first@', 'fIrst@'));
    const { log, lines } = recordLog();
    const outbox = await openTestOutbox({ dir, log });
    expect(idsOf(await outbox.claim(9, Date.now()))).toEqual(['second']);
    expect(lines()).toContain('damaged');
    await outbox.close();
    expect(await readFile(join(dir, 'ledger.json'), 'utf8')).toContain('fIrst@');
  });

  it('without any ledger everything in the segments is delivered once more, which changes nothing', async () => {
    const { dir } = await filledDir(['first', 'second']);
    for (const name of ['ledger.json', 'ledger.json.bak']) await writeFile(join(dir, name), 'x');
    const outbox = await openTestOutbox({ dir });
    expect(idsOf(await outbox.claim(9, 0))).toEqual(['first', 'second']);
  });
});
