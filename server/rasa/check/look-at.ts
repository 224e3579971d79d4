import { createCalls, noRetries, type Calls } from '../calls.ts';
import { createV1, createV2, type RawReads } from '../client.ts';
import type { Credentials, CredentialSet } from '../credentials.ts';
import type { RasaHttp } from '../http.ts';
import { createKeyRing } from '../key-ring.ts';
import { createTokenApi } from '../token-api.ts';
import { tryCredentials, type Tried } from '../try-credentials.ts';

/** An account to look at without a trace: `close` revokes the token that reads have used. */
export interface LookedAt {
  readonly api: Credentials['api'];
  readonly reads: RawReads;
  /** Each call once, for reports. */
  readonly calls: Calls;
  /** Tries one set of credentials, with a token of its own that is revoked at once. */
  tryOne(credentials: Credentials, stop: AbortSignal): Promise<Tried>;
  close(stop: AbortSignal): Promise<void>;
}

/** `http` passes the gate of the account. */
export function lookAt(http: RasaHttp, api: Credentials['api'], sets: readonly CredentialSet[]): LookedAt {
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets });
  const calls = createCalls({ http, keyRing });
  return {
    api,
    reads: api === 'v1' ? createV1(calls) : createV2(calls),
    calls: createCalls({ http, keyRing, retries: noRetries }),
    tryOne: (credentials, stop) => tryCredentials(http, credentials, stop),
    close: (stop) => keyRing.close(stop),
  };
}
