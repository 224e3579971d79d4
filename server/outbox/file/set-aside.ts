import { join } from 'node:path';
import { z } from 'zod';
import { isCode, readIfThere, replaceFile, syncDirectory, type Files } from '../../system/files.ts';
import type { Signup } from '../signup.ts';
import { type Records, signupSchema } from './records.ts';

/**
 * The sign-ups that rasa.io refused: one file each, in `set-aside/`, until the operator decides. Moving a file to
 * `replay/` is all it takes to have one sent again, so that a command can do it while the proxy runs: the proxy
 * looks there.
 */
export interface SetAside {
  put(entry: SetAsideEntry): Promise<void>;
  /** Every one that can be read, oldest first, and the names of the files that cannot. */
  list(): Promise<{ readonly entries: readonly SetAsideEntry[]; readonly unreadable: readonly string[] }>;
  /** `undefined` where it is not there; whatever is no id is nowhere. */
  get(id: string): Promise<SetAsideEntry | 'unreadable' | undefined>;
  /** Has it sent again; `false` where it is not there (any more). */
  replay(id: string): Promise<boolean>;
  purge(id: string): Promise<boolean>;
  count(): Promise<number>;
  /** Whether no file at all is here, neither set aside nor to be sent again. */
  isEmpty(): Promise<boolean>;
  /** Up to `max` of those that are to be sent again. They stay there until `taken`. */
  replays(max: number): Promise<readonly SetAsideEntry[]>;
  taken(id: string): Promise<void>;
}

export interface SetAsideEntry {
  readonly signup: Signup;
  /** rasa.io's words; they may quote an address. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly refusedAt: string;
}

const entrySchema = z.object({
  signup: signupSchema,
  reason: z.string(),
  attempts: z.number(),
  refusedAt: z.string(),
}) satisfies z.ZodType<SetAsideEntry>;

export interface SetAsideOptions {
  readonly dir: string;
  readonly files: Files;
  readonly records: Records;
}

export async function openSetAside({ dir, files, records }: SetAsideOptions): Promise<SetAside> {
  const [aside, replay] = [join(dir, 'set-aside'), join(dir, 'replay')];
  for (const folder of [aside, replay]) await files.mkdir(folder, { recursive: true, mode: 0o700 });
  const pathIn = (folder: string, id: string) => join(folder, `${id}.json`);

  return {
    put: (entry) => replaceFile(files, pathIn(aside, entry.signup.id), `${records.write(entry)}\n`),

    async list() {
      const entries: SetAsideEntry[] = [];
      const unreadable: string[] = [];
      // One after the other: a bad day may have left more of them than a process may have files open.
      for (const id of await idsIn(aside)) {
        // Whatever keeps one from being read, a foreign owner or a bad block, keeps nobody from the others.
        const entry = isId(id) ? await readIn(aside, id).catch(() => 'unreadable' as const) : 'unreadable';
        if (entry === 'unreadable') unreadable.push(pathIn(aside, id));
        else if (entry) entries.push(entry);
      }
      return { entries: entries.sort((a, b) => a.refusedAt.localeCompare(b.refusedAt)), unreadable };
    },

    get: (id) => readIn(aside, id),
    replay: (id) => move(id, () => files.rename(pathIn(aside, id), pathIn(replay, id))),
    purge: (id) => move(id, () => files.unlink(pathIn(aside, id))),
    count: async () => (await idsIn(aside)).length,
    isEmpty: async () => (await idsIn(aside)).length + (await idsIn(replay)).length === 0,

    async replays(max) {
      const found: SetAsideEntry[] = [];
      for (const id of await idsIn(replay)) {
        if (found.length >= max) break;
        const entry = await readIn(replay, id);
        if (typeof entry === 'object') found.push(entry);
      }
      return found;
    },

    async taken(id) {
      await files.unlink(pathIn(replay, id));
      await syncDirectory(files, replay);
    },
  };

  async function idsIn(folder: string): Promise<string[]> {
    return (await files.readdir(folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -5));
  }

  async function readIn(folder: string, id: string): Promise<SetAsideEntry | 'unreadable' | undefined> {
    if (!isId(id)) return undefined;
    const text = await readIfThere(files, pathIn(folder, id));
    if (text === undefined) return undefined;
    const entry = entrySchema.safeParse(records.read(text.trimEnd())).data;
    // Under another name it could be neither shown nor moved by its id.
    return entry?.signup.id === id ? entry : 'unreadable';
  }

  async function move(id: string, step: () => Promise<void>): Promise<boolean> {
    if (!isId(id)) return false;
    try {
      await step();
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false;
      throw error;
    }
    await syncDirectory(files, aside);
    await syncDirectory(files, replay);
    return true;
  }
}

/** An id may come from the command line, and becomes a file name: it must not lead anywhere else. */
function isId(text: string): boolean {
  return /^[\w-]+$/.test(text);
}
