/**
 * The sign-up as it travels: the form's own fields, flat, plus these two, as
 * `application/x-www-form-urlencoded` or JSON with the same names.
 */
export interface SignupEnvelope {
  /** Made by the client, once for one set of values, so that a double click or a retry is one sign-up. */
  readonly id?: string;
  /** Address of the page the form stands on, without query and fragment. */
  readonly page?: string;
}

/** The answer to every sign-up that was kept, whether the address is new, known or unsubscribed. */
export interface Accepted {
  readonly status: 'accepted';
}

/**
 * Why a request was not accepted: a problem detail after RFC 9457, sent as `application/problem+json`.
 * Clients act on `code` and find their own words; `title` and `detail` are for developers.
 */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  /** With `invalid`: what is wrong, by field name. */
  readonly issues?: Readonly<Record<string, IssueCode>>;
  /** With `rate_limited` and `unavailable`: seconds, the same as the Retry-After header. */
  readonly retry_after?: number;
}

/** The closed set of reasons. Each has a status in `server/problem.ts` and words in `shared/messages/`. */
export type ProblemCode =
  | 'invalid'
  | 'malformed'
  | 'unsupported'
  | 'too_large'
  | 'origin_refused'
  | 'rate_limited'
  | 'no_such_form'
  | 'not_found'
  | 'method_not_allowed'
  | 'unavailable'
  | 'internal';

/** What can be wrong with one field. */
export type IssueCode = 'missing' | 'malformed' | 'too_long' | 'unknown';
