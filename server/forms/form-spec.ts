import type { StickyState } from '../outbox/signup.ts';
import type { BrandSpec } from './brand/brand.ts';
import type { HiddenField } from '../../shared/form.ts';
import type { FormTexts } from '../../shared/form.ts';
import type { BuiltInField, Messages } from '../../shared/messages/messages.ts';
import type { IssueCode } from '../../shared/signup.ts';

/** A text from the operator: one for all languages, or one per language, keyed by `Messages.lang`. */
export type Localized = string | ReadonlyMap<string, string>;

/**
 * A form as the operator configures it, with all defaults applied: what visitors are asked, and how the
 * answers are used.
 */
export interface FormSpec {
  readonly id: string;
  /** The account that its contacts are added to; `undefined` where accounts have no names. */
  readonly account: string | undefined;
  /** The languages it is offered in. The first is the default. */
  readonly languages: readonly Messages[];
  /** `undefined` uses the product's text. */
  readonly title: Localized | undefined;
  readonly intro: Localized | undefined;
  /** What its own page shows of whoever sends the newsletter. */
  readonly brand: BrandSpec | undefined;
  readonly fields: readonly FieldSpec[];
  readonly texts: TextsSpec;
  /** Attributes that every contact from this form gets. */
  readonly constants: Readonly<Record<string, string>>;
  /** In which states contacts are brought back. Allowed only with a checkbox that must be ticked. */
  readonly resubscribe: readonly StickyState[];
  readonly redirect: string | undefined;
  readonly confirm: ConfirmPolicy;
  /** The attribute that gets the time of the confirmation (ISO 8601, UTC). */
  readonly confirmedAt: string | undefined;
  /** The attribute that gets the id of the receipt. */
  readonly consentReceipt: string | undefined;
  /** The operator's own words in the confirmation mail. */
  readonly confirmMail: Localized | undefined;
  /** Who is told of new sign-ups; `undefined`: nobody. */
  readonly notify: NotifySpec | undefined;
  /** In addition to those of all forms. */
  readonly thankYouPages: readonly string[];
  /** Replaces those of all forms; `undefined` keeps them. */
  readonly origins: readonly string[] | undefined;
  readonly rates: FormRates;
}

/** Who is told of new sign-ups, in summaries. Each of the URLs is a secret of its receiver's. */
export interface NotifySpec {
  readonly mail: string | undefined;
  readonly webhook: string | undefined;
  readonly slack: string | undefined;
  /** Whether the summaries have the addresses. */
  readonly addresses: boolean;
}

/**
 * Which sign-ups wait for a click in a mail: none; those of plain forms; those and what looks like a robot or
 * comes during an attack; all.
 */
export const confirmPolicies = ['never', 'plain', 'suspicious', 'always'] as const;

export type ConfirmPolicy = (typeof confirmPolicies)[number];

/** Quotas of this form alone, in place of a share in those of all forms. */
export type FormRates = Partial<Readonly<Record<'form' | 'network' | 'address', Rate | 'off'>>>;

/** The operator's texts, which replace the product's. */
export type TextsSpec = Readonly<
  Partial<Record<Exclude<keyof FormTexts, 'issues' | 'problems'>, Localized | undefined>>
> & {
  readonly issues?: Partial<Readonly<Record<keyof FormTexts['issues'], Localized>>> | undefined;
  readonly problems?: Partial<Readonly<Record<keyof FormTexts['problems'], Localized>>> | undefined;
};

interface Filling {
  /** The attribute at rasa.io that the field fills. */
  readonly attribute: string;
}

interface AskedSpec {
  readonly name: string;
  /** A built-in field uses the product's label. */
  readonly label: Localized | { readonly builtIn: BuiltInField };
  readonly required: boolean;
  readonly help: Localized | undefined;
  readonly issues: Partial<Readonly<Record<IssueCode, Localized>>>;
}

export interface TypedSpec extends AskedSpec, Filling {
  readonly type: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date';
  readonly maxLength: number;
  readonly autocomplete: string | undefined;
  readonly placeholder: Localized | undefined;
  readonly pattern: string | undefined;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

export interface ChoiceSpec extends AskedSpec, Filling {
  readonly type: 'select' | 'radio';
  readonly options: readonly { readonly value: string; readonly label: Localized }[];
}

/** Newsletters, each of which is an account. It fills no attribute: none learns of the others. */
export interface NewslettersSpec extends AskedSpec {
  readonly type: 'newsletters';
  readonly attribute: undefined;
  readonly options: readonly (ChoiceSpec['options'][number] & { readonly account: string })[];
}

export interface CheckboxSpec extends AskedSpec, Filling {
  readonly type: 'checkbox';
  readonly link: { readonly href: Localized; readonly label: Localized } | undefined;
  /** The attribute's value once the box is ticked; `{time}` is replaced by the time (ISO 8601, UTC). */
  readonly value: string;
}

export interface HiddenSpec extends Filling {
  readonly name: string;
  readonly type: 'hidden';
  readonly from: HiddenField['from'];
  readonly maxLength: number;
}

export type FieldSpec = TypedSpec | ChoiceSpec | NewslettersSpec | CheckboxSpec | HiddenSpec;

/** At most `limit` requests in each window. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}
