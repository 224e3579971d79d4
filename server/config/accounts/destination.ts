import { createHash } from 'node:crypto';
import type { AccountConfig } from './accounts.ts';

/**
 * Where sign-ups of this configuration are meant to go. An account of version 1 is told by the user name of
 * the first set of credentials, one of version 2 by its GUID or the client, a webhook by the GUID of its
 * form; keys and passwords may be exchanged. The account is a hash, since a user name is an address. A named
 * account has its name before it: two newsletters may have keys of the same user.
 */
export function destinationOf({ name, isNamed, upstream }: AccountConfig): {
  readonly upstream: string;
  readonly account: string;
} {
  const destination = unnamedDestinationOf(upstream);
  return isNamed ? { ...destination, account: `${name} ${destination.account}` } : destination;
}

function unnamedDestinationOf(upstream: AccountConfig['upstream']) {
  switch (upstream.is) {
    case 'sandbox':
      return { upstream: 'sandbox', account: 'sandbox' };
    case 'webhook':
      return { upstream: `webhook ${upstream.baseUrl}`, account: hashOf(upstream.guid.toLowerCase()) };
    case 'rasa': {
      const [first] = upstream.sets;
      const credentials = first?.credentials;
      const name =
        credentials?.api === 'v2'
          ? (credentials.accountGuid?.toLowerCase() ?? credentials.clientId)
          : (credentials?.username.toLowerCase() ?? '');
      return { upstream: `${upstream.api} ${upstream.baseUrl}`, account: hashOf(name) };
    }
  }
}

function hashOf(name: string): string {
  return createHash('sha256').update(`rasa-signup account ${name}`).digest('hex').slice(0, 12);
}
