import { z } from 'zod';
import { en } from '../../../shared/messages/en.ts';
import { honeypot, type IssueCode, type SignupEnvelope } from '../../../shared/signup.ts';
import { builtInNames } from '../../forms/built-in.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { refusePattern } from '../../forms/pattern.ts';
import { readUrl } from '../../system/urls.ts';
import { refuseAttribute } from '../../forms/attributes.ts';
import { line, newsletterOptions, object, options, tags, text, textFor } from './schema-parts.ts';

const bool = z.boolean('true or false');

const namePattern = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;
const envelopeNames = [
  'id',
  'page',
  'proof',
  honeypot,
  'token',
  'redirect',
] satisfies (keyof SignupEnvelope)[];
const nameWords = `a name of letters, digits and _ that begins with a letter, none of ${envelopeNames.join(', ')}`;
const isTaken = (name: string) => (envelopeNames as string[]).includes(name) || name in {};
const name = z
  .string(nameWords)
  .regex(namePattern, nameWords)
  .refine((value) => !isTaken(value), nameWords)
  .describe('Name of the field in requests. Unique within the form.');

const attributeWords =
  'a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit';
/** An attribute at rasa.io that visitors may fill in. */
export const attribute = z
  .string(attributeWords)
  .regex(/^[\p{L}\p{Nd}][\p{L}\p{Nd} _.-]{0,99}$/u, attributeWords)
  .superRefine((value, context) => {
    const wanted = refuseAttribute(value);
    if (wanted !== undefined) context.addIssue(wanted);
  })
  .describe('Attribute of the contact at rasa.io that the answer fills. Default: the name of the field.');

const issueCodes = [
  'missing',
  'malformed',
  'too_long',
  'unknown',
  'disposable',
  'not_ascii',
] satisfies IssueCode[];
const issues = textFor(issueCodes, (code) => `Instead of “${en.texts.issues[code as IssueCode]}”`).describe(
  'Messages for invalid answers that replace the built-in ones.',
);

const most = (greatest: number) => `a whole number from 1 to ${greatest}`;
const maxLength = z
  .int(most(2000))
  .min(1, most(2000))
  .max(2000, most(2000))
  .describe('Maximum length of an answer, in UTF-16 code units.');

const pattern = line('a regular expression of 1 to 500 characters', 500)
  .superRefine((value, context) => {
    const wanted = refusePattern(value);
    if (wanted !== undefined) context.addIssue(wanted);
  })
  .describe(
    'Regular expression that the whole answer must match, like the HTML attribute `pattern`. Explain it in `help`.',
  );

/** The autofill tokens (https://html.spec.whatwg.org/#autofill) that are useful in a sign-up form. */
export const autofill = [
  'off',
  'on',
  'name',
  'honorific-prefix',
  'given-name',
  'additional-name',
  'family-name',
  'honorific-suffix',
  'nickname',
  'organization-title',
  'organization',
  'street-address',
  'address-line1',
  'address-line2',
  'address-level1',
  'address-level2',
  'country',
  'country-name',
  'postal-code',
  'language',
  'bday',
  'bday-day',
  'bday-month',
  'bday-year',
  'sex',
  'url',
  'tel',
  'tel-national',
  'email',
  'impp',
] as const;

const autocomplete = z
  .enum(autofill, `one of ${autofill.join(', ')}`)
  .describe('HTML autofill token. A link in a field whose token ends in `name` counts as a sign of a robot.');

const asked = {
  label: text.describe('Label of the field.'),
  required: bool.optional().describe('Whether an answer is required. Default: optional.'),
  help: text.optional().describe('Help text under the label.'),
  attribute: attribute.optional(),
  issues: issues.optional(),
};
const typed = {
  placeholder: text.optional().describe('Example in the empty field. It does not replace the label.'),
  maxLength: maxLength.optional(),
  autocomplete: autocomplete.optional(),
};

const type = <const T extends string>(value: T, about: string) => z.literal(value).describe(about);

