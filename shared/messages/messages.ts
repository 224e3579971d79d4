import type { FormDefinition, FormTexts } from '../form.ts';

/** All of the product's texts for visitors in one language. Each language has a file beside this one. */
export interface Messages {
  /** BCP 47 tag. */
  readonly lang: string;
  readonly dir: FormDefinition['dir'];
  readonly labels: Readonly<Record<BuiltInField, string>>;
  /** Texts for the issues of a field type, where the general ones in `texts` are not specific enough. */
  readonly fieldIssues: FieldIssues;
  readonly texts: FormTexts;
  /** The page that shows only the form. */
  readonly hosted: { readonly title: string };
  /** The page that answers a form without script. */
  readonly confirm: {
    readonly title: string;
    readonly explanation: string;
    /** In place of the explanation, if the click came at once. */
    readonly tooSoon: string;
    readonly button: string;
    /** With `problems.rate_limited`: what the visitor can do besides coming back. */
    readonly useScripts: string;
  };
  /**
   * The mail that asks for a click, its page, and the form that waits for it. `{title}` is that of the form.
   */
  readonly doubleOptIn: DoubleOptInTexts;
  /** The page to leave without log-in, and its mail. `{title}` is that of a newsletter. */
  readonly leave: LeaveTexts;
  /** Further texts of the form's pages. */
  readonly page: {
    /** The description in search results and link previews, for a form without an intro. */
    readonly description: string;
    /** The link to the form on a page without one. */
    readonly toForm: string;
    /** Shown above the QR code on paper. */
    readonly scan: string;
    readonly qrCode: string;
  };
}

export interface DoubleOptInTexts {
  /** Of the mail. */
  readonly subject: string;
  readonly question: string;
  readonly why: string;
  readonly yes: string;
  readonly once: string;
  readonly code: string;
  readonly notMe: string;
  readonly link: string;
  readonly days: string;
  readonly reminder: string;
  /** Of the form that waits. `{address}` is shortened. */
  readonly title: string;
  readonly sent: string;
  readonly field: string;
  readonly check: string;
  readonly wrong: string;
  /** After too many wrong codes. */
  readonly locked: string;
  readonly again: string;
  /** `{time}` is a countdown such as 1:42. */
  readonly againIn: string;
  /** Also where no more is sent, which nothing tells. */
  readonly sentAgain: string;
  readonly other: string;
  /** `{name}` is that of a mailbox provider. */
  readonly open: string;
  /** Of the pages behind the links. */
  readonly ask: string;
  readonly done: string;
  readonly gone: string;
  readonly stopTitle: string;
  readonly stopText: string;
  readonly stop: string;
  readonly stopped: string;
}

export interface LeaveTexts {
  /** The link on the hosted page. */
  readonly already: string;
  /** Of the page that asks for the address, and its answer to every address. */
  readonly title: string;
  readonly about: string;
  readonly send: string;
  readonly askedTitle: string;
  readonly asked: string;
  /** Of the mail. */
  readonly subject: string;
  readonly why: string;
  readonly open: string;
  readonly once: string;
  readonly ignore: string;
  /** Of the page behind the link. */
  readonly off: string;
  readonly offFrom: string;
  readonly isOff: string;
  readonly isOffFrom: string;
  readonly erase: string;
  readonly eraseTitle: string;
  readonly eraseText: string;
  readonly eraseYes: string;
  readonly back: string;
  readonly erased: string;
  readonly over: string;
  readonly again: string;
}

export interface FieldIssues {
  /** For typed values that are malformed. */
  readonly email: string;
  readonly tel: string;
  readonly url: string;
  readonly number: RangeIssues;
  readonly date: RangeIssues;
  /** For choices and boxes that are missing. */
  readonly choice: string;
  readonly checkbox: string;
}

/** `{min}` and `{max}` are placeholders for the least and the greatest value, formatted for the language. */
export interface RangeIssues {
  readonly any: string;
  readonly between: string;
  readonly from: string;
  readonly to: string;
}

/** The fields that have a label in every language. The names are those of rasa.io. */
export type BuiltInField = 'email' | 'first_name' | 'last_name';
