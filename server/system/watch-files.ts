import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pause } from './pause.ts';

export interface WatchOptions {
  /** Called before each check. */
  readonly paths: () => readonly string[];
  readonly onChange: () => void;
  readonly intervalMs: number;
  readonly stop: AbortSignal;
}

/**
 * Polls small files and calls `onChange` when their content changes. It compares contents, not events or
 * modification times, which miss the renamed directories behind a Kubernetes secret's links and many mounted
 * file systems. A change is reported once two checks in a row have found the same content, so that a file
 * that is being written, or one of several that are replaced together, is not read too early. The first check
 * is reported as a change too, since a file may have changed between the caller's reading and that check.
 * Resolves when `stop` aborts.
 */
export async function watchFiles({ paths, onChange, intervalMs, stop }: WatchOptions): Promise<void> {
  let reported: string | undefined;
  let seen: string | undefined;
  while (!stop.aborted) {
    const found = await contentOf(paths());
    if (found === seen && found !== reported) {
      reported = found;
      onChange();
    }
    seen = found;
    await pause(intervalMs, stop);
  }
}

/** One hash over the contents of all files. An unreadable file counts as different content. */
async function contentOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = await readFile(path).catch(() => 'cannot be read');
    hash.update(JSON.stringify([path, content.length])).update(content);
  }
  return hash.digest('base64');
}
