import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pause } from './pause.ts';

export interface WatchOptions {
  /** Asked at each look. */
  readonly paths: () => readonly string[];
  readonly onChange: () => void;
  readonly intervalMs: number;
  readonly stop: AbortSignal;
}

/**
 * Looks at small files again and again, and says when they are not what they were. It goes by what is in them and not
 * by events or times, which miss the renamed directories behind a Kubernetes secret's links and much that is mounted.
 * A change counts once two looks in a row have found the same, so that a file that is just being written, or one of
 * several that are exchanged together, is not read too soon. The first look counts as a change too, since something
 * may have happened between the caller's reading and it. Resolves when `stop` says so.
 */
export async function watchFiles({ paths, onChange, intervalMs, stop }: WatchOptions): Promise<void> {
  let told: string | undefined;
  let seen: string | undefined;
  while (!stop.aborted) {
    const found = await contentOf(paths());
    if (found === seen && found !== told) {
      told = found;
      onChange();
    }
    seen = found;
    await pause(intervalMs, stop);
  }
}

/** A hash stands for what is in all of them; one that cannot be read counts as another content. */
async function contentOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = await readFile(path).catch(() => 'cannot be read');
    hash.update(JSON.stringify([path, content.length])).update(content);
  }
  return hash.digest('base64');
}
