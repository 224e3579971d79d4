import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { diskKind, type DiskKind } from '../store/disk-kind.ts';
import { isCode, ownerOnly, type Files } from '../system/files.ts';
import type { Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

export interface DataDirOptions {
  readonly files: Files;
  readonly process: Pick<NodeJS.Process, 'getuid'>;
  readonly statfs?: typeof statfs;
  readonly diskKind?: typeof diskKind;
}

const leastFreeBytes = 100 * 1024 * 1024;

/** Whether the proxy can keep what it has to in DATA_DIR. Nothing of it is changed. */
export async function checkDataDir(
  { dataDir, store }: Setup,
  { files, process, statfs: readSpace = statfs, diskKind: readKind = diskKind }: DataDirOptions,
): Promise<readonly Finding[]> {
  const existing = await nearestExisting(dataDir, files);
  const isThere = existing === resolve(dataDir);
  const written = await checkWritable(existing, files);
  const space = await checkSpace(existing, readSpace);
  if (!isThere) return [note(`${dataDir} does not exist yet; the proxy makes it.`), ...written, ...space];
  const isForeign = (await files.stat(existing)).uid !== process.getuid?.();
  return [
    ...written,
    ...space,
    ...(store !== 'faulty' && store.databaseUrl ? [] : checkDisk(await readKind(existing))),
    ...(isForeign && process.getuid ? [warning(`${dataDir} belongs to another user.`, asProxyUser)] : []),
  ];
}

function checkDisk(kind: DiskKind): readonly Finding[] {
  switch (kind) {
    case 'ephemeral':
      return [
        warning(
          'It is on a disk that a restart or a redeploy empties, and accepted sign-ups with it.',
          'Mount a volume there, or set DATABASE_URL.',
        ),
      ];
    case 'network':
      return [
        warning(
          'It is on a network file system, where SQLite is not safe.',
          'Use a local disk, or set DATABASE_URL.',
        ),
      ];
    case 'local':
    case 'unknown':
      return [];
  }
}

const asProxyUser = "Run the doctor as the proxy's user, or what it finds is not what the proxy would.";

async function nearestExisting(path: string, files: Files): Promise<string> {
  let dir = resolve(path);
  for (;;) {
    try {
      await files.stat(dir);
      return dir;
    } catch (error) {
      if (!isCode(error, 'ENOENT') || dir === dirname(dir)) throw error;
      dir = dirname(dir);
    }
  }
}

/** By writing, since neither rights nor flags tell of every disk that does not take anything. */
async function checkWritable(dir: string, files: Files): Promise<readonly Finding[]> {
  const path = join(dir, `doctor-${randomUUID()}`);
  try {
    const file = await files.open(path, 'wx', ownerOnly);
    try {
      await file.writeFile('Nothing is kept here.\n');
      await file.datasync();
    } finally {
      await file.close();
      await files.unlink(path);
    }
    return [fine(`${dir} can be written to.`)];
  } catch (error) {
    return [
      fault(
        `Nothing can be written to ${dir}: ${String(error)}.`,
        "Give the proxy's user the right to write there, make room on the disk, or set another DATA_DIR.",
      ),
    ];
  }
}

async function checkSpace(dir: string, readSpace: typeof statfs): Promise<readonly Finding[]> {
  const { bavail, bsize } = await readSpace(dir);
  const words = `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free there`;
  return bavail * bsize < leastFreeBytes
    ? [warning(`Only ${words}.`, 'Make room: on a full disk nobody can sign up.')]
    : [fine(`${words}.`)];
}
