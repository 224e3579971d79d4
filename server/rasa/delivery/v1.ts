import type { ContactId, Outcome } from '../../outbox/signup.ts';
import { createCalls, noRetries } from '../calls.ts';
import { savePersons, type Saved } from '../persons/saving.ts';
import { later, type Delivery, type DeliveryOptions } from './outcomes.ts';

/** Deliveries by version 1 of the API. The outbox tries again what has to wait. */
export function createPersonsDelivery({ http, keyRing }: DeliveryOptions): Delivery {
  const calls = createCalls({ http, keyRing, retries: noRetries });
  return {
    addPersons: async (persons, stop) => (await savePersons(calls, persons, stop)).map(outcomeOfSaved),
  };
}

function outcomeOfSaved(saved: Saved): Outcome {
  switch (saved.is) {
    case 'saved':
      return { is: 'delivered', contactId: contactIdOf(saved) };
    case 'refused':
      return { is: 'refused', reason: saved.text };
    case 'failed':
      return later(saved.error);
  }
}

function contactIdOf({ id, idInBatch }: Extract<Saved, { is: 'saved' }>): ContactId | undefined {
  if (id !== undefined) return { id, of: 'contact' };
  return idInBatch === undefined ? undefined : { id: idInBatch, of: 'batch' };
}
