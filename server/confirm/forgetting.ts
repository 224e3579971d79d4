import { MailQueue } from '../mail/queue.ts';
import { sameSql, type Database, type Statement } from '../store/database.ts';

/**
 * What is kept here of somebody for double opt-in: sign-ups that wait for their click, what became of them,
 * and mails. For the write that erases the person. How much mail an address got, and that it wants none,
 * stays: a hash, without which it would be written to again.
 */
export async function forgettingConfirmations(
  database: Database,
  { person, email }: { readonly person: Uint8Array; readonly email: string },
): Promise<readonly Statement[]> {
  const mails = await new MailQueue({ database }).idsTo(email);
  return [
    { sql: sameSql('delete from confirmations where person = ?'), params: [person] },
    ...mails.map((id) => ({ sql: sameSql('delete from mails where id = ?'), params: [id] })),
  ];
}
