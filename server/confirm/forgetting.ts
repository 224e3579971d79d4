import { MailQueue } from '../mail/queue.ts';
import type { PersonHash } from '../outbox/person-hash.ts';
import { sameSql, type Database, type Statement } from '../store/database.ts';
import { states } from './leaving/rows.ts';
import { states as confirming } from './rows.ts';

/**
 * What is kept here of somebody for double opt-in and for leaving: sign-ups that wait for their click, what
 * became of them, links to leave, and mails. For the write that erases the person. How much mail an address
 * got, that it wants none, and that its link has erased it stays: hashes.
 */
export async function forgettingConfirmations(
  database: Database,
  person: Uint8Array,
  hashOf: PersonHash,
): Promise<readonly Statement[]> {
  const isPerson = (to: string) => Buffer.compare(hashOf(to), person) === 0;
  const mails = await new MailQueue({ database }).idsTo(isPerson);
  return [
    { sql: sameSql('delete from confirmations where person = ?'), params: [person] },
    {
      sql: sameSql(`delete from leavings where person = ? and state <> ${states.erased}`),
      params: [person],
    },
    ...mails.map((id) => ({ sql: sameSql('delete from mails where id = ?'), params: [id] })),
  ];
}

/** Whether a sign-up of this person waits for its click. */
export async function isUnconfirmed(database: Pick<Database, 'read'>, person: Uint8Array): Promise<boolean> {
  const rows = await database.read({
    sql: sameSql(`select id from confirmations where person = ? and state < ${confirming.confirmed} limit 1`),
    params: [person],
  });
  return rows.length > 0;
}
