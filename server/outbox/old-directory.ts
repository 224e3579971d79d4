import { join } from 'node:path';
import { isCode, readIfThere, type Files } from '../system/files.ts';
import { StoreRefused } from '../store/errors.ts';

/**
 * Before there was a database, what waits lay in files in `DATA_DIR/outbox`. They are not read any more: where something
 * waits in them, a start is refused.
 */
export async function refuseOldOutbox(dataDir: string, files: Files): Promise<void> {
  const dir = join(dataDir, 'outbox');
  if (!(await isAnythingWaiting(dir, files))) return;
  throw new StoreRefused(
    `Sign-ups of an earlier version wait in ${dir}, which this version does not read: run the earlier version until ` +
      'none waits and none is set aside, then delete that directory and start this version again.',
  );
}

async function isAnythingWaiting(dir: string, files: Files): Promise<boolean> {
  for (const name of await namesIn(dir, files)) {
    if (/^\d{10}.*\.ndjson$/.test(name) && (await files.stat(join(dir, name))).size > 0) return true;
  }
  for (const folder of ['set-aside', 'replay', 'damaged']) {
    if ((await namesIn(join(dir, folder), files)).length > 0) return true;
  }
  const ledger = (await readIfThere(files, join(dir, 'ledger.json'))) ?? '';
  return /"retries":\s*\[\s*[^\s\]]/.test(ledger);
}

async function namesIn(dir: string, files: Files): Promise<readonly string[]> {
  try {
    return await files.readdir(dir);
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}
