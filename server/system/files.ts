import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the product asks of a file system; tests record it, or let it fail. */
export type Files = Pick<
  typeof fs,
  'link' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'stat' | 'unlink' | 'utimes'
>;

export const realFiles: Files = fs;

/** For files that hold personal data or keys: their owner's alone. */
export const ownerOnly = 0o600;

/** Replaces a file by another content, whole or not at all, and durably when it resolves. */
export async function replaceFile(files: Files, path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await files.open(temporary, 'w', ownerOnly);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await syncDirectory(files, dirname(path));
}

/** A new, renamed or deleted name is durable only once its directory is. */
export async function syncDirectory(files: Files, path: string): Promise<void> {
  const directory = await files.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The text of a file; `undefined` where there is none. */
export async function readIfThere(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
