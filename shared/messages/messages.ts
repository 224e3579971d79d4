import type { FormDefinition, FormTexts } from '../form.ts';

/** Everything the product says to visitors, in one language. One file a language stands beside this one. */
export interface Messages {
  /** BCP 47 tag. */
  readonly lang: string;
  readonly dir: FormDefinition['dir'];
  readonly labels: Readonly<Record<BuiltInField, string>>;
  readonly malformedEmail: string;
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

/** The fields that every language has a label for; the names are rasa.io's own. */
export type BuiltInField = 'email' | 'first_name' | 'last_name';
