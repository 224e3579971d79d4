import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Statement } from '../store/database.ts';
import { idsFrom } from '../store/ids.ts';
import { deliveredContacts as table, handoverAddresses } from '../store/schema/delivered-contacts.ts';
import type { Table } from '../store/tables.ts';
import { watchedMs } from './delivered-contacts.ts';

/** In one write. There is a next one ten minutes later. */
const mostForgotten = 10_000;

/**
 * Forgets what is old, and addresses that were kept for long enough. Times are in ms. Ids are of the time of
 * acceptance, which is before that of delivery: by them the rest of the table is left alone. The oldest
 * go first, and no more at once than sign-ups can wait for.
 */
export function forgetOldDelivered(nowMs: number, keptForHandoverMs = 0): readonly Statement[] {
  const [oldMs, handedOverMs] = [nowMs - watchedMs, nowMs - keptForHandoverMs];
  const forget = ({ name }: Table, old: string) =>
    sameSql(
      `delete from ${name} where id in (select id from ${name} where id < ? and ${old} order by id limit ?)`,
    );
  return [
    { sql: forget(table, 'delivered_at < ?'), params: [idsFrom(oldMs), oldMs, mostForgotten] },
    {
      sql: forget(handoverAddresses, 'kept_at <= ?'),
      params: [idsFrom(handedOverMs + 1), handedOverMs, mostForgotten],
    },
  ];
}

/** Forgets one person, who is erased: statements of one write. */
export function forgetDelivered(
  { upstream, account }: Destination,
  person: Uint8Array,
): readonly Statement[] {
  const theirs = `from ${table.name} where upstream = ? and account = ? and person = ?`;
  const params = [upstream, account, person];
  return [
    { sql: sameSql(`delete from ${handoverAddresses.name} where id in (select id ${theirs})`), params },
    { sql: sameSql(`delete ${theirs}`), params },
  ];
}
