import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file-system calls that the product uses. Tests record them or make them fail. */
export type Files = Pick<
  typeof fs,
  'link' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'stat' | 'unlink' | 'utimes'
>;

export const realFiles: Files = fs;

/** File mode for personal data or keys: readable and writable by the owner only. */
export const ownerOnly = 0o600;

/**
 * Replaces the content of a file atomically, and durably once it resolves: written to `<path>.<random>.tmp`,
 * since two processes may do so at once, synced, renamed, and the directory synced. Rejects with the system's
 * error.
 */
export async function replaceFile(files: Files, path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await files.open(temporary, 'w', ownerOnly);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await files.unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(files, dirname(path));
}

/** Syncs a directory. A created, renamed or deleted name is durable only after its directory was synced. */
export async function syncDirectory(files: Files, path: string): Promise<void> {
  const directory = await files.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The text of a file (UTF-8), or `undefined` if it does not exist. Other errors are thrown. */
export async function readIfThere(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * The text of a file in UTF-8, or in UTF-16 as Windows' editors and shells write files, with or without a
 * byte order mark, which is not part of the text.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Without a mark, UTF-16 shows by the zeros in its first letter; no text in UTF-8 has them. */
function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || first === 0 ? 'utf-16be' : 'utf-8';
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
