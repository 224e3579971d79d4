import { sameSql, type Database } from '../../store/database.ts';

/** An archived or deleted person; `at` in ms. */
export interface Removed {
  readonly id: string;
  readonly at: number;
}

interface Wanted {
  /** In ms. */
  readonly since?: number | undefined;
  readonly skip: number;
  readonly limit: number;
}

/** A page of those who are gone since a time, oldest first. */
export async function readRemoved(
  database: Database,
  { since = 0, skip, limit }: Wanted,
): Promise<{ readonly removed: readonly Removed[]; readonly total: number }> {
  const rows = await database.read({
    sql: sameSql('select id, at from removed where at >= ? order by at, id limit ? offset ?'),
    params: [since, limit, skip],
  });
  const [row] = await database.read({
    sql: sameSql('select count(*) as n from removed where at >= ?'),
    params: [since],
  });
  const removed = rows.map(({ id, at }) => ({ id: String(id), at: Number(at) }));
  return { removed, total: Number(row?.['n']) };
}

/** The feed of version 2: who is gone, and who was only taken off a list. */
export interface RemovedContact extends Removed {
  /** `null` of a deleted contact. */
  readonly email: string | null;
  /** `null` where the contact is gone altogether. */
  readonly list: number | null;
}

export async function readRemovedContacts(
  database: Database,
  { since = 0, skip, limit }: Wanted,
): Promise<readonly RemovedContact[]> {
  const rows = await database.read({
    sql: sameSql(
      `select r.id, r.at, c.email, null as list from removed r left join contacts c on c.id = r.id where r.at >= ?
        union all
        select c.id, l.at, c.email, l.list_id from left_lists l join contacts c on c.seq = l.seq where l.at >= ?
        order by 2, 1 limit ? offset ?`,
    ),
    params: [since, since, limit, skip],
  });
  return rows.map(({ id, at, email, list }) => ({
    id: String(id),
    at: Number(at),
    email: typeof email === 'string' ? email : null,
    list: typeof list === 'number' ? list : null,
  }));
}
