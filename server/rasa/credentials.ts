import type { Secret, SecretSource } from '../system/secret.ts';

/** What rasa.io asks for before it hands out a token; version 1 of its API and version 2 want different things. */
export type Credentials = V1Credentials | V2Credentials;

export interface V1Credentials {
  readonly api: 'v1';
  readonly username: string;
  readonly password: Secret;
  readonly apiKey: Secret;
}

export interface V2Credentials {
  readonly api: 'v2';
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Narrows what the token may do to one account of several. */
  readonly accountGuid: string | undefined;
}

/** One of the sets that the operator gives, so that a key can be exchanged while another one works. */
export interface CredentialSet {
  /** From 1; lower ones are tried first. */
  readonly number: number;
  readonly source: SecretSource;
  readonly credentials: Credentials;
}

/** The secret that stands for a set wherever sets are told apart: the one that is made and revoked at rasa.io. */
export function keyOf(credentials: Credentials): Secret {
  return credentials.api === 'v1' ? credentials.apiKey : credentials.clientSecret;
}

export function isSame(one: Credentials, other: Credentials): boolean {
  if (one.api === 'v1') {
    return (
      other.api === 'v1' &&
      one.username === other.username &&
      one.password.equals(other.password) &&
      one.apiKey.equals(other.apiKey)
    );
  }
  return (
    other.api === 'v2' &&
    one.clientId === other.clientId &&
    one.clientSecret.equals(other.clientSecret) &&
    one.accountGuid === other.accountGuid
  );
}
