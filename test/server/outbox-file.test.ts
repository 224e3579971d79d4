import { appendFile, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFileOutbox } from '../../server/outbox/file.ts';
import type { Signup } from '../../server/signup.ts';
import { temporaryDir } from '../helpers/temporary-dir.ts';

const signup = (id: string, email = `${id}@example.com`): Signup => ({
  id,
  form: 'newsletter',
  person: { email },
  acceptedAt: '2026-11-23T12:00:00.000Z',
});

const idsOf = (taken: readonly { readonly signup: Signup }[]) => taken.map(({ signup: { id } }) => id);

describe('the outbox in a directory', () => {
  it('gives out the oldest first, each to one taker', async () => {
    const outbox = await openFileOutbox({ dir: await temporaryDir() });
    for (const id of ['first', 'second', 'third']) expect(await outbox.add(signup(id))).toBe('stored');
    expect(idsOf(await outbox.take(2, 0))).toEqual(['first', 'second']);
    expect(idsOf(await outbox.take(2, 0))).toEqual(['third']);
    expect(await outbox.take(2, 0)).toEqual([]);
    await outbox.close();
  });

  it('keeps what was accepted when the process dies', async () => {
    const dir = await temporaryDir();
    const dying = await openFileOutbox({ dir });
    await Promise.all(['a', 'b', 'c'].map((id) => dying.add(signup(id))));
    await dying.take(1, 0);
    // Never closed, as after SIGKILL.

    const outbox = await openFileOutbox({ dir });
    const taken = await outbox.take(9, 0);
    expect(taken.map((entry) => [entry.signup, entry.attempts])).toEqual([
      [signup('a'), 2],
      [signup('b'), 1],
      [signup('c'), 1],
    ]);
    await Promise.all([dying.close(), outbox.close()]);
  });

  it('does not deliver again what was settled, and keeps what rasa.io refused', async () => {
    const dir = await temporaryDir();
    const first = await openFileOutbox({ dir });
    for (const id of ['sent', 'refused', 'later']) await first.add(signup(id));
    await first.take(9, 0);
    await first.settle([
      { id: 'sent', is: 'delivered' },
      { id: 'refused', is: 'refused', reason: 'no such segment' },
      { id: 'later', is: 'later', dueMs: 5000 },
    ]);
    await first.close();

    const outbox = await openFileOutbox({ dir });
    expect(outbox.counts()).toEqual({ waiting: 1, setAside: 1 });
    expect(await outbox.take(9, 4999)).toEqual([]);
    expect(idsOf(await outbox.take(9, 5000))).toEqual(['later']);
    await outbox.close();
    expect(await readFile(join(dir, 'outbox.ndjson'), 'utf8')).not.toContain('sent@example.com');
  });

  it('has no personal data left on disk once everything is delivered', async () => {
    const dir = await temporaryDir();
    const outbox = await openFileOutbox({ dir });
    await outbox.add(signup('a'));
    await outbox.take(1, 0);
    await outbox.settle([{ id: 'a', is: 'delivered' }]);
    await outbox.close();
    expect((await stat(join(dir, 'outbox.ndjson'))).size).toBe(0);
  });

  it('takes the same id once, also while it is being written', async () => {
    const outbox = await openFileOutbox({ dir: await temporaryDir() });
    expect(await Promise.all([outbox.add(signup('a')), outbox.add(signup('a'))])).toEqual([
      'stored',
      'duplicate',
    ]);
    expect(await outbox.add(signup('a'))).toBe('duplicate');
    expect(outbox.counts().waiting).toBe(1);
    await outbox.close();
  });

  it('forgets half a line at the end, which nobody was promised', async () => {
    const dir = await temporaryDir();
    const first = await openFileOutbox({ dir });
    await first.add(signup('a'));
    await first.add(signup('b'));
    await first.close();
    const path = join(dir, 'outbox.ndjson');
    await truncate(path, (await stat(path)).size - 10);

    const outbox = await openFileOutbox({ dir });
    expect(idsOf(await outbox.take(9, 0))).toEqual(['a']);
    await outbox.add(signup('c'));
    expect(idsOf(await outbox.take(9, 0))).toEqual(['c']);
    await outbox.close();
  });

  it('does not start over a damaged journal, and leaves it as it is', async () => {
    const dir = await temporaryDir();
    const path = join(dir, 'outbox.ndjson');
    await appendFile(path, `${JSON.stringify({ add: signup('a') })}\n{"add":{}}\n`);
    const before = await readFile(path, 'utf8');
    await expect(openFileOutbox({ dir })).rejects.toThrow(/outbox\.ndjson: line 2 cannot be read/);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('lets nobody else on the machine read it', async () => {
    const dir = await temporaryDir();
    const outbox = await openFileOutbox({ dir: join(dir, 'own') });
    expect((await stat(join(dir, 'own'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'own/outbox.ndjson'))).mode & 0o777).toBe(0o600);
    await outbox.close();
  });
});
