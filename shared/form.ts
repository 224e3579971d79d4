import type { IssueCode, ProblemCode } from './signup.ts';

/**
 * What a form asks for. The server owns the definition: it compiles it to the schema that a sign-up has to pass,
 * the widget turns the same definition into inputs. Field names and limits stand here and nowhere else.
 */
export interface FormDefinition {
  readonly id: string;
  /** BCP 47 tag of the language that labels and texts are written in. */
  readonly lang: string;
  /** The direction that this language is written in. */
  readonly dir: 'ltr' | 'rtl';
  readonly fields: readonly FormField[];
  readonly texts: FormTexts;
  /** Whether a sign-up has to carry a proof of work, whose challenge `GET <form>/challenge` gives. */
  readonly proof: boolean;
}

export interface FormField {
  /** The name on the wire; the built-in names are rasa.io's own. */
  readonly name: string;
  readonly type: FieldType;
  readonly label: string;
  readonly required: boolean;
  /** In UTF-16 code units, as `String.length` and the `maxlength` attribute count. */
  readonly maxLength: number;
  /** An HTML autofill token, see https://html.spec.whatwg.org/#autofill. */
  readonly autocomplete: string;
  /** An address may have any letters before its @, which the browser's own check of `type="email"` does not allow. */
  readonly international?: true;
  /** Words for this field's issues where the general ones in `texts` are not good enough. */
  readonly issues?: Partial<Readonly<Record<IssueCode, string>>>;
}

export type FieldType = 'email' | 'text';

/** Everything a form says besides its labels. A new problem code does not compile until it has words. */
export interface FormTexts {
  readonly submit: string;
  readonly sending: string;
  readonly accepted: string;
  /** Stands behind the label of a field that may stay empty. */
  readonly optional: string;
  /** Offers another address; `{address}` stands for it. */
  readonly suggestion: string;
  /** The answer to that offer. */
  readonly takeSuggestion: string;
  /** Stands beside the honeypot, for whoever does see it. */
  readonly leaveEmpty: string;
  readonly issues: Readonly<Record<IssueCode, string>>;
  readonly problems: Readonly<Record<VisibleProblem, string>>;
}

/** The problems a visitor can meet: the server's codes, and the one that only the browser can see. */
export type VisibleProblem = ProblemCode | 'unreachable';

/** Limits on what travels, all in UTF-16 code units but the body's, in bytes and names. */
export const limits = {
  /** RFC 5321 4.5.3.1.3 allows a path of 256 octets, two of which are its angle brackets. */
  email: 254,
  /** rasa.io states no length; this is ours. */
  name: 100,
  /** A UUID has 36. */
  id: 64,
  /** What browsers and servers commonly handle as an address. */
  page: 2048,
  /** A `Proof` has about 800 characters. */
  proof: 2048,
  token: 2048,
  bodyBytes: 16 * 1024,
  /** How many names a body may have; a form asks for a dozen. */
  names: 100,
} as const;
