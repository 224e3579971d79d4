import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { takeCensus, type Census } from '../outbox/file/census.ts';
import { findOwner } from '../outbox/file/lock.ts';
import { checkKey, createRecords } from '../outbox/file/records.ts';
import { OutboxUnavailable } from '../outbox/outbox.ts';
import { isCode, ownerOnly, type Files } from '../system/files.ts';
import type { Secret } from '../system/secret.ts';
import type { Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

export interface DataDirOptions {
  readonly files: Files;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill' | 'getuid'>;
  readonly statfs?: typeof statfs;
}

const leastFreeBytes = 100 * 1024 * 1024;

/**
 * Checks whether sign-ups can be stored in DATA_DIR, which process uses it now, and what waits there.
 * Changes nothing in it.
 */
export async function checkDataDir(
  { dataDir, outboxKey, upstream }: Setup,
  { files, process, statfs: readSpace = statfs }: DataDirOptions,
): Promise<readonly Finding[]> {
  const existing = await nearestExisting(dataDir, files);
  const isThere = existing === resolve(dataDir);
  const written = await checkWritable(existing, files);
  const space = await checkSpace(existing, readSpace);
  if (!isThere) return [note(`${dataDir} does not exist yet; the proxy makes it.`), ...written, ...space];
  const dir = join(dataDir, 'outbox');
  const census = await takeCensus(dir, files);
  const [owner, isForeign] = [
    await findOwner({ dir, files, process }),
    (await files.stat(existing)).uid !== process.getuid?.(),
  ];
  return [
    ...written,
    ...space,
    ...(isForeign && process.getuid ? [warning(`${dataDir} belongs to another user.`, asProxyUser)] : []),
    owner
      ? fine(`A proxy runs on it: process ${owner.pid} on ${owner.host}.`)
      : note('No proxy runs on it just now.'),
    ...(census ? checkOutbox(census, outboxKey, dir) : [note('Nobody has signed up yet.')]),
    ...(upstream?.is === 'sandbox' && census && census.waiting > 0
      ? [note('What waits would go to the sandbox, not to rasa.io.')]
      : []),
  ];
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

/** Checks by writing a file, since neither permissions nor flags reveal every disk that rejects writes. */
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

function checkOutbox(census: Census, key: Setup['outboxKey'], dir: string): readonly Finding[] {
  const { waiting, setAside, damaged, keyCheck } = census;
  return [
    note(`Waiting for rasa.io: ${waiting}. Set aside: ${setAside}.`),
    ...(setAside > 0 ? [warning('rasa.io has refused sign-ups.', 'See rasa-signup outbox list.')] : []),
    ...(damaged > 0
      ? [
          warning(
            `${damaged} files in ${join(dir, 'damaged')} could not be read whole.`,
            'What could be read was delivered. Look after the disk, and keep or delete them.',
          ),
        ]
      : []),
    // If there is nothing to read, any key is right.
    ...(key === 'faulty' || waiting + setAside === 0 ? [] : wrongKey(keyCheck, key, dir)),
  ];
}

function wrongKey(keyCheck: Census['keyCheck'], key: Secret | undefined, dir: string): readonly Finding[] {
  try {
    checkKey(keyCheck, createRecords(key).keyCheck, dir);
    return [];
  } catch (error) {
    if (error instanceof OutboxUnavailable) return [fault(error.message)];
    throw error;
  }
}
