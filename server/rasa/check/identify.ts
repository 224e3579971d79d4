import { keyOf, type CredentialSet } from '../credentials.ts';
import type { LookedAt } from './look-at.ts';

/** Who a set of credentials is at rasa.io; no secret. */
export interface Identity {
  readonly number: number;
  readonly fingerprint: string;
  /** The user name, or the client id of version 2. */
  readonly name: string;
  readonly is: 'taken' | 'refused' | 'unknown';
  readonly reason?: string;
  readonly newsletters?: readonly { readonly id: string; readonly name?: string | undefined }[];
  /** `undefined` if the token does not say. */
  readonly tokenLifeS?: number | undefined;
}

/** Asks rasa.io, with a token that is revoked again. */
export async function identify(
  account: LookedAt,
  { number, credentials }: CredentialSet,
  stop: AbortSignal,
): Promise<Identity> {
  const name = credentials.api === 'v1' ? credentials.username : credentials.clientId;
  const set = { number, fingerprint: keyOf(credentials).fingerprint, name };
  const tried = await account.tryOne(credentials, stop);
  switch (tried.is) {
    case 'taken': {
      const { accounts: newsletters, tokenExpiresMs } = tried;
      const tokenLifeS =
        tokenExpiresMs === undefined ? undefined : Math.round((tokenExpiresMs - Date.now()) / 1000);
      return { ...set, is: 'taken', newsletters, tokenLifeS };
    }
    case 'refused':
      return { ...set, is: 'refused', reason: `rasa.io answered ${tried.status}` };
    case 'unknown':
      return { ...set, is: 'unknown', reason: tried.reason };
  }
}
