import { open, type FileHandle } from 'node:fs/promises';

/**
 * A file that only grows by whole lines. Everybody who appends while a write is under way shares the next one:
 * one write and one fdatasync for all of them (group commit).
 */
export interface Journal {
  /** Resolves when the line is on disk; rejects with the system's error, and then it is not. */
  append(line: string): Promise<void>;
  /** Forgets every line, for when all that they tell is over. Lines that are appended afterwards stay. */
  clear(): void;
  close(): Promise<void>;
}

interface Waiter {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `size` is where the last whole line ends: what lies behind it was never promised to anybody, and is overwritten. */
export async function openJournal(path: string, size: number): Promise<Journal> {
  const file = await open(path, 'r+');
  await file.truncate(size);
  let end = size;
  let waiting: Waiter[] = [];
  let flushing: Promise<void> | undefined;
  let clearing = false;

  return {
    append(line) {
      const written = new Promise<void>((resolve, reject) => waiting.push({ line, resolve, reject }));
      startFlush();
      return written;
    },
    clear() {
      clearing = true;
      startFlush();
    },
    async close() {
      await flushing;
      await file.close();
    },
  };

  function startFlush(): void {
    flushing ??= flush().finally(() => (flushing = undefined));
  }

  async function flush(): Promise<void> {
    // One turn later everything that arrived together is in the same group.
    await Promise.resolve();
    while (waiting.length > 0 || clearing) {
      const group = waiting;
      waiting = [];
      try {
        if (clearing) {
          clearing = false;
          await file.truncate(0);
          end = 0;
        }
        end = await writeAt(file, end, Buffer.from(group.map(({ line }) => `${line}\n`).join('')));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
  }
}

/** Writes at a fixed place, so that a write that failed half way is overwritten by the next one. */
async function writeAt(file: FileHandle, position: number, bytes: Buffer): Promise<number> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
  await file.datasync();
  return position + bytes.length;
}
