import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isCode, ownerOnly, readIfThere, type Files } from '../../system/files.ts';

/**
 * One process owns a directory. The lock is a file that names its owner and is touched every two seconds; it counts
 * as left behind when its owner is a process of this machine that is gone, or when nobody has touched it for ten
 * seconds (another machine's, or another container's, whose processes cannot be seen from here).
 */
export interface Lock {
  release(): Promise<void>;
}

/** Another process has the directory; the message names it. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

export interface LockOptions {
  readonly dir: string;
  readonly files: Files;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill'>;
  readonly host?: string;
  readonly now?: () => number;
  /** Told when somebody else has taken the lock, say after this machine had slept; nothing may be written then. */
  readonly onLost: () => void;
}

const touchEveryMs = 2000;
const leftBehindAfterMs = 10_000;
const ownerSchema = z.object({ pid: z.number(), host: z.string(), nonce: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Who has the directory, for those who only look; `undefined` where nobody has, or a crash has left the lock behind. */
export async function findOwner({
  dir,
  files,
  process,
  host = hostname(),
  now = Date.now,
}: Omit<LockOptions, 'onLost'>): Promise<Pick<Owner, 'pid' | 'host'> | undefined> {
  const path = join(dir, 'lock');
  const owner = await readOwner(path, files);
  if (!owner || (owner.host === host && !isRunning(owner.pid, process))) return undefined;
  return (await isUntouched(path, files, now())) ? undefined : owner;
}

export async function lockDirectory({
  dir,
  files,
  process,
  host = hostname(),
  now = Date.now,
  onLost,
}: LockOptions): Promise<Lock> {
  const path = join(dir, 'lock');
  const me: Owner = { pid: process.pid, host, nonce: randomUUID() };
  await claim(3);

  const touching = setInterval(() => {
    void touch();
  }, touchEveryMs);
  touching.unref();

  return {
    async release() {
      clearInterval(touching);
      if ((await readOwner(path, files))?.nonce === me.nonce) await files.unlink(path);
    },
  };

  async function claim(tries: number): Promise<void> {
    try {
      const file = await files.open(path, 'wx', ownerOnly);
      await file.writeFile(JSON.stringify(me));
      await file.close();
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = await readOwner(path, files);
    if (tries === 0 || !(await isLeftBehind(owner))) throw inUse(owner);
    await moveAway(owner);
    await claim(tries - 1);
  }

  async function isLeftBehind(owner: Owner | undefined): Promise<boolean> {
    // A process of the same number on a host of the same name is us, or sits in another container.
    if (owner?.host === host && owner.pid !== process.pid && !isRunning(owner.pid, process)) return true;
    return isUntouched(path, files, now());
  }

  /** By renaming, which only one of several can do; one that renamed a lock taken meanwhile puts it back. */
  async function moveAway(owner: Owner | undefined): Promise<void> {
    const aside = `${path}.${me.nonce}`;
    try {
      await files.rename(path, aside);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return;
      throw error;
    }
    const text = await readIfThere(files, aside);
    if (owner && text !== JSON.stringify(owner)) await files.link(aside, path).catch(() => undefined);
    await files.unlink(aside);
  }

  async function touch(): Promise<void> {
    const owner = await readOwner(path, files).catch(() => me);
    if (owner?.nonce !== me.nonce) {
      clearInterval(touching);
      onLost();
      return;
    }
    const seconds = now() / 1000;
    // A disk that cannot do this cannot be written to either, and says so there.
    await files.utimes(path, seconds, seconds).catch(() => undefined);
  }

  function inUse(owner: Owner | undefined): DirectoryInUse {
    const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
    return new DirectoryInUse(
      `${dir} belongs to ${who}, which is running. Stop it, or give this one a DATA_DIR of its own. ` +
        `(After a crash elsewhere the directory is free ${leftBehindAfterMs / 1000} s later.)`,
    );
  }
}

async function readOwner(path: string, files: Files): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse((await readIfThere(files, path)) ?? ''));
  } catch {
    // Gone, or written only half: its age decides.
    return undefined;
  }
}

async function isUntouched(path: string, files: Files, nowMs: number): Promise<boolean> {
  try {
    return nowMs - (await files.stat(path)).mtimeMs > leftBehindAfterMs;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return true;
    throw error;
  }
}

function isRunning(pid: number, process: LockOptions['process']): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return !isCode(error, 'ESRCH');
  }
}
