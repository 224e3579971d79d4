/** A sign-up that has passed the intake: typed and normalised. No later code parses it again. */
export interface Signup {
  /** Made by the client, or by the intake if the client sent none. The same id means the same sign-up. */
  readonly id: string;
  readonly form: string;
  readonly contact: Contact;
  /** URL of the page that the form was on. */
  readonly page?: string;
  /** When it was accepted: ISO 8601, UTC. */
  readonly acceptedAt: string;
}

/**
 * A contact in rasa.io's format: one flat object, in which any additional name is a custom attribute. Field
 * values are text; `is_subscribed` is a boolean, and only ever `true`.
 */
export type Contact = Readonly<Record<string, string | boolean>> & { readonly email: string };

/** The outcome of sending one contact to rasa.io. */
export type Outcome =
  | { readonly is: 'delivered' }
  /**
   * Try again, not before `afterMs` (ms from now) if rasa.io or the key ring asked for a pause. A contact
   * that waits for credentials is tried earlier if the credentials change.
   */
  | {
      readonly is: 'later';
      readonly reason: string;
      readonly afterMs?: number;
      readonly waitsFor?: 'credentials';
    }
  /** rasa.io refuses this contact; a further attempt would fail too. */
  | { readonly is: 'refused'; readonly reason: string };
