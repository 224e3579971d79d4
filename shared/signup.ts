/**
 * The names that a sign-up request has beside the form's own fields. All are flat, sent as
 * `application/x-www-form-urlencoded` or as JSON with the same names.
 */
export interface SignupEnvelope {
  /**
   * Made by the client, once for one set of values, so that a double click or a retry counts as one sign-up.
   */
  readonly id?: string;
  /**
   * URL of the page with the form, without query and fragment. For clients without the form's definition:
   * kept only where a field of the form takes it, see `HiddenField`.
   */
  readonly page?: string;
  /** The proof of work: base64 of the JSON of a `Proof`. It can be used once. */
  readonly proof?: string;
  /** The honeypot. It is hidden from people, and browsers and password managers are told to ignore it. */
  readonly your_message?: string;
  /**
   * Plain forms only: the token of the confirmation page, which asks for one more click. It can be used once.
   */
  readonly token?: string;
  /** Plain forms only: where the browser goes afterwards, if the form's operator allows that URL. */
  readonly redirect?: string;
}

/** The honeypot's field name. No autofill knows it. */
export const honeypot = 'your_message' satisfies keyof SignupEnvelope;

/**
 * The answer of `GET <form>/challenge`: a challenge of version 2 of the ALTCHA protocol. The solver counts up
 * from 0 until PBKDF2 (SHA-256, `cost` iterations, `salt`, of `nonce` followed by the counter as 32 bits,
 * big-endian) gives a key that begins with `keyPrefix`. Bytes are encoded as hex.
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
    /** Times on the same clock, in milliseconds. */
    readonly data: { readonly form: string; readonly issuedAt: number; readonly touchedAt: number };
  };
  readonly signature: string;
  /**
   * Signed: when the visitor first touched the form. Sent back as `?since=` with the request for the next
   * challenge, so that a sign-up that is sent again does not look faster than it is.
   */
  readonly since: string;
}

/** The solved challenge, exactly as received but for `since`, and its solution. */
export interface Proof {
  readonly challenge: Omit<Challenge, 'since'>;
  readonly solution: { readonly counter: number; readonly derivedKey: string };
}

/** The answer to every sign-up that was stored, whether the address is new, known or unsubscribed. */
export interface Accepted {
  readonly status: 'accepted';
}

/**
 * The answer to a sign-up that waits for a click in a mail. It is the same for every address, also for those
 * that get no mail.
 */
export interface Pending extends Accepted {
  /** What the form shows in place of its thanks. */
  readonly accepted: Readonly<Record<'acceptedTitle' | 'acceptedFor' | 'acceptedNext', string>>;
  /** The form's id. */
  readonly form: string;
  /** Where the browser goes after the confirmation. */
  readonly redirect?: string;
  /** For `POST <form>/confirmation`. */
  readonly ticket: string;
  /** Where the visitor reads mail, for a known few providers. */
  readonly mailbox?: { readonly name: string; readonly url: string };
  /** Seconds until another mail may be asked for. */
  readonly again: number;
  readonly texts: PendingTexts;
}

/** What the form says besides. */
export type PendingTexts = Readonly<
  Record<
    | 'field'
    | 'check'
    | 'wrong'
    | 'locked'
    | 'again'
    | 'againIn'
    | 'sentAgain'
    | 'other'
    | 'open'
    | 'done'
    | 'failed',
    string
  >
>;

/**
 * The answer of `POST <form>/confirmation`, with `ticket` alone, with a `code`, or with `again=1`. `locked`:
 * after five wrong codes only the link in the mail counts.
 */
export interface ConfirmationAnswer {
  readonly status: 'pending' | 'confirmed' | 'wrong' | 'locked';
}

/**
 * Why a request was not accepted: a problem detail according to RFC 9457, sent as `application/problem+json`.
 * Clients act on `code` and show their own texts; `title` and `detail` are for developers.
 */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  /** With `invalid`: the issue of each faulty field, by field name. */
  readonly issues?: Readonly<Record<string, IssueCode>>;
  /** With `rate_limited` and `unavailable`: seconds, equal to the Retry-After header. */
  readonly retry_after?: number;
  /** By which the proxy's log names the request. */
  readonly request_id?: string;
}

/**
 * The closed set of problem codes. Each has a status in `server/http/problem.ts` and texts in
 * `shared/messages/`.
 */
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
  /** The address belongs to a provider of disposable addresses. */
  | 'disposable'
  /** The address has letters other than a to z before its @. Not every mail system can reach it. */
  | 'not_ascii';
