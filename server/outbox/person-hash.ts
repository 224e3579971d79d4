import type { Database } from '../store/database.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { createKeyedHash } from '../system/keyed-hash.ts';

/** Stands for an address, in 16 bytes, wherever the address itself must not be kept. */
export type PersonHash = (email: string) => Uint8Array;

/** Its key is made once for this purpose and never rotates: what is known of people hangs on it. */
export async function openPersonHash({ database }: { readonly database: Database }): Promise<PersonHash> {
  const keyed = createKeyedHash(await new ServerSecrets({ database }).get('person'));
  return (email) => Buffer.from(keyed(email.trim().toLowerCase()), 'latin1');
}
