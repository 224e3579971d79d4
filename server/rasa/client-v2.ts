import type { Outcome, Contact } from '../outbox/signup.ts';
import { isTaken, readErrorText } from './answers.ts';
import { createAuthorizedCalls, isRefusedContent, later, oneByOne } from './calls.ts';
import type { RasaClient, RasaClientOptions } from './client-v1.ts';

/**
 * Client for version 2 of the API, written from its published description; no public report shows a live
 * answer. Sends one contact per call, since the format of the bulk call is not documented. A 2xx of rasa.io's
 * own counts as delivered, and so does a conflict (409): the contact exists already.
 */
export function createContactsClient({ http, keyRing, minIntervalMs = 200 }: RasaClientOptions): RasaClient {
  const calls = createAuthorizedCalls(http, keyRing);
  return {
    addPersons: (persons, stop) => oneByOne(persons, minIntervalMs, stop, (person) => addOne(person, stop)),
  };

  async function addOne(person: Contact, stop: AbortSignal): Promise<Outcome> {
    const answer = await calls.post('/v2/contacts', contactOf(person), stop);
    if (answer.is !== 'answer') return answer;
    const { status, body } = answer;
    if (isTaken(status, body) || isRefusedContent(answer, [409])) return { is: 'delivered' };
    if (!isRefusedContent(answer, [400, 422])) return later(answer);
    return { is: 'refused', reason: readErrorText(body) ?? `rasa.io answered ${status}` };
  }
}

/** Attributes that are not fields of a contact go into `options`, version 2's place for them. */
function contactOf({ email, first_name, last_name, is_subscribed, ...options }: Contact): object {
  return {
    email,
    ...(is_subscribed === true && { can_email: true }),
    ...(first_name !== undefined && { first_name }),
    ...(last_name !== undefined && { last_name }),
    ...(Object.keys(options).length > 0 && { options }),
  };
}
