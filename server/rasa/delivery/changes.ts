import type { ChangeKind, Contact, Outcome } from '../../outbox/signup.ts';
import { createCalls, noRetries } from '../calls.ts';
import { createV1, createV2 } from '../client.ts';
import { isRasaError } from '../errors.ts';
import type { PersonChanges } from '../persons/person.ts';
import { outcomeOf, type DeliveryOptions } from './outcomes.ts';

/** One change of a contact that is at rasa.io. */
export interface PersonChange {
  readonly kind: ChangeKind;
  /** rasa.io's id. */
  readonly id: string;
  /** With `update`: what is changed, as in `Contact`. */
  readonly fields: Omit<Contact, 'email'>;
}

/** Never throws because of rasa.io's answers or the network. */
export type ChangePerson = (change: PersonChange, stop: AbortSignal) => Promise<Outcome>;

export function createPersonChanges({ http, keyRing }: DeliveryOptions): ChangePerson {
  const { persons } = createV1(createCalls({ http, keyRing, retries: noRetries }));
  return (change, signal) =>
    outcome(change, signal, async () => {
      const { kind, id, fields } = change;
      switch (kind) {
        case 'update':
          return persons.update(id, changesOf(fields), { signal });
        case 'unsubscribe':
          return persons.unsubscribe(id, { signal });
        case 'archive': {
          // The API wants the external id along where the person has one.
          const { external_id } = await persons.get(id, { signal });
          const isKnown = typeof external_id === 'string' && external_id !== '';
          return persons.archive(id, { signal, ...(isKnown && { external_id }) });
        }
        case 'erase':
          return persons.remove(id, { signal });
      }
    });
}

/** Experimental, as everything of version 2. */
export function createContactChanges({ http, keyRing }: DeliveryOptions): ChangePerson {
  const { contacts } = createV2(createCalls({ http, keyRing, retries: noRetries }));
  return (change, signal) => {
    const { kind, id, fields } = change;
    if (kind === 'erase') {
      const reason = 'Version 2 of the API cannot delete a contact. Delete it at rasa.io.';
      return Promise.resolve({ is: 'refused', reason });
    }
    return outcome(change, signal, () => {
      switch (kind) {
        case 'update': {
          const { first_name, last_name, ...options } = fields;
          const names = { ...textOf('first_name', first_name), ...textOf('last_name', last_name) };
          return contacts.update(
            id,
            { ...names, ...(Object.keys(options).length > 0 && { options }) },
            { signal },
          );
        }
        case 'unsubscribe':
          return contacts.update(id, { can_email: false }, { signal });
        case 'archive':
          return contacts.archive(id, { signal });
      }
    });
  };
}

const refusals = [400, 404, 409, 422];

async function outcome(
  { kind }: PersonChange,
  stop: AbortSignal,
  call: () => Promise<void>,
): Promise<Outcome> {
  try {
    await call();
    return { is: 'delivered' };
  } catch (error) {
    const isGone = isRasaError(error) && error.code === 'not_found';
    if (isGone && (kind === 'archive' || kind === 'erase')) return { is: 'delivered' };
    return outcomeOf(error, refusals, stop);
  }
}

const ownFields = ['first_name', 'last_name', 'external_id', 'segment_code'];

function changesOf(fields: Omit<Contact, 'email'>): PersonChanges {
  const entries = Object.entries(fields);
  return {
    ...Object.fromEntries(entries.filter(([name]) => ownFields.includes(name))),
    attributes: Object.fromEntries(entries.filter(([name]) => !ownFields.includes(name))),
  };
}

/** A text that is to be empty is sent as one: version 2 knows no null there. */
function textOf(name: string, value: unknown): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: typeof value === 'string' ? value : '' };
}
