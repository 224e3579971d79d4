import { open, type FileHandle } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Config } from '../../config/config.ts';
import { isCode } from '../../system/files.ts';
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

/**
 * `undefined` where there is such a file, which is said. Addresses are personal data: nobody else can read
 * it.
 */
export async function openNewFile(path: string, stderr: TextStream): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    stderr.write(`${printable(path)} exists already; name a new file.\n`);
    return undefined;
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
