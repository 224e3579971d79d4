import { z } from 'zod';
import { limits, type FormDefinition } from '../../shared/form.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import type { IssueCode, SignupEnvelope } from '../../shared/signup.ts';
import { createOrigins, type Origins } from '../http/origins.ts';
import type { Contact } from '../outbox/signup.ts';
import { isBelow } from '../system/urls.ts';
import { brandIn, type Brand } from './brand/brand.ts';
import { newsletter } from './built-in.ts';
import { cleaned } from './clean-text.ts';
import { definitionOf, textIn } from './definition.ts';
import { isDisposable, type AddressRules } from './email-address.ts';
import { checkOf, envelopeFields } from './field-check.ts';
import { newslettersIn, type OfferedNewsletter } from './newsletter-title.ts';
import type { ConfirmPolicy, FieldSpec, FormRates, FormSpec } from './form-spec.ts';

/** The forms that this proxy serves. */
export interface Forms {
  find(id: string): Form | undefined;
  /** In the order of the forms file. */
  all(): readonly Form[];
}

/** Forms that can be replaced while they are served. */
export interface LiveForms extends Forms {
  /** Replaces all forms. A page that was opened earlier may still send the fields that it asked for. */
  replace(specs: readonly FormSpec[]): void;
}

export interface Form {
  readonly id: string;
  /** The account that its contacts are added to; `undefined` where accounts have no names. */
  readonly account: string | undefined;
  /** The further accounts that it offers as newsletters, with the field and its value for each. */
  readonly newsletters: readonly OfferedNewsletter[];
  /** The languages it is offered in. The first is the default. */
  readonly languages: readonly Messages[];
  /** Which pages may show it: the form's list, or the one for all forms. */
  readonly origins: Origins;
  readonly resubscribe: FormSpec['resubscribe'];
  /** The form's own quotas, which replace those of all forms. */
  readonly rates: FormRates;
  /** Where the browser is sent after an accepted sign-up. */
  readonly redirect: string | undefined;
  /** Which of its sign-ups wait for a click in a mail. */
  readonly confirm: ConfirmPolicy;
  /** The attribute that gets the time of the click. */
  readonly confirmedAt: string | undefined;
  /** Who is told of new sign-ups. */
  readonly notify: FormSpec['notify'];
  /** The attribute that gets the id of the receipt. */
  readonly consentReceipt: string | undefined;
  /** The operator's own words in that mail, in one language. */
  confirmMailIn(words: Messages): string | undefined;
  /** What its own page shows of whoever sends the newsletter. */
  brandIn(words: Messages): Brand | undefined;
  /** The public definition in one language. Made once per language. */
  definitionIn(words: Messages): FormDefinition;
  /** Checks and normalises what was sent, field by field. Unknown names are refused. */
  check(sent: Readonly<Record<string, unknown>>): Checked;
  /** Whether a plain form may redirect the browser to this URL after the sign-up. */
  mayRedirectTo(url: string): boolean;
}

export type Checked =
  | {
      readonly is: 'valid';
      readonly contact: Contact;
      /**
       * The accounts that the contact is added to: the form's, and those of the newsletters that were ticked.
       * Where one has to be ticked, only these.
       */
      readonly accounts: readonly [string | undefined, ...(readonly string[])];
      /** The form's own fields after cleaning, without what the operator's policies add to the contact. */
      readonly fields: Readonly<Record<string, string>>;
      readonly envelope: SignupEnvelope;
      /** The values of the fields that ask for a name. */
      readonly names: readonly string[];
      /** The checkboxes that are ticked, by name; those of newsletters as `name=value`. */
      readonly ticked: readonly string[];
      /** URL of the page, where the form collects it. */
      readonly page: string | undefined;
    }
  | { readonly is: 'invalid'; readonly issues: Readonly<Record<string, IssueCode>> };

export interface FormsOptions {
  /** The newsletter form by default. */
  readonly specs?: readonly FormSpec[];
  readonly address: AddressRules;
  readonly proof: boolean;
  /** Pages that a plain form may redirect to. A trailing slash allows every page below it. */
  readonly thankYouPages: readonly string[];
  /** For forms without their own list. */
  readonly allowedOrigins?: readonly string[];
  readonly allowLocalhost?: boolean;
  /** As in `OriginsOptions`. */
  readonly publicOrigin?: string | undefined;
  readonly now?: () => number;
}

export function createForms({ specs = [newsletter], ...options }: FormsOptions): LiveForms {
  const origins = createOrigins(originsOf(options, undefined));
  /** Every field name that a form has had since the start, by form. */
  const asked = new Map<string, Set<string>>();
  let forms = new Map<string, Form>();
  replace(specs);
  return { find: (id) => forms.get(id), all: () => [...forms.values()], replace };

  function replace(next: readonly FormSpec[]): void {
    forms = new Map(
      next.map((spec) => {
        const names = new Set([...(asked.get(spec.id) ?? []), ...spec.fields.map(({ name }) => name)]);
        asked.set(spec.id, names);
        const ownOrigins = spec.origins ? createOrigins(originsOf(options, spec.origins)) : origins;
        return [spec.id, createForm(spec, { ...options, origins: ownOrigins, asked: names })];
      }),
    );
  }
}

