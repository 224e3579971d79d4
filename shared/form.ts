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
  /** What the form is called: on its own page, over a dialog, on the button that opens one. */
  readonly title: string;
  /** A sentence or two for whoever hesitates. */
  readonly intro?: string;
  readonly fields: readonly FormField[];
  readonly texts: FormTexts;
  /** Whether a sign-up has to carry a proof of work, whose challenge `GET <form>/challenge` gives. */
  readonly proof: boolean;
  /** Where the browser goes once a sign-up is accepted, instead of staying on its page. */
  readonly redirect?: string;
}

export type FormField = AskedField | HiddenField;

/** A field that people see and answer. */
export type AskedField = TextField | ChoiceField | CheckboxField;

interface Asked {
  /** The name on the wire; the built-in names are rasa.io's own. */
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  /** Stands under the label, and is read out with the field. */
  readonly help?: string;
  /** Words for this field's issues where the general ones in `texts` are not good enough. */
  readonly issues?: Partial<Readonly<Record<IssueCode, string>>>;
}

/** What is typed, or picked as one types; travels as text. */
export interface TextField extends Asked {
  readonly type: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date';
  /** In UTF-16 code units, as `String.length` and the `maxlength` attribute count. */
  readonly maxLength: number;
  /** An HTML autofill token, see https://html.spec.whatwg.org/#autofill. */
  readonly autocomplete?: string;
  readonly placeholder?: string;
  /** What the whole of it has to match, as the attribute of that name has it (flag `v`). */
  readonly pattern?: string;
  /** Of a number, or of a date as YYYY-MM-DD: the least and the greatest, as the attributes of these names. */
  readonly min?: string;
  readonly max?: string;
  /** An address may have any letters before its @, which the browser's own check of `type="email"` does not allow. */
  readonly international?: true;
}

/** One of several. */
export interface ChoiceField extends Asked {
  readonly type: 'select' | 'radio';
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Yes or nothing: `ticked` travels where it is ticked. Never ticked beforehand. */
export interface CheckboxField extends Asked {
  readonly type: 'checkbox';
  /** Stands behind the label, such as the privacy policy that is agreed to. */
  readonly link?: { readonly href: string; readonly label: string };
}

/** Filled in by the widget, without asking. */
export interface HiddenField {
  readonly name: string;
  readonly type: 'hidden';
  /** The page's address without query and fragment, the page before it, or a parameter of the page's query (`?utm_source`). */
  readonly from: 'page' | 'referrer' | `?${string}`;
  /** What is longer is cut off: nobody could mend it. */
  readonly maxLength: number;
}

/** What a ticked box says. */
export const ticked = 'yes';

/** Whether what is typed into it runs from left to right in every language. */
export function isLeftToRight(type: TextField['type']): boolean {
  return type === 'email' || type === 'url' || type === 'tel';
}

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
  /** Closes what the form stands in, where that was opened over the page. */
  readonly close: string;
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
