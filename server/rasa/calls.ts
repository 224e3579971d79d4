import { pause } from '../system/pause.ts';
import {
  AccessDenied,
  CredentialsRefused,
  isRasaError,
  NotFound,
  RateLimited,
  Refused,
  TooLong,
  Unavailable,
  Unreachable,
  Unreadable,
  type RasaError,
} from './errors.ts';
import type { RasaAnswer, RasaHttp, RasaRequest } from './http.ts';
import type { KeyRing, TokenGrant } from './key-ring.ts';
import { isOwnAnswer, readErrorText } from './reading/answers.ts';
import { tokenHeaders } from './token-api.ts';

export type Answered = Extract<RasaAnswer, { is: 'answer' }>;

export interface Ask extends Pick<RasaRequest, 'method' | 'path' | 'json'> {
  /**
   * Whether it may be sent again when it is unknown whether it arrived. By default everything may but a POST
   * may not.
   */
  readonly isRepeatable?: boolean;
  /** What counts as success where no envelope of rasa.io's is expected; default: a 2xx in its envelope. */
  readonly isSuccess?: (answer: Answered) => boolean;
  /** Errors after which there is no further attempt, besides those that never have one. */
  readonly isFinal?: (error: RasaError) => boolean;
  /** Aborts the call, also while it waits; `ask` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls to rasa.io that end with an answer that can be used, or with a `RasaError`. */
export interface Calls {
  ask(ask: Ask): Promise<Answered>;
}

export interface RetryPolicy {
  /** The pause before each further attempt, in ms. */
  readonly delaysMs: readonly number[];
  /** Where rasa.io asks for a longer pause than this, there is no further attempt. */
  readonly longestWaitMs: number;
}

/** rasa.io's own clients make three attempts; theirs follow after 2 and 4 s too, but also after a 4xx. */
export const defaultRetries: RetryPolicy = { delaysMs: [2000, 4000], longestWaitMs: 60_000 };

/** For callers that have a queue of their own. */
export const noRetries: RetryPolicy = { delaysMs: [], longestWaitMs: 0 };

export interface CallsOptions {
  readonly http: RasaHttp;
  /** Gives each call a token; calls of the public API need none. */
  readonly keyRing?: Pick<KeyRing, 'token' | 'drop'>;
  readonly retries?: RetryPolicy;
}

const never = new AbortController().signal;

/** What a repeated deletion comes to, if the first one arrived after all. */
const gone: Answered = { is: 'answer', status: 404, body: undefined };

/**
 * The one way to call rasa.io: a token where one is needed, one more token and attempt where rasa.io refuses
 * it (401 or 403), further attempts where the fault may pass, and an error of a closed set for everything
 * else.
 */
export function createCalls({ http, keyRing, retries = defaultRetries }: CallsOptions): Calls {
  /** Errors of calls that were never sent, since there was no token. */
  const unsent = new WeakSet<RasaError>();

  return {
    async ask(ask) {
      const { signal = never } = ask;
      for (let attempt = 0; ; attempt++) {
        const result = await tryOnce(ask, signal);
        if (!isRasaError(result)) return result;
        if (attempt > 0 && ask.method === 'DELETE' && result.code === 'not_found') return gone;
        signal.throwIfAborted();
        const pauseMs = pauseBefore(attempt, result, ask);
        if (pauseMs === undefined) throw result;
        await pause(pauseMs, signal);
        signal.throwIfAborted();
      }
    },
  };

  async function tryOnce(ask: Ask, stop: AbortSignal): Promise<Answered | RasaError> {
    stop.throwIfAborted();
    const answer = await send(ask, stop);
    if (isRasaError(answer)) return answer;
    const last = isTokenRefused(answer) && keyRing ? await send(ask, stop) : answer;
    if (isRasaError(last)) return last;
    const { isSuccess = isSuccessOf(ask) } = ask;
    return is2xx(last) && isSuccess(last) ? last : errorOf(last);
  }

  async function send({ method, path, json }: Ask, stop: AbortSignal): Promise<Answered | RasaError> {
    const grant = await keyRing?.token(stop);
    if (grant && grant.is !== 'token') {
      const error = errorOfGrant(grant);
      unsent.add(error);
      return error;
    }
    const answer = await http.call({
      method,
      path,
      ...(grant && { headers: tokenHeaders(path, grant.token.reveal()) }),
      ...(json !== undefined && { json }),
      stop,
    });
    if (answer.is === 'fault') {
      const { reason, cause } = answer;
      return answer.isTooLong ? new TooLong(reason, cause) : new Unreachable(reason, cause);
    }
    if (grant && isTokenRefused(answer)) keyRing?.drop(grant.token);
    return answer;
  }

  /** `undefined` if there is no further attempt. */
  function pauseBefore(attempt: number, error: RasaError, ask: Ask): number | undefined {
    const delayMs = retries.delaysMs[attempt];
    if (delayMs === undefined || !mayPass(error) || ask.isFinal?.(error)) return undefined;
    const isUncertain = error.code !== 'rate_limited' && !unsent.has(error);
    if (isUncertain && !(ask.isRepeatable ?? ask.method !== 'POST')) return undefined;
    const askedMs = 'retryAfterMs' in error ? (error.retryAfterMs ?? 0) : 0;
    return askedMs > retries.longestWaitMs ? undefined : Math.max(delayMs, askedMs);
  }
}

function errorOfGrant(grant: Exclude<TokenGrant, { is: 'token' }>): RasaError {
  if (grant.is === 'refused') {
    return new CredentialsRefused({ status: grant.status, retryAfterMs: grant.afterMs });
  }
  const { reason, status, afterMs, cause } = grant;
  if (status === undefined) return new Unreachable(reason, cause);
  if (status === 429) return new RateLimited({ retryAfterMs: afterMs });
  return new Unavailable({ status, retryAfterMs: afterMs }, ' to the request for a token');
}

/** Whether the same call may succeed a little later. */
function mayPass({ code }: RasaError): boolean {
  switch (code) {
    case 'rate_limited':
    case 'unavailable':
    case 'unreachable':
    case 'unreadable':
      return true;
    case 'credentials_refused':
    case 'access_denied':
    case 'not_found':
    case 'refused':
    case 'too_long':
      return false;
  }
}

/** Updates and deletions have no documented body; everything else is answered in rasa.io's envelope. */
function isSuccessOf({ method }: Ask): (answer: Answered) => boolean {
  const mayBeEmpty = method === 'PUT' || method === 'DELETE';
  return ({ body, text }) => isOwnAnswer(body) || (mayBeEmpty && text?.trim() === '');
}

function is2xx({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

/**
 * The token expired, or was revoked with its key. Clients have met 401; 403 is just as likely for a revoked
 * key.
 */
function isTokenRefused({ status }: Answered): boolean {
  return status === 401 || status === 403;
}

/**
 * What an answer that is no success says. Only rasa.io itself refuses: the same status of a gateway, as
 * during a redeployment, says nothing about what was sent.
 */
function errorOf(answer: Answered): RasaError {
  const { status, body, retryAfterMs } = answer;
  const text = readErrorText(body);
  if (is2xx(answer)) return new Unreadable({ status, what: 'its own envelope' });
  if (isTokenRefused(answer)) return new AccessDenied({ status, text });
  if (status === 429) return new RateLimited({ retryAfterMs });
  const isOwnRefusal = status >= 400 && status < 500 && status !== 408 && isOwnAnswer(body);
  if (!isOwnRefusal) return new Unavailable({ status, retryAfterMs });
  return status === 404 ? new NotFound({ text }) : new Refused({ status, text });
}
