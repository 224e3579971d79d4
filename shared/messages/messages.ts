import type { FormDefinition, FormTexts } from '../form.ts';

/** Everything the product says to visitors, in one language. One file a language stands beside this one. */
export interface Messages {
  /** BCP 47 tag. */
  readonly lang: string;
  readonly dir: FormDefinition['dir'];
  readonly labels: Readonly<Record<BuiltInField, string>>;
  /** What is wrong with a field of a kind, where the general words in `texts` are not good enough. */
  readonly fieldIssues: FieldIssues;
  readonly texts: FormTexts;
  /** The page that has the form and nothing else. */
  readonly hosted: { readonly title: string };
  /** The page that answers a form without script. */
  readonly confirm: {
    readonly title: string;
    readonly explanation: string;
    readonly button: string;
  };
  /** What else the form's pages say. */
  readonly page: {
    /** What search engines and messengers show of a form that has no intro. */
    readonly description: string;
    /** The way out of a page that is no form. */
    readonly toForm: string;
    /** Stands over the code on paper. */
    readonly scan: string;
    readonly qrCode: string;
  };
}

export interface FieldIssues {
  /** Of what is typed, where it is malformed. */
  readonly email: string;
  readonly tel: string;
  readonly url: string;
  readonly number: RangeIssues;
  readonly date: RangeIssues;
  /** Of what is chosen or ticked, where it is missing. */
  readonly choice: string;
  readonly checkbox: string;
}

/** `{min}` and `{max}` stand for the least and the greatest, as the language writes them. */
export interface RangeIssues {
  readonly any: string;
  readonly between: string;
  readonly from: string;
  readonly to: string;
}

/** The fields that every language has a label for; the names are rasa.io's own. */
export type BuiltInField = 'email' | 'first_name' | 'last_name';
