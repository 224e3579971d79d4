import { join } from 'node:path';
import { Low } from 'lowdb';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isCode, readIfThere, type Files } from '../../system/files.ts';
import { replacedFile } from '../../system/synced-adapter.ts';
import type { Circuit } from '../outbox.ts';

/**
 * The small bounded state beside the segments, in a lowdb database that survives a power cut: how far the oldest
 * segment is settled, what waits for another attempt, and how the delivery worker stands. Its size does not depend on the
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
  /** Resolves when the data, as it is now or newer, is on disk. */
  save(): Promise<void>;
}

/** Opens `ledger.json`, or its previous copy `ledger.json.bak` where a crash or a bad disk left the newer one torn. */
export async function openLedger(dir: string, files: Files, log: Logger): Promise<Ledger> {
  const path = join(dir, 'ledger.json');
  const found = await findLedger(dir, files);
  if (found?.path !== path) await putAside();
  const empty = {
    version: 1,
    head: 0,
    settled: [],
    attempting: [],
    retries: [],
    circuit: { failures: 0, untilMs: 0 },
  };
  const adapter = replacedFile<LedgerData>({ path, files, before: () => keepPrevious(files, path) });
  const db = new Low<LedgerData>(adapter, found?.data ?? ledgerSchema.parse(empty));
  return {
    data: db.data,
    save: () => db.write(),
  };

  /** A damaged ledger must not become the previous copy of the next one. */
  async function putAside(): Promise<void> {
    if ((await readIfThere(files, path)) === undefined) return;
    await files.rename(path, `${path}.damaged`);
    log.error(
      { damaged: `${path}.damaged`, previous: found !== undefined },
      'The ledger of the outbox is damaged; it is kept. The previous copy serves, or else everything is delivered again.',
    );
  }
}

/** What stands in the newest ledger that can be read, for those who only look. */
export async function findLedger(dir: string, files: Files): Promise<Found | undefined> {
  const path = join(dir, 'ledger.json');
  return (await readLedger(files, path)) ?? (await readLedger(files, `${path}.bak`));
}

interface Found {
  readonly path: string;
  readonly data: LedgerData;
}

async function readLedger(files: Files, path: string): Promise<Found | undefined> {
  try {
    return { path, data: ledgerSchema.parse(JSON.parse((await readIfThere(files, path)) ?? '')) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** The previous copy is replaced in one step, so that there is a whole one at every moment. */
async function keepPrevious(files: Files, path: string): Promise<void> {
  const copy = `${path}.bak.tmp`;
  await files.unlink(copy).catch(ignoreMissing);
  try {
    await files.link(path, copy);
  } catch (error) {
    ignoreMissing(error);
    return;
  }
  await files.rename(copy, `${path}.bak`);
}

function ignoreMissing(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error;
}