const builtInObject = object({
  name: z.enum(builtInNames).describe('A built-in field, which has a label and limits.'),
  type: z.undefined().optional(),
  ...asked,
  label: asked.label.optional(),
  ...typed,
  pattern: pattern.optional(),
});

const textLike = (kind: 'text' | 'email' | 'tel' | 'url', about: string) =>
  object({ name, type: type(kind, about), ...asked, ...typed, pattern: pattern.optional() });

const number = z.number('a number');
const dateWords = 'a date such as 2026-05-31';
const date = z.string(dateWords).regex(z.regexes.date, dateWords);

const choice = (kind: 'select' | 'radio', about: string) =>
  object({ name, type: type(kind, about), ...asked, options });

const { attribute: _, ...askedWithoutAttribute } = asked;
const newsletters = object({
  name,
  type: type('newsletters', 'Several newsletters to tick, each of which is an account: one sign-up for all.'),
  ...askedWithoutAttribute,
  options: newsletterOptions,
});

const hrefWords = 'an address that begins with https:// or http://';
export const href = z
  .string(hrefWords)
  .refine((value) => /^https?:\/\//i.test(value) && readUrl(value) !== undefined, hrefWords);
export const localizedHref = z.union(
  [
    href,
    z.record(
      z.string().refine((tag) => wordsOfTag(tag) !== undefined, `one of ${tags}`),
      href,
    ),
  ],
  { error: `${hrefWords}, or an object with one for each language` },
);

const checkbox = object({
  name,
  type: type('checkbox', 'A checkbox, never checked in advance: for consent.'),
  ...asked,
  link: object({
    href: localizedHref.describe('URL of the link.'),
    label: text.describe('Text of the link.'),
  })
    .optional()
    .describe('Link after the label, for example to the privacy policy.'),
  value: line('text of 1 to 500 characters', 500)
    .optional()
    .describe(
      'Value of the attribute if the box is checked. Default: `yes`. `{time}` is replaced by the time (ISO 8601).',
    ),
});

const fromWords = 'page, referrer, or a parameter of the page’s query such as ?utm_source';
const hidden = object({
  name,
  type: type('hidden', 'Filled in by the page, not visible.'),
  from: z
    .string(fromWords)
    .regex(/^(?:page|referrer|\?[\w.~-]{1,100})$/, fromWords)
    .describe(
      'Source of the value: the URL of the page (`page`), the page before it (`referrer`), or a query parameter (`?utm_source`).',
    ),
  attribute: attribute.optional(),
  maxLength: maxLength.optional().describe('Longer values are cut off. Default: 500.'),
});

export const fieldTypes = [
  'text',
  'email',
  'tel',
  'url',
  'number',
  'date',
  'select',
  'radio',
  'newsletters',
  'checkbox',
  'hidden',
];

const fieldObject = z.discriminatedUnion(
  'type',
  [
    builtInObject,
    textLike('text', 'One line of text.'),
    textLike('email', 'Another e-mail address. The contact’s own address is the field `email`.'),
    textLike('tel', 'A phone number.'),
    textLike('url', 'A web address.'),
    object({
      name,
      type: type('number', 'A number.'),
      ...asked,
      ...typed,
      min: number.optional().describe('Minimum.'),
      max: number.optional().describe('Maximum.'),
    }),
    object({
      name,
      type: type('date', 'A date.'),
      ...asked,
      autocomplete: autocomplete.optional(),
      min: date.optional().describe('Earliest date, as YYYY-MM-DD.'),
      max: date.optional().describe('Latest date, as YYYY-MM-DD.'),
    }),
    choice('select', 'One of many choices, in a drop-down list.'),
    choice('radio', 'One of a few choices, all visible.'),
    newsletters,
    checkbox,
    hidden,
  ],
  { error: `one of ${fieldTypes.join(', ')}` },
);

const fieldWords = `${builtInNames.join(', ')}, or an object with name, type and label`;
/** One field of a form: the name of a built-in field, or an object. */
export const field = z.union([z.enum(builtInNames), fieldObject], { error: fieldWords });
