import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system in memory that is soon full, or `undefined` and the reason on stderr where none can be mounted. */
export function mountSmallDisk(megabytes: number): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'rasa-signup-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);
  if (status !== 0) {
    rmSync(dir, { recursive: true });
    process.stderr.write(`Skipped: a small file system cannot be mounted here (${String(stderr).trim()}).\n`);
    return undefined;
  }
  onTestFinished(() => {
    spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

export function remount(dir: string, mode: 'ro' | 'rw'): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${mode}`, dir]);
  if (status !== 0) throw new Error(String(stderr));
}
