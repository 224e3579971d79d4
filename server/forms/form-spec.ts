import type { HiddenField } from '../../shared/form.ts';
import type { FormTexts } from '../../shared/form.ts';
import type { BuiltInField, Messages } from '../../shared/messages/messages.ts';
import type { IssueCode } from '../../shared/signup.ts';

/** A text of the operator's: one for every language, or one for each of some, by our tags. */
export type Localized = string | ReadonlyMap<string, string>;

/** A form as its operator wants it, with everything decided: what visitors are asked, and what becomes of the answers. */
export interface FormSpec {
  readonly id: string;
  /** What it is offered in; the first is for whoever wants another one. */
  readonly languages: readonly Messages[];
  /** `undefined` takes the general words. */
  readonly title: Localized | undefined;
  readonly intro: Localized | undefined;
  readonly fields: readonly FieldSpec[];
  readonly texts: TextsSpec;
  /** Attributes that every contact of this form gets. */
  readonly constants: Readonly<Record<string, string>>;
  /** Whether contacts who had unsubscribed are subscribed again; only with a box that has to be ticked. */
  readonly resubscribe: boolean;
  readonly redirect: string | undefined;
  /** Besides those of all forms. */
  readonly thankYouPages: readonly string[];
  /** Instead of those of all forms. */
  readonly origins: readonly string[] | undefined;
  readonly rates: FormRates;
}

/** Of this form alone, instead of a share in those of all forms. */
export type FormRates = Partial<Readonly<Record<'form' | 'network' | 'address', Rate | 'off'>>>;

/** The operator's words instead of ours. */
export type TextsSpec = Readonly<
  Partial<Record<Exclude<keyof FormTexts, 'issues' | 'problems'>, Localized | undefined>>
> & {
  readonly issues?: Partial<Readonly<Record<keyof FormTexts['issues'], Localized>>> | undefined;
  readonly problems?: Partial<Readonly<Record<keyof FormTexts['problems'], Localized>>> | undefined;
};

interface Common {
  readonly name: string;
  /** rasa.io's attribute that it fills. */
  readonly attribute: string;
}

interface AskedSpec extends Common {
  /** A built-in field has words of ours. */
  readonly label: Localized | { readonly builtIn: BuiltInField };
  readonly required: boolean;
  readonly help: Localized | undefined;
  readonly issues: Partial<Readonly<Record<IssueCode, Localized>>>;
}

export interface TypedSpec extends AskedSpec {
  readonly type: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date';
  readonly maxLength: number;
  readonly autocomplete: string | undefined;
  readonly placeholder: Localized | undefined;
  readonly pattern: string | undefined;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

export interface ChoiceSpec extends AskedSpec {
  readonly type: 'select' | 'radio';
  readonly options: readonly { readonly value: string; readonly label: Localized }[];
}

export interface CheckboxSpec extends AskedSpec {
  readonly type: 'checkbox';
  readonly link: { readonly href: Localized; readonly label: Localized } | undefined;
  /** What the attribute says once it is ticked; `{time}` stands for the time. */
  readonly value: string;
}

export interface HiddenSpec extends Common {
  readonly type: 'hidden';
  readonly from: HiddenField['from'];
  readonly maxLength: number;
}

export type FieldSpec = TypedSpec | ChoiceSpec | CheckboxSpec | HiddenSpec;

/** `limit` requests in each window. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}
