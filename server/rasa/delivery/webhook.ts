import type { Contact, Outcome } from '../../outbox/signup.ts';
import { createCalls, noRetries } from '../calls.ts';
import type { RasaHttp } from '../http.ts';
import { postSignup } from '../public/signup.ts';
import { oneByOne, outcomeOf, type Delivery } from './outcomes.ts';

export interface WebhookOptions {
  readonly http: RasaHttp;
  readonly guid: string;
}

/**
 * Deliveries by the webhook behind rasa.io's own sign-up form. It needs no key and takes three fields of a
 * person; others are left out. 400 and 422 in rasa.io's envelope count as a refusal of that person. Every
 * other status may be about the GUID, which must not make a person a dead letter; all sign-ups then wait.
 */
export function createWebhookDelivery({ http, guid }: WebhookOptions): Delivery {
  const calls = createCalls({ http, retries: noRetries });
  return {
    addPersons: (persons, stop) => oneByOne(persons, (person) => addOne(person, stop)),
  };

  async function addOne({ email, first_name, last_name }: Contact, stop: AbortSignal): Promise<Outcome> {
    try {
      await postSignup(calls, guid, { email, first_name, last_name }, stop);
      return { is: 'delivered' };
    } catch (error) {
      const outcome = outcomeOf(error, [400, 422], stop);
      const { status } = error as { readonly status?: number };
      if (outcome.is !== 'later' || !isGuidSuspect(status)) return outcome;
      return { ...outcome, reason: `${outcome.reason}; check RASA_SIGNUP_GUID` };
    }
  }
}

function isGuidSuspect(status = 0): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
