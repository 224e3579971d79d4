import { access, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Config } from '../../config/config.ts';
import { isCode, ownerOnly, realFiles, syncDirectory } from '../../system/files.ts';
import { printable, toJson, type TextStream } from '../terminal.ts';

/** The accounts that are meant: all without a name. None where there is none of this name, which is said. */
export function accountsNamed(
  name: string | undefined,
  { accounts }: Pick<Config, 'accounts'>,
  stderr: TextStream,
): Config['accounts'][number][] {
  const meant = accounts.filter((account) => (name ?? account.name) === account.name);
  if (meant.length === 0) {
    const names = accounts.map((account) => account.name).join(', ');
    stderr.write(`Found the account ${toJson(name)}, wanted one of ${names}.\n`);
  }
  return meant;
}

/** A file that gets its name when it is whole: who sends what is in a folder must not find a part. */
export interface NewFile {
  write(text: string): Promise<void>;
  /** Resolves when it would survive a power cut. */
  keep(): Promise<void>;
  /** Deletes what was written, unless it was kept. */
  close(): Promise<void>;
}

/**
 * `undefined` where there is such a file, which is said. Addresses are personal data: nobody else can read
 * it.
 */
export async function openNewFile(path: string, stderr: TextStream): Promise<NewFile | undefined> {
  if (await isThere(path)) {
    stderr.write(`${printable(path)} exists already; name a new file.\n`);
    return undefined;
  }
  const part = `${path}.part`;
  try {
    const file = await open(part, 'wx', ownerOnly);
    let isKept = false;
    return {
      write: (text) => file.writeFile(text),
      async keep() {
        await file.sync();
        await rename(part, path);
        isKept = true;
        await syncDirectory(realFiles, dirname(path));
      },
      async close() {
        await file.close();
        if (!isKept) await unlink(part);
      },
    };
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const found = printable(part);
    stderr.write(`${found} exists: another command writes it now, or one was interrupted; then delete it.\n`);
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** For spreadsheets, which must not read an address as a formula. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { record_delimiter: 'windows', escape_formulas: true },
  );
}

/** rasa.io's id of a contact, beside an address only where it is certain that it is that one's. */
export function rasaIdOf(contact: {
  readonly rasaId: string;
  readonly isOwn: boolean;
  readonly email?: string | undefined;
}): string {
  return contact.isOwn || contact.email === undefined ? contact.rasaId : '';
}
