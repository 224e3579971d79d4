import { randomBytes } from 'node:crypto';
import { sameSql, Unreadable, type Database, type Row, type Statement } from '../../store/database.ts';
import { consentKeys as table } from '../../store/schema/receipts.ts';
import { addressHash, type PersonKey } from './receipt.ts';

type Store = Pick<Database, 'read' | 'write'>;

/** So many in one statement. */
const slice = 100;

/** Names a person in the store: the keyed hash of the address, in hex. */
export function personId(person: Uint8Array): string {
  return Buffer.from(person).toString('hex');
}

/** The keys of those people who have one, by their id. */
export async function readPersonKeys(
  database: Pick<Store, 'read'>,
  ids: readonly string[],
): Promise<Map<string, PersonKey | Unreadable>> {
  const found = new Map<string, PersonKey | Unreadable>();
  for (let from = 0; from < ids.length; from += slice) {
    const some = ids.slice(from, from + slice);
    const rows = await database.read({
      sql: sameSql(
        `select id, address, key_id, payload from ${table.name} where id in (${some.map(() => '?').join(', ')})`,
      ),
      params: some,
      opens: table,
    });
    for (const row of rows) found.set(String(row['id']), keyOf(row));
  }
  return found;
}

export function keyOf(row: Row): PersonKey | Unreadable {
  const { payload } = row;
  if (payload instanceof Unreadable) return payload;
  return { key: Buffer.from(String(payload), 'base64'), address: String(row['address']) };
}

/**
 * The key of each of these people, made where there is none: two processes that make one at once get the
 * same. A key that cannot be opened has one of this call alone in its place, so that no delivery waits for
 * it; `verify` finds the receipt without a key.
 *
 * @param people their addresses, by their id.
 */
export async function ensurePersonKeys(
  database: Store,
  people: ReadonlyMap<string, string>,
): Promise<Map<string, PersonKey>> {
  const ids = [...people.keys()];
  const known = await readPersonKeys(database, ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) {
    const rows = missing.map((id) => {
      const key = randomBytes(32);
      const address = addressHash(key, people.get(id) ?? '');
      return { id, address, payload: key.toString('base64') };
    });
    await database.write([{ into: table, rows, ifNew: true }]);
    for (const [id, key] of await readPersonKeys(database, missing)) known.set(id, key);
  }
  return new Map(
    ids.map((id) => {
      const found = known.get(id);
      if (found && !(found instanceof Unreadable)) return [id, found];
      const key = randomBytes(32);
      return [id, { key, address: addressHash(key, people.get(id) ?? '') }];
    }),
  );
}

export function destroyPersonKey(id: string): Statement {
  return { sql: sameSql(`delete from ${table.name} where id = ?`), params: [id] };
}
