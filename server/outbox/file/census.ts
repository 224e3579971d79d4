import { join } from 'node:path';
import { isCode, type Files } from '../../system/files.ts';
import { findLedger } from './ledger.ts';

/** What lies in an outbox, for those who only look. A running proxy may change it meanwhile, so it is nearly right. */
export interface Census {
  readonly waiting: number;
  readonly setAside: number;
  /** Segments that could not be read whole, kept for whoever can. */
  readonly damaged: number;
  /** Of the encryption key that it was written with, as `Records.keyCheck`. */
  readonly keyCheck: string | undefined;
}

/** Takes no lock and writes nothing. `undefined` where there is no outbox. */
export async function takeCensus(dir: string, files: Files): Promise<Census | undefined> {
  const names = await namesIn(dir, files);
  if (!names) return undefined;
  const ledger = await findLedger(dir, files);
  const { head = 0, settled = [], retries = [], keyCheck } = ledger?.data ?? {};
  let lines = 0;
  for (const name of names) {
    const [, id, count] = /^(\d{10})(?:-(\d+))?\.ndjson$/.exec(name) ?? [];
    if (id === undefined || Number(id) < head) continue;
    lines += count === undefined ? await linesIn(join(dir, name), files) : Number(count);
  }
  const [aside = [], damaged = []] = await Promise.all(
    ['set-aside', 'damaged'].map((folder) => namesIn(join(dir, folder), files)),
  );
  return {
    waiting: Math.max(0, lines - settled.length + retries.length),
    setAside: aside.filter((name) => name.endsWith('.json')).length,
    damaged: damaged.length,
    keyCheck,
  };
}

/** Of the segment that is being written. */
async function linesIn(path: string, files: Files): Promise<number> {
  try {
    return (await files.readFile(path, 'utf8')).split('\n').length - 1;
  } catch (error) {
    // Closed under another name just now.
    if (isCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function namesIn(dir: string, files: Files): Promise<string[] | undefined> {
  try {
    return await files.readdir(dir);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
