import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isCode, ownerOnly, readIfThere, syncDirectory, type Files } from '../../system/files.ts';
import { StoreRefused, StoreUnavailable } from '../errors.ts';
import { systemFault } from './system-fault.ts';

export interface KeyFile {
  /** 64 hex digits. */
  readonly text: string;
  /** It was made just now. */
  readonly isNew: boolean;
}

/** The name of the key's file in the data directory. A backup of the database is worthless without it. */
export const keyFileName = 'store-key';

/**
 * The key that seals rows where the operator gives none: a file that is its owner's alone, made and durable
 * before the first row is written. Of several processes that start at once, one makes it and all use it.
 */
export async function openKeyFile(dataDir: string, files: Files): Promise<KeyFile> {
  const path = join(dataDir, keyFileName);
  const kept = await readKey(path, files);
  if (kept !== undefined) return { text: kept, isNew: false };

  const made = randomBytes(32).toString('hex');
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeDraft(draft, made, files);
    // Unlike a rename, a link fails where another process was faster.
    await files.link(draft, path);
    await syncDirectory(files, dataDir);
    return { text: made, isNew: true };
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    const others = isCode(error, 'EEXIST') ? await readKey(path, files) : undefined;
    if (others === undefined) throw cannotBeUsed(path, error);
    return { text: others, isNew: false };
  } finally {
    await files.unlink(draft).catch(() => {
      // It was not made, or it stays: what it holds is in the key's file or nowhere.
    });
  }
}

async function writeDraft(draft: string, text: string, files: Files): Promise<void> {
  try {
    const file = await files.open(draft, 'wx', ownerOnly);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof Error ? systemFault(error) : error;
  }
}

async function readKey(path: string, files: Files): Promise<string | undefined> {
  const text = (await readOrRefuse(path, files))?.trim();
  if (text === undefined || /^[0-9a-f]{64}$/.test(text)) return text;
  throw new StoreRefused(
    `${path} does not hold a key (64 hex digits). Restore it from a backup: without it, what is stored cannot be read.`,
  );
}

async function readOrRefuse(path: string, files: Files): Promise<string | undefined> {
  try {
    return await readIfThere(files, path);
  } catch (error) {
    throw cannotBeUsed(path, error);
  }
}

function cannotBeUsed(path: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new StoreRefused(
    `${path} cannot be used as the key file (${code}). Put the key's file there, readable for the proxy's user, or set OUTBOX_KEY.`,
  );
}
