import { pause } from '../pause.ts';
import type { Outcome, Person } from '../signup.ts';
import { hasId, readErrorText, readResults } from './answers.ts';
import type { KeyRing } from './key-ring.ts';
import type { RasaAnswer, RasaHttp } from './http.ts';

/** rasa.io's API v1, as far as the product uses it. Each method answers with outcomes and never throws for rasa.io's sake. */
export interface RasaClient {
  /**
   * Adds or updates persons (rasa.io's POST is an upsert) and says what became of each, in the order given. A batch
   * whose answer does not account for every person is repeated one by one, which the upsert makes harmless.
   */
  addPersons(persons: readonly Person[], stop: AbortSignal): Promise<readonly Outcome[]>;
}

export interface RasaClientOptions {
  readonly http: RasaHttp;
  readonly keyRing: KeyRing;
  /** Between two calls, for politeness; rasa.io publishes no limit and its other clients keep 200 ms. */
  readonly minIntervalMs?: number;
}

type Answered = Extract<RasaAnswer, { is: 'answer' }>;
type Later = Extract<Outcome, { is: 'later' }>;

/** Statuses that condemn what was sent, not the moment or the sender. */
const refusals: readonly number[] = [400, 404, 409, 422];

export function createRasaClient({ http, keyRing, minIntervalMs = 200 }: RasaClientOptions): RasaClient {
  return {
    async addPersons(persons, stop) {
      const [first] = persons;
      if (first && persons.length === 1) return [await addOne(first, stop)];
      const answer = await post(persons, stop);
      if (answer.is !== 'answer') return persons.map(() => answer);
      if (isSuccess(answer.status)) {
        const results = readResults(answer.body);
        if (results.length === persons.length && results.every(hasId)) {
          return persons.map(() => ({ is: 'delivered' }));
        }
      } else if (!refusals.includes(answer.status)) {
        return persons.map(() => later(answer));
      }
      return addOneByOne(persons, stop);
    },
  };

  async function addOneByOne(persons: readonly Person[], stop: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const person of persons) {
      const last = outcomes.at(-1);
      if (last?.is === 'later') {
        // rasa.io is away or asked for a pause: the rest would only meet the same.
        outcomes.push(last);
        continue;
      }
      await pause(minIntervalMs, stop);
      outcomes.push(await addOne(person, stop));
    }
    return outcomes;
  }

  async function addOne(person: Person, stop: AbortSignal): Promise<Outcome> {
    const answer = await post(person, stop);
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

  /** One POST; where rasa.io does not take the token, one more with a new one. */
  async function post(json: unknown, stop: AbortSignal): Promise<Answered | Later> {
    const answer = await postOnce(json, stop);
    return answer.is === 'answer' && isTokenRefused(answer) ? postOnce(json, stop) : answer;
  }

  async function postOnce(json: unknown, stop: AbortSignal): Promise<Answered | Later> {
    const grant = await keyRing.token(stop);
    if (grant.is === 'later') return grant;
    if (grant.is === 'refused') {
      const reason = `rasa.io refuses the credentials (${grant.status})`;
      return { is: 'later', reason, afterMs: grant.afterMs, waitsFor: 'credentials' };
    }
    const answer = await http.call({
      method: 'POST',
      path: '/v1/persons',
      headers: { 'rasa-token': grant.token.reveal() },
      json,
      stop,
    });
    if (answer.is === 'fault') return { is: 'later', reason: answer.reason };
    if (isTokenRefused(answer)) keyRing.drop(grant.token);
    return answer;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Expired, or ended with its key: 401 is what clients have met, 403 is as likely for a key that was revoked. */
function isTokenRefused({ status }: Answered): boolean {
  return status === 401 || status === 403;
}

function later({ status, retryAfterMs }: Answered): Later {
  return {
    is: 'later',
    reason: `rasa.io answered ${status}`,
    ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
  };
}
