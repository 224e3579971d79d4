import type { Outcome, Contact } from '../outbox/signup.ts';
import { pause } from '../system/pause.ts';
import { isOwnAnswer } from './answers.ts';
import type { RasaAnswer, RasaHttp } from './http.ts';
import type { KeyRing } from './key-ring.ts';

export type Answered = Extract<RasaAnswer, { is: 'answer' }>;
export type Later = Extract<Outcome, { is: 'later' }>;

/** Calls that carry a token. */
export interface AuthorizedCalls {
  /** Sends one POST, and a second one with a new token if rasa.io rejects the token (401 or 403). */
  post(path: string, json: unknown, stop: AbortSignal): Promise<Answered | Later>;
}

export function createAuthorizedCalls(http: RasaHttp, keyRing: KeyRing): AuthorizedCalls {
  return {
    async post(path, json, stop) {
      const answer = await postOnce(path, json, stop);
      return answer.is === 'answer' && isTokenRefused(answer) ? postOnce(path, json, stop) : answer;
    },
  };

  async function postOnce(path: string, json: unknown, stop: AbortSignal): Promise<Answered | Later> {
    const grant = await keyRing.token(stop);
    if (grant.is === 'later') return grant;
    if (grant.is === 'refused') {
      const reason = `rasa.io refuses the credentials (${grant.status})`;
      return { is: 'later', reason, afterMs: grant.afterMs, waitsFor: 'credentials' };
    }
    const answer = await http.call({
      method: 'POST',
      path,
      headers: { 'rasa-token': grant.token.reveal() },
      json,
      stop,
    });
    if (answer.is === 'fault') return { is: 'later', reason: answer.reason, isUnanswered: true };
    if (isTokenRefused(answer)) keyRing.drop(grant.token);
    return answer;
  }
}

/**
 * Sends persons one at a time, with a pause before each. Once one has to wait, the rest are not sent and get
 * the same outcome.
 */
export async function oneByOne(
  persons: readonly Contact[],
  minIntervalMs: number,
  stop: AbortSignal,
  addOne: (person: Contact) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const person of persons) {
    const last = outcomes.at(-1);
    if (last?.is === 'later') {
      // rasa.io is unavailable or asked for a pause: the others would get the same answer.
      outcomes.push(last);
      continue;
    }
    await pause(minIntervalMs, stop);
    outcomes.push(await addOne(person));
  }
  return outcomes;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

export function later({ status, retryAfterMs }: Answered): Later {
  return {
    is: 'later',
    reason: `rasa.io answered ${status}${isSuccess(status) ? ' without its own envelope' : ''}`,
    ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
  };
}

/**
 * Whether rasa.io itself refuses the content of a call: one of these statuses, in its own envelope. The same
 * status of a gateway, as during a redeployment, says nothing about a contact.
 */
export function isRefusedContent({ status, body }: Answered, statuses: readonly number[]): boolean {
  return statuses.includes(status) && isOwnAnswer(body);
}

/**
 * The token expired, or was revoked with its key. Clients have met 401; 403 is just as likely for a revoked
 * key.
 */
function isTokenRefused({ status }: Answered): boolean {
  return status === 401 || status === 403;
}
