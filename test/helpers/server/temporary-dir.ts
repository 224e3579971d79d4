import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that is deleted after the test. */
export async function temporaryDir(): Promise<string> {
  return makeDir(tmpdir());
}

/** Memory, where the machine has such a place: for tests that need no disk, but would wait for it. */
export const placeInMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function directoryInMemory(): Promise<string> {
  return makeDir(placeInMemory);
}

async function makeDir(place: string): Promise<string> {
  const dir = await mkdtemp(join(place, 'rasa-signup-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
