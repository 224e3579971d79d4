import type { Database } from '../store/database.ts';
import { readAddresses } from '../survival/report.ts';
import type { Note } from './notes.ts';

/**
 * The note as it is sent. Addresses are looked up at each attempt: somebody who was erased meanwhile, or
 * whose address KEEP_FOR_HANDOVER does not keep any longer, is not named. What visitors typed is below the
 * text only.
 */
export async function withAddresses(database: Pick<Database, 'read'>, note: Note): Promise<Note> {
  const { signups, ...rest } = note;
  if (!signups) return note;
  const addresses = [...(await readAddresses(database, signups)).values()];
  const missing = Number(rest.data['count'] ?? 0) - addresses.length;
  const line = `Addresses of ${missing.toLocaleString('en')} of them are not listed.`;
  return {
    ...rest,
    lines: [...rest.lines, ...(missing > 0 ? [line] : [])],
    typed: addresses,
    data: { ...rest.data, addresses },
  };
}
