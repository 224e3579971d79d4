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
 * The webhook behind rasa.io's own sign-up form: no key, and three fields of a person; others are left out. Nothing is
 * documented of its answers, so any 2xx counts as taken, and 400 and 422 as a refusal of that person. Every other
 * status may as well speak of the GUID, which must set nobody aside: then everybody waits.
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
    const reason = `rasa.io answered ${status}; is RASA_SIGNUP_GUID right?`;
    return isGuidSuspect ? { ...later(answer), reason } : later(answer);
  }
}
