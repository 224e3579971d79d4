import type { Adapter } from 'lowdb';
import { replaceFile, type Files } from './files.ts';

export interface ReplacedFileOptions<T> {
  readonly path: string;
  readonly files: Files;
  readonly stringify?: (data: T) => string;
  /** Runs before each write, for example to keep a copy. */
  readonly before?: () => Promise<void>;
}

/**
 * A lowdb adapter for a file that survives a power cut: the file is replaced as a whole, synced, and
 * accessible to its owner only. (lowdb's own adapter does not sync,
 * https://github.com/typicode/lowdb/issues/549.) One write runs at a time; writes requested meanwhile share
 * the next one. `read` always returns null: the caller reads the file, since only the caller knows how to
 * treat a damaged one.
 */
export function replacedFile<T>({
  path,
  files,
  stringify = JSON.stringify,
  before,
}: ReplacedFileOptions<T>): Adapter<T> {
  let last = Promise.resolve();
  let queued: Promise<void> | undefined;
  return {
    read: () => Promise.resolve(null),
    write(data) {
      queued ??= last = last
        .catch(() => {
          // The callers of that write have received its error.
        })
        .then(async () => {
          queued = undefined;
          await before?.();
          await replaceFile(files, path, stringify(data));
        });
      return queued;
    },
  };
}
