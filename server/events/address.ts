import { sameSql, Unreadable, type Database } from '../store/database.ts';
import { handoverAddresses } from '../store/schema/delivered-contacts.ts';
import { deadLetters, signups, type Table } from '../store/tables.ts';
import type { EventData } from './events.ts';

/**
 * The address of a sign-up, where it is still known here: while it waits, as a dead letter, and for as long
 * as KEEP_FOR_HANDOVER says after its delivery. Only for those who asked for addresses.
 */
export async function readAddress(
  database: Pick<Database, 'read'>,
  signup: string,
): Promise<string | undefined> {
  for (const table of [signups, deadLetters, handoverAddresses] satisfies readonly Table[]) {
    const [row] = await database.read({
      sql: sameSql(`select id, key_id, payload from ${table.name} where id = ?`),
      params: [signup],
      opens: table,
    });
    const payload = row?.['payload'];
    if (payload === undefined || payload instanceof Unreadable) continue;
    const email = typeof payload === 'string' ? payload : (payload as Held).contact?.email;
    // A change of a contact holds no address.
    if (email !== undefined && email !== '') return email;
  }
  return undefined;
}

interface Held {
  readonly contact?: { readonly email?: string };
}

/** The sign-up that an event is about, or that its contact came from; `undefined`: none that is known. */
export function signupOf({ type, data }: { readonly type: string; readonly data: EventData }) {
  const id = type.startsWith('signup.') ? data['id'] : data['signup'];
  return typeof id === 'string' ? id : undefined;
}
