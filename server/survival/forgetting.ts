import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Statement } from '../store/database.ts';
import { deliveredContacts as table, handoverAddresses } from '../store/schema/delivered-contacts.ts';
import { forgetOldest } from '../store/slices.ts';
import { watchedMs } from './delivered-contacts.ts';

/**
 * Forgets what is old, and addresses that were kept for long enough. Times are in ms. Ids are of the time of
 * acceptance, which is before that of delivery: by them the rest of the table is left alone.
 */
export function forgetOldDelivered(nowMs: number, keptForHandoverMs = 0): readonly Statement[] {
  const [oldMs, handedOverMs] = [nowMs - watchedMs, nowMs - keptForHandoverMs];
  return [
    forgetOldest(table, oldMs, { sql: 'delivered_at < ?', param: oldMs }),
    forgetOldest(handoverAddresses, handedOverMs + 1, { sql: 'kept_at <= ?', param: handedOverMs }),
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
