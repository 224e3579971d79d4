import { createHmac, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ownerOnly, readIfThere, replaceFile, type Files } from '../../system/files.ts';
import type { Signup } from '../signup.ts';
import { QueueMap } from './queue-map.ts';

/**
 * Knows the sign-ups of the last while by id, and by form and address. Those that still wait are known by heart;
 * of those that are gone from the outbox a keyed hash stays on disk, so that the window holds across a restart.
 * What it forgets, at a restart after a power cut or past its bound, rasa.io's upsert makes harmless.
 */
export interface Duplicates {
  /** How long anything is remembered. */
  readonly keepMs: number;
  /**
   * Has a sign-up stored unless it is known, and knows it from then on. `store` is asked for a duplicate too, to spend
   * as much on it and keep nothing: otherwise the time of an answer would tell who has signed up. A duplicate fails as
   * the storing of the earlier one does, and settles no sooner; one whose storing failed may come again.
   */
  claim(
    signup: Signup,
    store: (as: 'stored' | 'duplicate') => Promise<unknown>,
  ): Promise<'stored' | 'duplicate'>;
  /** This one is stored already. */
  remember(signup: Signup): void;
  /** Writes down hashes of sign-ups that leave the outbox. */
  keepHashes(signups: readonly Signup[]): Promise<void>;
  close(): Promise<void>;
}

export interface DuplicatesOptions {
  readonly dir: string;
  readonly files: Files;
  /** For form and address; 0 looks at the id alone. */
  readonly windowMs: number;
  readonly now: () => number;
  readonly max?: number;
}

interface Known {
  readonly atMs: number;
  /** While it is being stored. */
  storing: Promise<'stored'> | undefined;
}

/** Ids are known for at least as long as a visitor's browser may try again. */
const idWindowMs = 600_000;

/** Two thousand a minute for ten minutes: more than a form gets, and little enough to hold in memory. */
export const maxRemembered = 20_000;

const lineSchema = z.object({ hash: z.string(), atMs: z.number() });

export async function openDuplicates({
  dir,
  files,
  windowMs,
  now,
  max = maxRemembered,
}: DuplicatesOptions): Promise<Duplicates> {
  const keepMs = Math.max(windowMs, idWindowMs);
  const key = await openHashKey(join(dir, 'hash-key'), files);
  /** What is known, and since when, in the order in which it came. */
  const known = new QueueMap<Known>();
  /** The same for what an earlier process left: hashed, and empty once the window is over. */
  const hashed = new QueueMap<Known>();
  const path = join(dir, 'recent.ndjson');
  let file: FileHandle | undefined;
  let linesInFile = 0;
  for (const [hash, atMs] of await begin()) hashed.set(hash, { atMs, storing: undefined });

  return {
    keepMs,

    claim(signup, store) {
      prune(known);
      prune(hashed);
      const [byId, byPerson] = namesOf(signup);
      const earlier = find(byId, keepMs) ?? (byPerson === undefined ? undefined : find(byPerson, windowMs));
      if (earlier) return Promise.all([earlier.storing, store('duplicate')]).then(() => 'duplicate');

      const entry: Known = { atMs: Date.parse(signup.acceptedAt), storing: undefined };
      known.set(byId, entry);
      if (byPerson !== undefined) known.set(byPerson, entry);
      entry.storing = store('stored').then(
        () => {
          entry.storing = undefined;
          return 'stored';
        },
        (error: unknown) => {
          known.delete(byId);
          if (byPerson !== undefined) known.delete(byPerson);
          throw error;
        },
      );
      return entry.storing;
    },

    remember(signup) {
      const entry: Known = { atMs: Date.parse(signup.acceptedAt), storing: undefined };
      for (const name of namesOf(signup)) known.set(name, entry);
    },

    async keepHashes(signups) {
      const lines = new Map<string, number>();
      for (const signup of signups) {
        const atMs = Date.parse(signup.acceptedAt);
        if (atMs > now() - keepMs) for (const name of namesOf(signup)) lines.set(hashOf(name), atMs);
      }
      if (lines.size === 0) return;
      if (linesInFile > 4 * max) await begin();
      file ??= await files.open(path, 'a', ownerOnly);
      // Not synced: after a power cut a duplicate costs one upsert.
      await file.write(linesOf(lines));
      linesInFile += lines.size;
    },

    close: async () => file?.close(),
  };

  function find(name: string, windowMs: number): Known | undefined {
    const earlier = known.get(name) ?? (hashed.size > 0 ? hashed.get(hashOf(name)) : undefined);
    return earlier && earlier.atMs > now() - windowMs ? earlier : undefined;
  }

  // Joined, since a template makes a rope, of which V8 keeps the parts as long as the name.
  function namesOf({
    id,
    form,
    contact,
  }: Signup): readonly [byId: string] | readonly [byId: string, byPerson: string] {
    const byId = ['id', id].join(' ');
    return windowMs === 0 ? [byId] : [byId, ['contact', form, contact.email.toLowerCase()].join(' ')];
  }

  function hashOf(name: string): string {
    return createHmac('sha256', key).update(name).digest('base64url').slice(0, 16);
  }

  function prune(names: QueueMap<Known>): void {
    const since = now() - keepMs;
    names.dropWhile(({ atMs }) => atMs <= since || names.size > 2 * max);
  }

  /** The file begins again with the hashes that are recent; the others have served. */
  async function begin(): Promise<Map<string, number>> {
    await file?.close();
    file = undefined;
    const recent = new Map<string, number>();
    for (const line of ((await readIfThere(files, path)) ?? '').split('\n')) {
      const { hash, atMs } = readLine(line) ?? { hash: '', atMs: 0 };
      if (atMs > now() - keepMs) recent.set(hash, atMs);
    }
    await replaceFile(files, path, linesOf(recent));
    linesInFile = recent.size;
    return recent;
  }
}

function readLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    // Torn by a crash; see above for what that costs.
    return undefined;
  }
}

function linesOf(hashes: ReadonlyMap<string, number>): string {
  return [...hashes].map(([hash, atMs]) => `${JSON.stringify({ hash, atMs })}\n`).join('');
}

/** Made once for each outbox and kept beside it: without it, a hash of an address could be found by trying addresses. */
async function openHashKey(path: string, files: Files): Promise<Buffer> {
  const kept = await readIfThere(files, path);
  if (kept !== undefined && kept.length >= 64) return Buffer.from(kept.trim(), 'hex');
  const key = randomBytes(32);
  await replaceFile(files, path, key.toString('hex'));
  return key;
}
