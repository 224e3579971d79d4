import type { FileHandle } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ownerOnly, readIfThere, replaceFile, type Files } from '../system/files.ts';
import { pause } from '../system/pause.ts';

/** Remembers proofs of work and page tokens that count once, until they expire, across restarts too. */
export interface UsedProofs {
  /** Marks an id as used. Returns whether it was unused before. */
  claim(id: string, expiresMs: number): boolean;
  /** Makes an id usable again, because its sign-up failed. */
  release(id: string): void;
  close(): Promise<void>;
}

export interface UsedOnceOptions {
  readonly path: string;
  readonly files: Files;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * Pause after each write, in ms: under load many ids share one, since each write takes 20 to 30 µs of CPU.
 */
const restMs = 25;

const lineSchema = z.tuple([z.string(), z.number()]);

/**
 * The file is append-only and is rewritten without expired entries once most of it has expired. It is not
 * synced, and a full disk does not stop sign-ups: an id that is lost that way, or by a crash before the
 * write, can be used twice within the minutes until it expires.
 */
export async function openUsedProofs({
  path,
  files,
  log,
  now = Date.now,
}: UsedOnceOptions): Promise<UsedProofs> {
  const used = new Map<string, number>();
  for (const line of ((await readIfThere(files, path)) ?? '').split('\n')) {
    const [id, expiresMs] = readLine(line) ?? ['', 0];
    if (expiresMs > now()) used.set(id, expiresMs);
  }
  let file: FileHandle | undefined;
  /** Lines in the file, and the number above which it is rewritten. */
  let lines = 0;
  let maxLines = 0;
  let unwritten: string[] = [];
  let writing: Promise<void> | undefined;
  let isFailing = false;
  const closing = new AbortController();
  await begin();

  return {
    claim(id, expiresMs) {
      if ((used.get(id) ?? 0) > now()) return false;
      used.set(id, expiresMs);
      unwritten.push(lineOf(id, expiresMs));
      writeSoon();
      return true;
    },
    release: (id) => void used.delete(id),
    async close() {
      closing.abort();
      while (writing) await writing;
      await file?.close();
    },
  };

  function writeSoon(): void {
    if (unwritten.length === 0 || writing) return;
    writing = write()
      .then(() => pause(restMs, closing.signal))
      .then(() => {
        writing = undefined;
        // Ids that arrived during the write.
        writeSoon();
      });
  }

  async function write(): Promise<void> {
    const batch = unwritten;
    unwritten = [];
    try {
      if (lines + batch.length > maxLines) {
        // Includes the batch, except for expired entries.
        await begin();
      } else {
        file ??= await files.open(path, 'a', ownerOnly);
        await file.write(batch.join(''));
        lines += batch.length;
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) {
        log.warn(
          { err: error },
          'Used proofs cannot be written to disk. They are kept in memory only and are lost at a restart. Check the space and permissions of DATA_DIR.',
        );
      }
      isFailing = true;
    }
  }

  async function begin(): Promise<void> {
    await file?.close();
    file = undefined;
    for (const [id, expiresMs] of used) if (expiresMs <= now()) used.delete(id);
    await replaceFile(files, path, [...used].map(([id, expiresMs]) => lineOf(id, expiresMs)).join(''));
    lines = used.size;
    maxLines = 2 * lines + 10_000;
  }
}

function lineOf(id: string, expiresMs: number): string {
  return `${JSON.stringify([id, expiresMs])}\n`;
}

function readLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    // The empty line at the end, or one that a crash has cut off.
    return undefined;
  }
}
