import { join } from 'node:path';
import { Low, type Adapter } from 'lowdb';
import { z } from 'zod';
import type { Circuit } from '../outbox.ts';
import { isCode, readIfThere, replaceFile, type Files } from './files.ts';

/**
 * The small bounded state beside the segments, in a lowdb database that survives a power cut: how far the oldest
 * segment is settled, what waits for another attempt, and how the courier stands. Its size does not depend on the
 * backlog.
 */
const ledgerSchema = z.object({
  version: z.literal(1),
  /** Of the encryption key, when there is one. */
  keyCheck: z.string().optional(),
  /** The oldest segment that is not settled; those before it may be deleted. */
  head: z.number(),
  /** The lines of the head that are settled, and those that an attempt is being made for. */
  settled: z.array(z.number()),
  attempting: z.array(z.number()),
  /** Sign-ups that were tried and have to be tried again, as records. */
  retries: z.array(z.object({ record: z.string(), attempts: z.number(), dueMs: z.number() })),
  /** Records that were to be tried again and cannot be read; kept for whoever can. */
  unreadable: z.array(z.string()).default([]),
  circuit: z.object({ failures: z.number(), untilMs: z.number() }) satisfies z.ZodType<Circuit>,
});

export type LedgerData = z.infer<typeof ledgerSchema>;

export interface Ledger {
  readonly data: LedgerData;
  /** Whether there was one: without it, everything in the segments counts as new. */
  readonly isNew: boolean;
  /** Resolves when the data, as it is now or newer, is on disk. */
  save(): Promise<void>;
}

/** Opens `ledger.json`, or its previous copy `ledger.json.bak` where a crash or a bad disk left the newer one torn. */
export async function openLedger(dir: string, files: Files): Promise<Ledger> {
  const path = join(dir, 'ledger.json');
  const found = (await readLedger(files, path)) ?? (await readLedger(files, `${path}.bak`));
  const empty = {
    version: 1,
    head: 0,
    settled: [],
    attempting: [],
    retries: [],
    circuit: { failures: 0, untilMs: 0 },
  };
  const db = new Low<LedgerData>(createAdapter(files, path), found ?? ledgerSchema.parse(empty));
  let saving = Promise.resolve();
  let queued: Promise<void> | undefined;
  return {
    data: db.data,
    isNew: found === undefined,
    save() {
      // One writer; saves that come during a write share the next one.
      queued ??= saving = saving
        .catch(() => {
          // Those who waited for that write were told.
        })
        .then(() => {
          queued = undefined;
          return db.write();
        });
      return queued;
    },
  };
}

async function readLedger(files: Files, path: string): Promise<LedgerData | undefined> {
  try {
    return ledgerSchema.parse(JSON.parse((await readIfThere(files, path)) ?? ''));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** lowdb's own file adapter neither syncs nor keeps the previous copy, nor restricts who may read. */
function createAdapter(files: Files, path: string): Adapter<LedgerData> {
  return {
    read: () => Promise.resolve(null),
    async write(data) {
      const text = JSON.stringify(data);
      await files.unlink(`${path}.bak`).catch(ignoreMissing);
      await files.link(path, `${path}.bak`).catch(ignoreMissing);
      await replaceFile(files, path, text);
    },
  };
}

function ignoreMissing(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error;
}
