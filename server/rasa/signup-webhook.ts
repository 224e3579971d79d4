import type { Outcome, Contact } from '../outbox/signup.ts';
import { readErrorText } from './answers.ts';
import { isSuccess, later, oneByOne } from './calls.ts';
import type { RasaClient } from './client-v1.ts';
import type { RasaHttp } from './http.ts';

export interface WebhookOptions {
  readonly http: RasaHttp;
  readonly guid: string;
  readonly minIntervalMs?: number;
}

/**
 * Client for the webhook behind rasa.io's own sign-up form. It needs no key and takes three fields of a
 * person; others are left out. Its answers are not documented: any 2xx counts as delivered, and 400 and 422
 * as a refusal of that person. Every other status may be about the GUID, which must not make a person a dead
 * letter; all sign-ups then wait.
 */
export function createWebhookClient({ http, guid, minIntervalMs = 200 }: WebhookOptions): RasaClient {
  return {
    addPersons: (persons, stop) => oneByOne(persons, minIntervalMs, stop, (person) => addOne(person, stop)),
  };

  async function addOne({ email, first_name, last_name }: Contact, stop: AbortSignal): Promise<Outcome> {
    const json = { email, first_name, last_name };
    const answer = await http.call({ method: 'POST', path: `/signup/${guid}`, json, stop });
    if (answer.is === 'fault') return { is: 'later', reason: answer.reason };
    const { status, body } = answer;
    if (isSuccess(status)) return { is: 'delivered' };
    if (status === 400 || status === 422) {
      return { is: 'refused', reason: readErrorText(body) ?? `rasa.io answered ${status}` };
    }
    const isGuidSuspect = status >= 400 && status < 500 && status !== 408 && status !== 429;
    const reason = `rasa.io answered ${status}; check RASA_SIGNUP_GUID`;
    return isGuidSuspect ? { ...later(answer), reason } : later(answer);
  }
}
