import { statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that is deleted after the test. */
export async function temporaryDir(): Promise<string> {
  return makeDir(tmpdir());
}

/** Memory, where the machine has enough of it: for tests that need no disk, but would wait for it. */
export const placeInMemory = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();

export async function directoryInMemory(): Promise<string> {
  return makeDir(placeInMemory);
}

async function makeDir(place: string): Promise<string> {
  const dir = await mkdtemp(join(place, 'rasa-signup-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A container's is often so small that a store there would keep its reserve and take nothing. */
function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize > 2 ** 31;
  } catch {
    return false;
  }
}
