/** A request to sign somebody up, as far as the door has to know of it. */
export interface SignupPost {
  readonly form: string;
  /** The Origin header. */
  readonly origin: string | undefined;
  /** The Host header. */
  readonly host: string | undefined;
  /** The visitor's address, read from behind the proxies that are trusted. */
  readonly ip: string;
  /** Sent by a form without script: the browser goes to the answer and shows it. */
  readonly plain: boolean;
  readonly headers: BrowserHeaders;
  readonly contentType: string | undefined;
  /** Reads the body, which is not asked for before the cheap checks have passed. */
  readonly readBody: (maxBytes: number) => Promise<Body>;
}

/** Headers that every browser sends with a form. */
export interface BrowserHeaders {
  readonly userAgent: string | undefined;
  readonly acceptLanguage: string | undefined;
  /** Since 2020 (Safari since 2023), on https. */
  readonly secFetchSite: string | undefined;
}

export type Body =
  | { readonly is: 'whole'; readonly bytes: Uint8Array }
  | { readonly is: 'too_large' }
  /** It ended before it was there. */
  | { readonly is: 'broken' };

/** A sign-up past the door: typed, normalised, parsed by nobody again. */
export interface Signup {
  /** Made by the client, or at the door where it sent none; the same id is the same sign-up. */
  readonly id: string;
  readonly form: string;
  readonly person: Person;
  /** Address of the page the form stood on. */
  readonly page?: string;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
}

/**
 * A contact as rasa.io takes it: one flat object, where any further name is a custom attribute. What was typed is text;
 * `is_subscribed` is no text, and only ever true.
 */
export type Person = Readonly<Record<string, string | boolean>> & { readonly email: string };

/** What became of one person that was handed to rasa.io. */
export type Outcome =
  | { readonly is: 'delivered' }
  /**
   * Try again, not before `afterMs` where rasa.io or the key ring asked for a pause. What waits for credentials is
   * tried before that when there are other ones.
   */
  | {
      readonly is: 'later';
      readonly reason: string;
      readonly afterMs?: number;
      readonly waitsFor?: 'credentials';
    }
  /** rasa.io will not take this person; trying again would not change that. */
  | { readonly is: 'refused'; readonly reason: string };
