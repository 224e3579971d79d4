import type { Secret, SecretSource } from '../system/secret.ts';

/** What rasa.io requires for a token. Versions 1 and 2 of its API require different values. */
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
  /** Limits the token to one of several accounts. */
  readonly accountGuid: string | undefined;
}

/** One of the operator's credential sets. With two sets, a key can be replaced while the other one works. */
export interface CredentialSet {
  /** From 1; lower numbers are tried first. */
  readonly number: number;
  readonly source: SecretSource;
  readonly credentials: Credentials;
}

/** The secret that identifies a set: the one that is created and revoked at rasa.io. */
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

/** Whether the operator has retired this set, and not a refusal, whose pause ends. */
export function isWithdrawn({
  state,
  retiredUntil,
}: {
  readonly state: SetState['state'];
  readonly retiredUntil?: string | undefined;
}): boolean {
  return state === 'retired' && retiredUntil === undefined;
}

export interface KeyRingState {
  /** `untried` until the first mint, `refused` while no set works. */
  readonly is: 'untried' | 'working' | 'refused';
  readonly sets: readonly SetState[];
}

/** What health, metrics and log may show of a set: no secret; times as ISO 8601. */
export interface SetState {
  readonly number: number;
  readonly source: SecretSource;
  readonly fingerprint: string;
  readonly state: 'in use' | 'standby' | 'retired';
  /** Only with `retired`: when it is tried again. Absent where the operator has retired it. */
  readonly retiredUntil?: string;
  readonly lastUse?: string;
  readonly lastRefusal?: { readonly at: string; readonly status: number };
}
