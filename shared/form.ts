import type { IssueCode, ProblemCode } from './signup.ts';

/**
 * The definition of a form. The server owns it and compiles it to the schema that validates sign-ups; the
 * widget turns the same definition into inputs. Field names and limits are defined here and nowhere else.
 */
export interface FormDefinition {
  readonly id: string;
  /** BCP 47 tag of the language of the labels and texts. */
  readonly lang: string;
  /** The writing direction of that language. */
  readonly dir: 'ltr' | 'rtl';
  /** The form's title: on its own page, above a dialog, on the button that opens one. */
  readonly title: string;
  /** One or two sentences for visitors who hesitate. */
  readonly intro?: string;
  readonly fields: readonly FormField[];
  readonly texts: FormTexts;
  /** Whether a sign-up needs a proof of work. `GET <form>/challenge` returns the challenge for it. */
  readonly proof: boolean;
  /** Where the browser goes after an accepted sign-up, instead of staying on its page. */
  readonly redirect?: string;
  /** The part of the script that draws what this form has and others do not. Loaded with the form. */
  readonly part?: 'newsletters';
}

export type FormField = AskedField | HiddenField;

/** A field that visitors see and answer. */
export type AskedField = TextField | ChoiceField | NewslettersField | CheckboxField;

interface Asked {
  /** The name on the wire. The built-in names are those of rasa.io. */
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  /** Shown under the label and announced with the field. */
  readonly help?: string;
  /** Texts for this field's issues that replace the general ones in `texts`. */
  readonly issues?: Partial<Readonly<Record<IssueCode, string>>>;
}

/** A field that is typed, or picked in a control that also allows typing. The value is sent as text. */
export interface TextField extends Asked {
  readonly type: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date';
  /** In UTF-16 code units, like `String.length` and the `maxlength` attribute. */
  readonly maxLength: number;
  /** An HTML autofill token, see https://html.spec.whatwg.org/#autofill. */
  readonly autocomplete?: string;
  readonly placeholder?: string;
  /** The pattern that the whole value must match, as in the `pattern` attribute (flag `v`). */
  readonly pattern?: string;
  /**
   * Least and greatest value of a number, or of a date as YYYY-MM-DD, as in the `min` and `max` attributes.
   */
  readonly min?: string;
  readonly max?: string;
  /**
   * Allows any letters before the @ of an address, which the browser's own check of `type="email"` rejects.
   */
  readonly international?: true;
}

/** A choice of one among several options. */
export interface ChoiceField extends Asked {
  readonly type: 'select' | 'radio';
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/**
 * Any number of newsletters, as boxes that are never ticked in advance. The value is the values of the ticked
 * ones with commas between them; a form without scripts sends one value for each.
 */
export interface NewslettersField extends Asked {
  readonly type: 'newsletters';
  readonly options: ChoiceField['options'];
}

/** A box that sends `ticked` when it is ticked and nothing otherwise. It is never ticked in advance. */
export interface CheckboxField extends Asked {
  readonly type: 'checkbox';
  /** A link behind the label, such as the privacy policy that the visitor agrees to. */
  readonly link?: { readonly href: string; readonly label: string };
}

/** A field that the widget fills in without asking the visitor. */
export interface HiddenField {
  readonly name: string;
  readonly type: 'hidden';
  /**
   * The page's URL without query and fragment, the referrer, or a parameter of the page's query
   * (`?utm_source`).
   */
  readonly from: 'page' | 'referrer' | `?${string}`;
  /** Longer values are truncated, because the visitor could not correct them. */
  readonly maxLength: number;
}

/** The value that a ticked box sends. */
export const ticked = 'yes';

/** Whether a field of this type is written left to right in every language. */
export function isLeftToRight(type: TextField['type']): boolean {
  return type === 'email' || type === 'url' || type === 'tel';
}

/** All texts of a form other than its labels. A new problem code does not compile until it has a text. */
export interface FormTexts {
  readonly submit: string;
  readonly sending: string;
  /** In one sentence: on the page that a browser without scripts gets, and in forms of earlier versions. */
  readonly accepted: string;
  /** The widget's three lines: a heading, a sentence with `{address}`, and what to do if no email arrives. */
  readonly acceptedTitle: string;
  readonly acceptedFor: string;
  readonly acceptedNext: string;
  /** Shown behind the label of an optional field. */
  readonly optional: string;
  /** Suggests another address; `{address}` is the placeholder for it. */
  readonly suggestion: string;
  /** The button that accepts the suggestion. */
  readonly takeSuggestion: string;
  /** The button that closes an overlay. */
  readonly close: string;
  /** The honeypot's label, for visitors who see it after all. */
  readonly leaveEmpty: string;
  readonly issues: Readonly<Record<IssueCode, string>>;
  readonly problems: Readonly<Record<VisibleProblem, string>>;
}

/**
 * The problems that a visitor can meet: the server's codes, and `unreachable`, which only the browser can
 * detect.
 */
export type VisibleProblem = ProblemCode | 'unreachable';

/** Limits of a request. All are in UTF-16 code units, except `bodyBytes` (bytes) and `names` (a count). */
export const limits = {
  /** RFC 5321 4.5.3.1.3 allows a path of 256 octets, two of which are its angle brackets. */
  email: 254,
  /** rasa.io documents no length; this limit is ours. */
  name: 100,
  /** A UUID has 36. */
  id: 64,
  /** The length of a URL that browsers and servers commonly handle. */
  page: 2048,
  /** A `Proof` has about 800 characters. */
  proof: 2048,
  token: 2048,
  bodyBytes: 16 * 1024,
  /** The number of names in a body; a form has about a dozen. */
  names: 100,
} as const;
