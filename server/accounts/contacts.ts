import { createCalls } from '../rasa/calls.ts';
import { createV1, createV2 } from '../rasa/client.ts';
import { isRasaError } from '../rasa/errors.ts';
import type { RasaHttp } from '../rasa/http.ts';
import type { KeyRing } from '../rasa/key-ring.ts';

/** A contact as rasa.io has it, whichever version of the API says so. */
export interface ContactAtRasa {
  readonly id: string;
  readonly email: string;
  /** `undefined` where rasa.io does not say it. */
  readonly isSubscribed: boolean | undefined;
  readonly isArchived: boolean;
  /** rasa.io's word for why it is unsubscribed. */
  readonly reason: string;
  readonly updated: Date | undefined;
}

/** A contact that was archived or deleted. */
export interface RemovedAtRasa {
  readonly id: string;
  /** Documented as the time of its last update. */
  readonly at: Date | undefined;
}

/**
 * The contacts of an account at rasa.io, to be read only, after deliveries. Everything rejects with a
 * `RasaError`, or with the reason of the signal.
 */
export interface AccountContacts {
  /** Live ones, page after page. Version 2 cannot be asked for them: it lists none. */
  updatedSince(since: Date, stop: AbortSignal): AsyncIterable<readonly ContactAtRasa[]>;
  /** `undefined` where there is none of this id. */
  get(id: string, stop: AbortSignal): Promise<ContactAtRasa | undefined>;
  /** Page after page. */
  removedSince(since: Date, stop: AbortSignal): AsyncIterable<readonly RemovedAtRasa[]>;
}

export function openContacts(http: RasaHttp, keyRing: KeyRing, api: 'v1' | 'v2'): AccountContacts {
  const calls = createCalls({ http, keyRing });
  return api === 'v1' ? contactsOfV1(createV1(calls).persons) : contactsOfV2(createV2(calls).contacts);
}

function contactsOfV1(persons: ReturnType<typeof createV1>['persons']): AccountContacts {
  const read = (person: Awaited<ReturnType<typeof persons.get>>): readonly ContactAtRasa[] => {
    const { id, email, is_subscribed, is_archived, unsubscribe_reason, updated } = person;
    if (id === undefined || typeof email !== 'string') return [];
    const isArchived = is_archived === true;
    return [
      { id, email, isSubscribed: is_subscribed, isArchived, reason: unsubscribe_reason ?? '', updated },
    ];
  };
  return {
    async *updatedSince(since, signal) {
      for await (const { items } of persons.list({ updated_since: since, signal }).pages()) {
        yield items.flatMap(read);
      }
    },
    get: (id, signal) => orNone(async () => read(await persons.get(id, { signal }))),
    async *removedSince(since, signal) {
      for await (const { items } of persons.deleted({ archived_since: since, signal }).pages()) {
        yield items.flatMap(({ id, archived_date: at }) => (id === undefined ? [] : [{ id, at }]));
      }
    },
  };
}

function contactsOfV2(contacts: ReturnType<typeof createV2>['contacts']): AccountContacts {
  return {
    async *updatedSince() {
      // There is no filter by time, and each day everybody would be too many.
    },
    get: (id, signal) =>
      orNone(async () => {
        const { email, can_email, can_email_code, updated } = await contacts.get(id, { signal });
        if (typeof email !== 'string') return [];
        const reason = can_email_code ?? '';
        return [{ id, email, isSubscribed: can_email, isArchived: false, reason, updated }];
      }),
    async *removedSince(since, signal) {
      for await (const { items } of contacts.removed({ archived_since: since, signal }).pages()) {
        yield items.flatMap(({ id, archived_date: at, is_archived }) =>
          // `false`: only off a list.
          id === undefined || is_archived === false ? [] : [{ id, at }],
        );
      }
    },
  };
}

async function orNone(read: () => Promise<readonly ContactAtRasa[]>): Promise<ContactAtRasa | undefined> {
  try {
    return (await read())[0];
  } catch (error) {
    if (isRasaError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}