function originsOf(options: FormsOptions, own: FormSpec['origins']) {
  const { allowedOrigins = [], allowLocalhost = false, publicOrigin } = options;
  return { allowedOrigins: own ?? allowedOrigins, allowLocalhost, publicOrigin };
}

interface FormOptions extends FormsOptions {
  readonly origins: Origins;
  readonly asked: Iterable<string>;
}

function createForm(spec: FormSpec, options: FormOptions): Form {
  const { address, proof, thankYouPages, origins, asked, now = Date.now } = options;
  const { id, account, fields, languages, rates, redirect, resubscribe, confirm } = spec;
  const { confirmedAt, consentReceipt, notify } = spec;
  const definitions = new Map<Messages, FormDefinition>();
  const names = fields.map(({ name }) => name);
  const pageFields = fields.filter((field) => field.type === 'hidden' && field.from === 'page');
  const boxes = fields.filter(({ type }) => type === 'checkbox' || type === 'newsletters');
  const nameFields = fields.filter(asksForName).map(({ name }) => name);
  const schema = z.strictObject({
    // Fields of pages that were opened before the form changed: allowed, and ignored.
    ...Object.fromEntries([...asked].map((name) => [name, z.unknown().optional()])),
    ...Object.fromEntries(fields.map((field) => [field.name, checkOf(field, address)])),
    ...envelopeFields,
  });
  const addPolicies = policiesOf(spec, address);

  return {
    id,
    account,
    newsletters: newslettersIn(fields),
    languages,
    origins,
    rates,
    redirect,
    resubscribe,
    confirm,
    confirmedAt,
    notify,
    consentReceipt,
    confirmMailIn: (words) => textIn(spec.confirmMail, words, languages[0]),
    brandIn: (words) => brandIn(spec, words),
    definitionIn(words) {
      const options = { proof, international: address.international };
      const definition = definitions.get(words) ?? definitionOf(spec, words, options);
      definitions.set(words, definition);
      return definition;
    },
    check(sent) {
      const values = cleaned(sent);
      // Clients without the definition name the page beside the fields.
      for (const { name } of pageFields) values[name] ??= values['page'];
      const result = schema.safeParse(values);
      if (!result.success) return { is: 'invalid', issues: issuesOf(result.error) };
      const given = textsOf(result.data, names);
      return {
        is: 'valid',
        contact: addPolicies(given, now),
        accounts: accountsOf(spec, given),
        fields: given,
        envelope: textsOf(result.data, Object.keys(envelopeFields)),
        names: nameFields.flatMap((name) => given[name] ?? []),
        ticked: boxes.flatMap(({ name, type }) => tickedIn(name, type, given[name])),
        page: pageFields.map(({ name }) => given[name]).find((page) => page !== undefined),
      };
    },
    mayRedirectTo: (url) => [...thankYouPages, ...spec.thankYouPages].some((page) => isBelow(page, url)),
  };
}

/** Makes a contact from the answers: each field under its attribute, plus what the operator adds. */
function policiesOf(spec: FormSpec, address: AddressRules) {
  const { fields, constants, resubscribe } = spec;
  return (given: Readonly<Record<string, string>>, now: () => number): Contact => {
    const answers: Record<string, string | boolean> = {};
    for (const field of fields) {
      const value = given[field.name];
      if (value === undefined || field.type === 'newsletters') continue;
      answers[field.attribute] = field.type === 'checkbox' ? recorded(field.value, now) : value;
    }
    // The schema ensures this: `email` is a required field of every form and fills the attribute of that
    // name.
    const contact = {
      ...answers,
      ...constants,
      ...(resubscribe.includes('unsubscribed') && { is_subscribed: true }),
    };
    const whole = contact as typeof contact & Pick<Contact, 'email'>;
    const isFlagged = address.disposable === 'flag' && isDisposable(whole.email, address);
    return isFlagged ? { ...whole, disposable: 'yes' } : whole;
  };
}

function accountsOf(
  { account, fields }: FormSpec,
  given: Readonly<Record<string, string>>,
): readonly [string | undefined, ...(readonly string[])] {
  const field = fields.find(({ type }) => type === 'newsletters');
  if (field?.type !== 'newsletters') return [account];
  const values = given[field.name]?.split(',') ?? [];
  const chosen = field.options.flatMap((option) => (values.includes(option.value) ? [option.account] : []));
  const [first, ...others] = chosen;
  if (field.required && first !== undefined) return [first, ...others];
  return [account, ...chosen.filter((name) => name !== account)];
}

function tickedIn(name: string, type: FieldSpec['type'], value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return type === 'newsletters' ? value.split(',').map((one) => `${name}=${one}`) : [name];
}

function recorded(value: string, now: () => number): string {
  return value.replaceAll('{time}', () => new Date(now()).toISOString());
}

/** Whether the browser fills the field with a name, or a part of one. */
function asksForName(field: FieldSpec): boolean {
  return 'autocomplete' in field && field.autocomplete?.endsWith('name') === true;
}

function textsOf(data: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = data[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

function issuesOf({ issues }: z.ZodError): Record<string, IssueCode> {
  return Object.fromEntries(
    issues.flatMap((issue): [string, IssueCode][] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [key.slice(0, limits.name), 'unknown'])
        : [[String(issue.path[0]), issue.message as IssueCode]],
    ),
  );
}
