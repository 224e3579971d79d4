import { createCalls } from '../rasa/calls.ts';
import { createV1, type V1 } from '../rasa/client.ts';
import type { CredentialSet } from '../rasa/credentials.ts';
import { isRasaError } from '../rasa/errors.ts';
import type { RasaHttp } from '../rasa/http.ts';
import { createKeyRing, type KeyRing } from '../rasa/key-ring.ts';
import { createTokenApi } from '../rasa/token-api.ts';

export type { Activity } from '../rasa/analytics/analytics.ts';
export type { InsightAction } from '../rasa/analytics/insights.ts';
export type { Count } from '../rasa/analytics/metrics.ts';
export type { Person } from '../rasa/persons/person.ts';

/** What rooms read of an account; version 1 of rasa.io's API only. Methods reject with a `RasaError`. */
export type AccountReads = Pick<V1, 'analytics' | 'insights' | 'persons'>;

/** With a key ring that is in use already. `http` passes the gate of the account. */
export function createAccountReads(http: RasaHttp, keyRing: KeyRing): AccountReads {
  return createV1(createCalls({ http, keyRing }));
}

/** With a token of its own, which `close` revokes: for commands. */
export function openAccountReads(
  http: RasaHttp,
  sets: readonly CredentialSet[],
): AccountReads & { close(stop: AbortSignal): Promise<void> } {
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets });
  return { ...createAccountReads(http, keyRing), close: (stop) => keyRing.close(stop) };
}

/** Why rasa.io gave no answer; `undefined` for anything else, which is a bug or an abort. */
export function whyNotRead(error: unknown): string | undefined {
  return isRasaError(error) ? error.message : undefined;
}
