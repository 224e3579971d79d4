import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDir } from './temporary-dir.ts';

/** A file system of the test's own, in a file of this machine, which can be frozen. */
export interface LoopDisk {
  readonly dir: string;
  /** From now on whoever writes there waits. */
  freeze(): void;
  thaw(): void;
  /** As a kernel does after an error of the disk: from now on every write fails, also into open files. */
  fail(): void;
  /** Refuses all changes of these files, or of all in `dir`. */
  protect(...names: readonly string[]): void;
  unprotect(...names: readonly string[]): void;
}

/** `undefined`, and the reason on stderr, where none can be made: it takes root. */
export async function mountLoopDisk(megabytes = 100): Promise<LoopDisk | undefined> {
  const place = await temporaryDir();
  const [image, dir] = [join(place, 'disk.img'), join(place, 'disk')];
  mkdirSync(dir);
  const made =
    run('truncate', '-s', `${megabytes}M`, image) ??
    run('mkfs.ext4', '-q', '-F', image) ??
    run('mount', '-o', 'loop', image, dir);
  if (made !== undefined) {
    process.stderr.write(`Skipped: no file system can be made here (${made}).\n`);
    return undefined;
  }
  const must = (...command: readonly [string, ...string[]]) => {
    const failure = run(...command);
    if (failure !== undefined) throw new Error(failure);
  };
  const paths = (names: readonly string[]) => names.map((name) => join(dir, name));
  onTestFinished(() => {
    run('fsfreeze', '-u', dir);
    run('chattr', '-R', '-i', dir);
    run('umount', '-l', dir);
    rmSync(place, { recursive: true, force: true });
  });
  return {
    dir,
    freeze: () => {
      must('fsfreeze', '-f', dir);
    },
    thaw: () => {
      must('fsfreeze', '-u', dir);
    },
    fail: () => {
      must('mount', '-o', 'remount,abort', dir);
    },
    protect: (...names) => {
      must('chattr', '+i', ...paths(names));
    },
    unprotect: (...names) => {
      must('chattr', '-i', ...paths(names));
    },
  };
}

/** Why it failed. */
function run(program: string, ...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) return `${program}: ${error.message}`;
  return status === 0 ? undefined : `${program}: ${stderr.trim()}`;
}
