import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/**
 * Where sign-ups of this configuration are meant to go. An account of version 1 is told by the user name of the first set
 * of credentials, one of version 2 by its GUID or the client, a webhook by the GUID of its form; keys and passwords may
 * be exchanged. The account is a hash, since a user name is an address.
 */
export function destinationOf(upstream: Config['upstream']): {
  readonly upstream: string;
  readonly account: string;
} {
  switch (upstream.is) {
    case 'sandbox':
      return { upstream: 'sandbox', account: 'sandbox' };
    case 'webhook':
      return { upstream: `webhook ${upstream.baseUrl}`, account: hashOf(upstream.guid) };
    case 'rasa': {
      const [first] = upstream.sets;
      const credentials = first?.credentials;
      const name =
        credentials?.api === 'v2'
          ? (credentials.accountGuid ?? credentials.clientId)
          : (credentials?.username.toLowerCase() ?? '');
      return { upstream: `${upstream.api} ${upstream.baseUrl}`, account: hashOf(name) };
    }
  }
}

function hashOf(name: string): string {
  return createHash('sha256').update(`rasa-signup account ${name}`).digest('hex').slice(0, 12);
}
