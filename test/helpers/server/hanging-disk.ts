import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDir } from './temporary-dir.ts';

/** A disk, for one process, that does not answer writes while it hangs. */
export interface HangingDisk {
  /** For the process that is to have it. */
  readonly env: Readonly<Record<string, string>>;
  hang(): void;
  /** Writes are taken, and each sync reports an I/O error. */
  failToSync(): void;
  goOn(): void;
}

/** Below the database: in front of the C library's functions, for files in one directory. */
const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void wait_for_disk(int fd) {
  char link[64], path[4096];
  const char *dir = getenv("HANG_DIR"), *flag = getenv("HANG_WHILE");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  if (!dir || !flag || length < (ssize_t)strlen(dir) || strncmp(path, dir, strlen(dir))) return;
  while (access(flag, F_OK) == 0) usleep(5000);
}
static int sync_fails(void) {
  const char *flag = getenv("SYNC_FAILS_WHILE");
  if (!flag || access(flag, F_OK) != 0) return 0;
  errno = EIO;
  return 1;
}
#define NEXT(name) static __typeof__(name) *next; if (!next) next = dlsym(RTLD_NEXT, #name)
int fsync(int fd) { NEXT(fsync); wait_for_disk(fd); return sync_fails() ? -1 : next(fd); }
int fdatasync(int fd) { NEXT(fdatasync); wait_for_disk(fd); return sync_fails() ? -1 : next(fd); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { NEXT(pwrite); wait_for_disk(fd); return next(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { NEXT(pwrite64); wait_for_disk(fd); return next(fd, data, size, at); }
`;

/** For the files in this directory, or `undefined` and the reason on stderr where it cannot be made. */
export async function createHangingDisk(dataDir: string): Promise<HangingDisk | undefined> {
  const dir = await temporaryDir();
  const library = join(dir, 'hang.so');
  const { error, status, stderr } = spawnSync(
    'cc',
    ['-shared', '-fPIC', '-o', library, '-x', 'c', '-', '-ldl'],
    {
      input: source,
      encoding: 'utf8',
    },
  );
  if (error ?? status !== 0) {
    process.stderr.write(
      `Skipped: no disk that hangs can be made here (${error?.message ?? stderr.trim()}).\n`,
    );
    return undefined;
  }
  const flag = join(dir, 'hangs');
  const failing = join(dir, 'fails');
  const goOn = () => {
    rmSync(flag, { force: true });
    rmSync(failing, { force: true });
  };
  onTestFinished(goOn);
  return {
    env: { LD_PRELOAD: library, HANG_DIR: dataDir, HANG_WHILE: flag, SYNC_FAILS_WHILE: failing },
    hang() {
      writeFileSync(flag, '');
    },
    failToSync() {
      writeFileSync(failing, '');
    },
    goOn,
  };
}
