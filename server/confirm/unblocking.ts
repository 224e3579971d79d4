import type { Database } from '../store/database.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { MailedPeople } from './mailed-people.ts';

/** Lifts "not me" for an address. Says whether there was one. */
export async function openUnblocking(
  database: Pick<Database, 'read' | 'write'>,
): Promise<(email: string) => Promise<boolean>> {
  const mailed = new MailedPeople({ database, key: await new ServerSecrets({ database }).get('person') });
  return async (email) => {
    const [result] = await database.write([mailed.unblock(email, Date.now())]);
    return (result?.count ?? 0) > 0;
  };
}
