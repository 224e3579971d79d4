/**
 * The sign-up as it travels: the form's own fields, flat, plus these, as `application/x-www-form-urlencoded` or JSON
 * with the same names.
 */
export interface SignupEnvelope {
  /** Made by the client, once for one set of values, so that a double click or a retry is one sign-up. */
  readonly id?: string;
  /** Address of the page the form stands on, without query and fragment. */
  readonly page?: string;
  /** The proof of work: base64 of the JSON of a `Proof`. Counts once. */
  readonly proof?: string;
  /** The honeypot: people do not see it, and browsers and password managers are asked to leave it alone. */
  readonly your_message?: string;
  /** A plain form's way: what the page that asks for one more click carries. Counts once. */
  readonly token?: string;
  /** A plain form's way: where the browser goes afterwards, when the form's operator allows that address. */
  readonly redirect?: string;
}

/** The name of the honeypot's field: one that no autofill knows. */
export const honeypot = 'your_message' satisfies keyof SignupEnvelope;

/**
 * What `GET <form>/challenge` answers: a challenge of ALTCHA's second protocol. The solver counts up from 0 until
 * PBKDF2 (SHA-256, `cost` iterations, `salt`, of `nonce` followed by the counter as 32 bits, big-endian) gives a key
 * that begins with `keyPrefix`. Bytes are in hex.
 */
export interface Challenge {
  readonly parameters: {
    readonly algorithm: string;
    readonly cost: number;
    readonly keyLength: number;
    readonly keyPrefix: string;
    readonly nonce: string;
    readonly salt: string;
    /** Seconds since 1970, on the server's clock. */
    readonly expiresAt: number;
    /** `issuedAt` is on the same clock. */
    readonly data: { readonly form: string; readonly issuedAt: number };
  };
  readonly signature: string;
}

/** What goes back, with the challenge exactly as it came. */
export interface Proof {
  readonly challenge: Challenge;
  readonly solution: { readonly counter: number; readonly derivedKey: string };
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
  | 'bot_suspected'
  | 'no_such_form'
  | 'not_found'
  | 'method_not_allowed'
  | 'unavailable'
  | 'internal';

/** What can be wrong with one field. */
export type IssueCode =
  | 'missing'
  | 'malformed'
  | 'too_long'
  | 'unknown'
  /** An address of a provider whose addresses are thrown away. */
  | 'disposable'
  /** An address with other letters than a to z before its @, which not every mail system can reach. */
  | 'not_ascii';
