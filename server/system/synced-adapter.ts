import type { Adapter } from 'lowdb';
import { replaceFile, type Files } from './files.ts';

export interface ReplacedFileOptions<T> {
  readonly path: string;
  readonly files: Files;
  readonly stringify?: (data: T) => string;
  /** Runs before each write, say to keep a copy. */
  readonly before?: () => Promise<void>;
}

/**
 * A file for a lowdb database that survives a power cut: replaced as a whole, synced, and its owner's alone. (lowdb's
 * own adapter does not sync, https://github.com/typicode/lowdb/issues/549.) One write at a time; those that are asked
 * for during one share the next. The caller reads the file itself, since only it knows what to make of a damaged one.
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
          // Those who waited for that write were told.
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
