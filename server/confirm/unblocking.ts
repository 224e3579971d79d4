import { sameSql, type Database } from '../store/database.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { createKeyedHash } from '../system/keyed-hash.ts';

/** Lifts "not me" for an address. Says whether there was one. */
export async function openUnblocking(
  database: Pick<Database, 'read' | 'write'>,
): Promise<(email: string) => Promise<boolean>> {
  const hash = createKeyedHash(await new ServerSecrets({ database }).get('person'));
  return async (email) => {
    const person = Buffer.from(hash(email.trim().toLowerCase()), 'latin1').toString('hex');
    const [result] = await database.write([
      {
        sql: sameSql('update mailed_people set blocked_until = 0 where id = ? and blocked_until > ?'),
        params: [person, Date.now()],
      },
    ]);
    return result?.count === 1;
  };
}
