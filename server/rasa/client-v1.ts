import type { Outcome, Contact } from '../outbox/signup.ts';
import { hasId, readErrorText, readResults } from './answers.ts';
import { createAuthorizedCalls, isSuccess, later, oneByOne } from './calls.ts';
import type { RasaHttp } from './http.ts';
import type { KeyRing } from './key-ring.ts';

/** rasa.io, as far as the product uses it. Each method answers with outcomes and never throws for rasa.io's sake. */
export interface RasaClient {
  /** Adds or updates persons and says what became of each, in the order given. */
  addPersons(persons: readonly Contact[], stop: AbortSignal): Promise<readonly Outcome[]>;
}

export interface RasaClientOptions {
  readonly http: RasaHttp;
  readonly keyRing: KeyRing;
  /** Between two calls, for politeness; rasa.io publishes no limit and its other clients keep 200 ms. */
  readonly minIntervalMs?: number;
}

/** Statuses that condemn what was sent, not the moment or the sender. */
const refusals: readonly number[] = [400, 404, 409, 422];

/**
 * Version 1 of the API. Its POST is an upsert, so that a batch whose answer does not account for every person can be
 * repeated one by one.
 */
export function createRasaClient({ http, keyRing, minIntervalMs = 200 }: RasaClientOptions): RasaClient {
  const calls = createAuthorizedCalls(http, keyRing);
  return {
    async addPersons(persons, stop) {
      const [first] = persons;
      if (first && persons.length === 1) return [await addOne(first, stop)];
      const answer = await calls.post('/v1/persons', persons, stop);
      if (answer.is !== 'answer') return persons.map(() => answer);
      if (isSuccess(answer.status)) {
        const results = readResults(answer.body);
        if (results.length === persons.length && results.every(hasId)) {
          return persons.map(() => ({ is: 'delivered' }));
        }
      } else if (!refusals.includes(answer.status)) {
        return persons.map(() => later(answer));
      }
      return oneByOne(persons, minIntervalMs, stop, (person) => addOne(person, stop));
    },
  };

  async function addOne(person: Contact, stop: AbortSignal): Promise<Outcome> {
    const answer = await calls.post('/v1/persons', person, stop);
    if (answer.is !== 'answer') return answer;
    const { status, body } = answer;
    if (refusals.includes(status)) {
      return { is: 'refused', reason: readErrorText(body) ?? `rasa.io answered ${status}` };
    }
    if (!isSuccess(status) || body === undefined) return later(answer);
    const [entry] = readResults(body);
    if (hasId(entry)) return { is: 'delivered' };
    return {
      is: 'refused',
      reason: readErrorText(body, entry) ?? `rasa.io answered ${status} without an id`,
    };
  }
}
