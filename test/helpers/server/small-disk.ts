import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryDir } from './temporary-dir.ts';

/** A file system in memory of this size, mounted until the test is over; `undefined` where this user may not mount. */
export async function mountSmallDisk(bytes: number): Promise<string | undefined> {
  const dir = await temporaryDir();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir]);
  if (status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  return dir;
}
