import type { Outcome, Contact } from '../outbox/signup.ts';
import { isTaken, readErrorText } from './answers.ts';
import { isRefusedContent, later, oneByOne } from './calls.ts';
import type { RasaClient } from './client-v1.ts';
import type { RasaHttp } from './http.ts';

export interface WebhookOptions {
  readonly http: RasaHttp;
  readonly guid: string;
  readonly minIntervalMs?: number;
}

/**
 * Client for the webhook behind rasa.io's own sign-up form. It needs no key and takes three fields of a
 * person; others are left out. Its answers are not documented: a 2xx in rasa.io's envelope counts as
 * delivered, and so do 201, 202 and 204; 400 and 422 in the envelope as a refusal of that person. Every other
 * status may be about the GUID, which must not make a person a dead letter; all sign-ups then wait.
 */
export function createWebhookClient({ http, guid, minIntervalMs = 200 }: WebhookOptions): RasaClient {
  return {
    addPersons: (persons, stop) => oneByOne(persons, minIntervalMs, stop, (person) => addOne(person, stop)),
  };

  async function addOne({ email, first_name, last_name }: Contact, stop: AbortSignal): Promise<Outcome> {
    const json = { email, first_name, last_name };
    const answer = await http.call({ method: 'POST', path: `/signup/${guid}`, json, stop });
    if (answer.is === 'fault') return { is: 'later', reason: answer.reason, isUnanswered: true };
    const { status, body } = answer;
    if (isTaken(status, body)) return { is: 'delivered' };
    if (isRefusedContent(answer, [400, 422])) {
      return { is: 'refused', reason: readErrorText(body) ?? `rasa.io answered ${status}` };
    }
    const isGuidSuspect = status >= 400 && status < 500 && status !== 408 && status !== 429;
    const reason = `rasa.io answered ${status}; check RASA_SIGNUP_GUID`;
    return isGuidSuspect ? { ...later(answer), reason } : later(answer);
  }
}
