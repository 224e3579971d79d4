/**
 * Why a call to rasa.io did not succeed: a closed set, told apart by `code`. Anything else that is thrown is
 * a bug, or the reason of the caller's own abort signal. Messages never contain secrets, addresses or
 * rasa.io's texts, which may quote an address; those are in `text`.
 */
export type RasaError =
  | CredentialsRefused
  | AccessDenied
  | NotFound
  | Refused
  | RateLimited
  | Unavailable
  | Unreachable
  | Unreadable
  | TooLong;

export function isRasaError(value: unknown): value is RasaError {
  return value instanceof RasaFailure;
}

abstract class RasaFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** rasa.io makes no token of the credentials: a wrong or revoked key, user name or password. */
export class CredentialsRefused extends RasaFailure {
  override readonly name = 'CredentialsRefused';
  readonly code = 'credentials_refused';
  /** Of the last refusal. */
  readonly status: number;
  /** Until the credentials are tried again, in ms: calls before that are not sent. */
  readonly retryAfterMs: number;

  constructor({ status, retryAfterMs }: { readonly status: number; readonly retryAfterMs: number }) {
    super(`rasa.io refuses the credentials (${status})`);
    [this.status, this.retryAfterMs] = [status, retryAfterMs];
  }
}

/** The credentials are good, but two tokens in a row were refused here (401 or 403). */
export class AccessDenied extends RasaFailure {
  override readonly name = 'AccessDenied';
  readonly code = 'access_denied';
  readonly status: number;
  readonly text: string | undefined;

  constructor({ status, text }: Answer) {
    super(`rasa.io answered ${status}`);
    [this.status, this.text] = [status, text];
  }
}

/** rasa.io itself says that there is no such thing (404 in its own envelope). */
export class NotFound extends RasaFailure {
  override readonly name = 'NotFound';
  readonly code = 'not_found';
  readonly status = 404;
  readonly text: string | undefined;

  constructor({ text, cause }: Pick<Answer, 'text' | 'cause'>) {
    super('rasa.io answered 404', cause);
    this.text = text;
  }
}

/** rasa.io itself refuses what was sent: another 4xx in its own envelope, or an entry without an id. */
export class Refused extends RasaFailure {
  override readonly name = 'Refused';
  readonly code = 'refused';
  readonly status: number;
  readonly text: string | undefined;

  constructor({ status, text, cause }: Answer) {
    super(status < 300 ? `rasa.io answered ${status} without an id` : `rasa.io answered ${status}`, cause);
    [this.status, this.text] = [status, text];
  }
}

/** rasa.io asks for fewer calls (429). */
export class RateLimited extends RasaFailure {
  override readonly name = 'RateLimited';
  readonly code = 'rate_limited';
  readonly status = 429;
  /** How long rasa.io asks to wait, in ms, where it does. */
  readonly retryAfterMs: number | undefined;

  constructor({ retryAfterMs }: Pick<Answer, 'retryAfterMs'>) {
    super('rasa.io answered 429');
    this.retryAfterMs = retryAfterMs;
  }
}

/** A fault of rasa.io's or of a gateway in front of it: 5xx, 408, 3xx, or a 4xx that is not rasa.io's. */
export class Unavailable extends RasaFailure {
  override readonly name = 'Unavailable';
  readonly code = 'unavailable';
  readonly status: number;
  /** How long rasa.io asks to wait, in ms, where it does. */
  readonly retryAfterMs: number | undefined;

  constructor({ status, retryAfterMs, cause }: Answer, to = '') {
    super(`rasa.io answered ${status}${to}`, cause);
    [this.status, this.retryAfterMs] = [status, retryAfterMs];
  }
}

/** No answer: the name, the network, TLS, a proxy, or the time limit. The message says which. */
export class Unreachable extends RasaFailure {
  override readonly name = 'Unreachable';
  readonly code = 'unreachable';
}

/** An answer with a status of success that is not rasa.io's: no envelope, or not what belongs in it. */
export class Unreadable extends RasaFailure {
  override readonly name = 'Unreadable';
  readonly code = 'unreadable';
  readonly status: number;

  constructor({ status, what }: { readonly status: number; readonly what: string }) {
    super(`rasa.io answered ${status} without ${what}`);
    this.status = status;
  }
}

/** An answer longer than the client reads. A smaller page helps. */
export class TooLong extends RasaFailure {
  override readonly name = 'TooLong';
  readonly code = 'too_long';
}

interface Answer {
  readonly status: number;
  readonly text?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}
