import type { Contact } from '../../outbox/signup.ts';
import { createCalls, noRetries } from '../calls.ts';
import { isTaken } from '../reading/answers.ts';
import { readIdOfNew } from '../v2/reading.ts';
import { oneByOne, outcomeOf, type Delivery, type DeliveryOptions } from './outcomes.ts';

/**
 * Deliveries by version 2 of the API, written from its published description; no public report shows a live
 * answer. Sends one contact per call, since the format of the bulk call is not documented. A 2xx of rasa.io's
 * own counts as delivered, and so does a conflict (409): the contact exists already.
 */
export function createContactsDelivery({ http, keyRing }: DeliveryOptions): Delivery {
  const calls = createCalls({ http, keyRing, retries: noRetries });
  return {
    addPersons: (persons, stop) =>
      oneByOne(persons, async (person) => {
        try {
          const { body } = await calls.ask({
            method: 'POST',
            path: '/v2/contacts',
            json: contactOf(person),
            isSuccess: ({ status, body }) => isTaken(status, body),
            signal: stop,
          });
          const id = readIdOfNew(body);
          return { is: 'delivered', ...(id !== undefined && { contactId: { id, of: 'contact' } }) };
        } catch (error) {
          const outcome = outcomeOf(error, [400, 409, 422], stop);
          const isKnown = outcome.is === 'refused' && (error as { status?: unknown }).status === 409;
          return isKnown ? { is: 'delivered' } : outcome;
        }
      }),
  };
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
