import type { Outcome, Contact } from '../outbox/signup.ts';
import { hasId, isOwnAnswer, readErrorText, readResults } from './answers.ts';
import { createAuthorizedCalls, isRefusedContent, isSuccess, later, oneByOne } from './calls.ts';
import type { RasaHttp } from './http.ts';
import type { KeyRing } from './key-ring.ts';

/**
 * The part of rasa.io's API that the product uses. Methods return outcomes; they never throw because of
 * rasa.io's answers or the network.
 */
export interface RasaClient {
  /** Adds or updates persons. Returns one outcome per person, in the same order. */
  addPersons(persons: readonly Contact[], stop: AbortSignal): Promise<readonly Outcome[]>;
}

export interface RasaClientOptions {
  readonly http: RasaHttp;
  readonly keyRing: KeyRing;
  /**
   * Pause between two calls, in ms, to limit the load on rasa.io; 200 by default. rasa.io publishes no limit,
   * and its other clients keep 200 ms.
   */
  readonly minIntervalMs?: number;
}

/** Statuses that refuse the content, rather than report a temporary fault or refuse the credentials. */
const refusals: readonly number[] = [400, 404, 409, 422];

/**
 * Client for version 1 of the API. Its POST is an upsert, so a batch whose answer does not account for every
 * person can be repeated one by one.
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
      }
      const isAboutPersons = isSuccess(answer.status)
        ? isOwnAnswer(answer.body)
        : isRefusedContent(answer, refusals);
      if (!isAboutPersons) return persons.map(() => later(answer));
      return oneByOne(persons, minIntervalMs, stop, (person) => addOne(person, stop));
    },
  };

  async function addOne(person: Contact, stop: AbortSignal): Promise<Outcome> {
    const answer = await calls.post('/v1/persons', person, stop);
    if (answer.is !== 'answer') return answer;
    const { status, body } = answer;
    if (isRefusedContent(answer, refusals)) {
      return { is: 'refused', reason: readErrorText(body) ?? `rasa.io answered ${status}` };
    }
    if (!isSuccess(status)) return later(answer);
    const [entry] = readResults(body);
    if (hasId(entry)) return { is: 'delivered' };
    if (!isOwnAnswer(body)) return later(answer);
    return {
      is: 'refused',
      reason: readErrorText(body, entry) ?? `rasa.io answered ${status} without an id`,
    };
  }
}
