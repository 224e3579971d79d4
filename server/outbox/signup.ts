/** A sign-up past the intake: typed, normalised, parsed by nobody again. */
export interface NewSignup {
  readonly form: string;
  readonly contact: Contact;
  /** Address of the page the form stood on. */
  readonly page?: string;
}

export interface Signup extends NewSignup {
  /** Ours, a UUIDv7. What a client calls its sign-up only names retries. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
}

/**
 * A contact as rasa.io takes it: one flat object, where any further name is a custom attribute. What was typed is text;
 * `is_subscribed` is no text, and only ever true.
 */
export type Contact = Readonly<Record<string, string | boolean>> & { readonly email: string };

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

/** Where sign-ups are meant to go: what was accepted for one destination is never delivered to another one. */
export interface Destination {
  /** The API and its base address, such as `v1 https://api.rasa.io`, or `sandbox`. */
  readonly upstream: string;
  /** Tells the accounts of one upstream apart; says nothing to others. */
  readonly account: string;
}
