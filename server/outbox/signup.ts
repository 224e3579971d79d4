import type { Insert } from '../store/database.ts';

/** A sign-up past the intake: typed, normalised, parsed by nobody again. */
export interface NewSignup {
  readonly form: string;
  /** As the operator calls it; `undefined` where there is one without a name. */
  readonly account?: string | undefined;
  /** Further accounts that the same contact is added to: each by a row of its own. */
  readonly alsoTo?: readonly string[] | undefined;
  readonly contact: Contact;
  /** Of the page with the form, for the funnel; absent where it was no form. */
  readonly origin?: string | undefined;
  /** What the person agreed to, as the sender reports it. For the receipt; not sent to rasa.io. */
  readonly consent?: Consent | undefined;
  /** What a form knows of it. */
  readonly evidence?: Evidence | undefined;
  /** In which of these states the contact is brought back all the same; by default in none. */
  readonly resubscribe?: readonly StickyState[] | undefined;
}

/** Why a contact at rasa.io must not be brought back unasked. */
export const stickyStates = ['unsubscribed', 'bounced', 'complained', 'archived'] as const;
export type StickyState = (typeof stickyStates)[number];

/** What goes first of all that was never tried: one visitor does not wait for a list of a million. */
export type Precedence = 'form' | 'application' | 'file';

export interface Consent {
  readonly text?: string | undefined;
  /** ISO 8601. */
  readonly at?: string | undefined;
  readonly source?: string | undefined;
}

/** What the receipt of a form's sign-up needs beside the contact. */
export interface Evidence {
  /** Of the texts that the visitor saw, BCP 47. */
  readonly lang: string;
  /** SHA-256 of these texts, in hex. */
  readonly wording: string;
  /** A keyed hash of the visitor's network, in hex. */
  readonly network: string;
  /** The checkboxes of the form that were ticked, by name. */
  readonly ticked: readonly string[];
  /** URL of the page, where the form collects it. */
  readonly page?: string | undefined;
  /** The attribute that gets the receipt's id, which is the sign-up's. */
  readonly attribute?: string | undefined;
  /** How the owner of the address confirmed it. Unix time in ms. */
  readonly confirmed?: { readonly by: 'link' | 'code'; readonly atMs: number } | undefined;
}

/** What is changed about a contact that was sent before. */
export type ChangeKind = 'update' | 'unsubscribe' | 'archive' | 'erase';

export interface Change {
  readonly kind: ChangeKind;
  /** Whether the contact had reached rasa.io when the change was asked for. */
  readonly wasDelivered: boolean;
}

export interface Signup extends NewSignup {
  /** Ours, a UUIDv7. What a client calls its sign-up only names retries. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
  /**
   * With it, nothing is added: `contact` holds the fields that are changed, and its address is empty, since
   * only a hash of it is known.
   */
  readonly change?: Change | undefined;
}

/**
 * A contact in rasa.io's format: one flat object, in which any additional name is a custom attribute. The
 * answers of a form are text; `is_subscribed` is a boolean, and only ever `true`.
 */
export type Contact = Readonly<Record<string, string | number | boolean | null>> & { readonly email: string };

/** rasa.io's id of a contact that was delivered. */
export interface ContactId {
  readonly id: string;
  /** `batch`: of one of the contacts of the call, since the order of the answer is not documented. */
  readonly of: 'contact' | 'batch';
}

/** The outcome of sending one contact to rasa.io. */
export type Outcome =
  | { readonly is: 'delivered'; readonly contactId?: ContactId | undefined }
  /**
   * Try again, not before `afterMs` (ms from now) if rasa.io or the key ring asked for a pause. A contact
   * that waits for credentials is tried earlier if the credentials change.
   */
  | {
      readonly is: 'later';
      readonly reason: string;
      readonly afterMs?: number;
      readonly waitsFor?: 'credentials';
      /** No answer came: a matter of the way there, whatever was sent. */
      readonly isUnanswered?: boolean;
    }
  /** rasa.io refuses this contact; a further attempt would fail too. */
  | { readonly is: 'refused'; readonly reason: string };

/**
 * Where sign-ups are meant to go: what was accepted for one destination is never delivered to another one.
 */
export interface Destination {
  /** The API and its base address, such as `v1 https://api.rasa.io`, or `sandbox`. */
  readonly upstream: string;
  /** Tells the accounts of one upstream apart; says nothing to others. */
  readonly account: string;
}

/**
 * The words in which rasa.io refuses a contact, without anything of the contact: it quotes addresses, also
 * percent-encoded, and may quote names.
 */
export function redacted(reason: string, contact: Contact): string {
  const values = Object.values(contact).filter((value) => typeof value === 'string');
  const personal = [...values, ...values.map(encodeURIComponent)]
    // A word of one or two letters is in every sentence.
    .filter((text) => text.length > 2)
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  const own = personal.length === 0 ? reason : reason.replace(new RegExp(personal.join('|'), 'gi'), '…');
  // Word by word: a pattern with the sign in its midst takes the square of a long word's length.
  return own.replace(/[^\s"'<>(),;:]+/g, (word) => (/.(?:@|%40)./i.test(word) ? '…' : word));
}

/** A contact that is to wait for its click, before it waits. */
export interface HeldContact {
  readonly signup: NewSignup & { readonly id: string };
  /** The keyed hash of the address. */
  readonly person: Uint8Array;
}

/** Makes the rows of contacts that wait, for the write that stores what else belongs to them. */
export type Hold = (contacts: readonly HeldContact[]) => Insert;
