import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { OutboxUnavailable, type Outbox, type Settlement } from '../outbox.ts';
import type { Signup } from '../signup.ts';
import { openJournal, type Journal } from './journal.ts';

/**
 * The outbox in a directory: a journal of what happened to each sign-up, replayed when it is opened. A sign-up is
 * `waiting` from its first line; a settlement as delivered ends it, as later moves its due time, as refused sets it
 * aside. What is over is dropped from the file when it is opened, and when nothing at all is left in it.
 */
export interface FileOutboxOptions {
  readonly dir: string;
}

interface Entry {
  readonly signup: Signup;
  readonly attempts: number;
  readonly dueMs: number;
  /** rasa.io's words, where it was refused. */
  readonly refused?: string;
}

type Entries = Map<string, Entry>;

const id = z.string();
const record = z.union([
  z.object({
    add: z.object({
      id,
      form: id,
      person: z.object({ email: id }).catchall(id),
      acceptedAt: id,
      page: id.optional(),
    }),
  }),
  z.object({ tried: z.array(id) }),
  z.object({
    settled: z.array(
      z.discriminatedUnion('is', [
        z.object({ id, is: z.literal('delivered') }),
        z.object({ id, is: z.literal('later'), dueMs: z.number() }),
        z.object({ id, is: z.literal('refused'), reason: z.string() }),
      ]),
    ),
  }),
]);
type Line =
  | { readonly add: Signup }
  | { readonly tried: readonly string[] }
  | { readonly settled: readonly Settlement[] };

export async function openFileOutbox({ dir }: FileOutboxOptions): Promise<Outbox> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, 'outbox.ndjson');
  const entries = await replay(path);
  const taken = new Set<string>();
  const adding = new Map<string, Promise<'stored'>>();
  const journal = await rewrite(path, entries);

  return {
    async add(signup) {
      const { id } = signup;
      const pending = adding.get(id);
      if (pending) return pending.then(() => 'duplicate');
      if (entries.has(id)) return 'duplicate';
      const stored = append({ add: signup }).then(() => 'stored' as const);
      adding.set(id, stored);
      return stored.finally(() => adding.delete(id));
    },

    async take(max, nowMs) {
      const due: string[] = [];
      for (const [id, { dueMs, refused }] of entries) {
        if (due.length === max) break;
        if (refused === undefined && dueMs <= nowMs && !taken.has(id)) due.push(id);
      }
      if (due.length > 0) await append({ tried: due });
      return due.flatMap((id) => {
        taken.add(id);
        const entry = entries.get(id);
        return entry ? [entry] : [];
      });
    },

    async settle(settlements) {
      await append({ settled: settlements });
      for (const { id } of settlements) taken.delete(id);
      if (entries.size === 0 && adding.size === 0) journal.clear();
    },

    counts() {
      const setAside = [...entries.values()].filter(({ refused }) => refused !== undefined).length;
      return { waiting: entries.size - setAside, setAside };
    },

    close: () => journal.close(),
  };

  async function append(line: Line): Promise<void> {
    try {
      await journal.append(JSON.stringify(line));
    } catch (cause) {
      throw new OutboxUnavailable(`Nothing can be written to ${path}`, { cause });
    }
    apply(entries, line);
  }
}

/** What one line of the journal changes; the same for a line just written and for one replayed. */
function apply(entries: Entries, line: Line): void {
  if ('add' in line) {
    entries.set(line.add.id, { signup: line.add, attempts: 0, dueMs: 0 });
  } else if ('tried' in line) {
    for (const id of line.tried) {
      const entry = entries.get(id);
      if (entry) entries.set(id, { ...entry, attempts: entry.attempts + 1 });
    }
  } else {
    for (const settlement of line.settled) applySettlement(entries, settlement);
  }
}

function applySettlement(entries: Entries, settlement: Settlement): void {
  const entry = entries.get(settlement.id);
  if (!entry) return;
  switch (settlement.is) {
    case 'delivered':
      entries.delete(settlement.id);
      break;
    case 'later':
      entries.set(settlement.id, { ...entry, dueMs: settlement.dueMs });
      break;
    case 'refused':
      entries.set(settlement.id, { ...entry, refused: settlement.reason });
      break;
  }
}

async function replay(path: string): Promise<Entries> {
  const entries: Entries = new Map();
  const lines = (await readIfThere(path)).split('\n');
  // What stands behind the last line feed is an accept that was never finished, and so never promised.
  for (const [index, text] of lines.slice(0, -1).entries()) {
    try {
      apply(entries, record.parse(JSON.parse(text)) as Line);
    } catch (cause) {
      throw new Error(
        `${path}: line ${index + 1} cannot be read. Move the file away to start without it; it is not deleted.`,
        { cause },
      );
    }
  }
  return entries;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Replaces the journal by the shortest one that tells the same, or leaves the old one whole. */
async function rewrite(path: string, entries: Entries): Promise<Journal> {
  const lines = [...entries.values()].flatMap(({ signup, attempts, dueMs, refused }): Line[] => [
    { add: signup },
    ...Array.from({ length: attempts }, () => ({ tried: [signup.id] })),
    ...(dueMs > 0 ? [{ settled: [{ id: signup.id, is: 'later' as const, dueMs }] }] : []),
    ...(refused === undefined
      ? []
      : [{ settled: [{ id: signup.id, is: 'refused' as const, reason: refused }] }]),
  ]);
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const temporary = `${path}.tmp`;
  await withFile(temporary, 'w', async (file) => {
    await file.writeFile(bytes);
    await file.sync();
  });
  await rename(temporary, path);
  // The new name is durable only once the directory is.
  await withFile(dirname(path), 'r', (directory) => directory.sync());
  return openJournal(path, bytes.length);
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
