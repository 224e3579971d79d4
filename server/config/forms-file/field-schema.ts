import { z } from 'zod';
import { en } from '../../../shared/messages/en.ts';
import { honeypot, type IssueCode, type SignupEnvelope } from '../../../shared/signup.ts';
import { builtInNames } from '../../forms/built-in.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { refusePattern } from '../../forms/pattern.ts';
import { readUrl } from '../../system/urls.ts';
import { refuseAttribute } from './attributes.ts';
import { line, object, tags, text, textFor } from './schema-parts.ts';

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
  .describe('The name on the wire; no other field of the form has it.');

const attributeWords =
  'a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit';
/** An attribute at rasa.io that visitors may fill. */
export const attribute = z
  .string(attributeWords)
  .regex(/^[\p{L}\p{Nd}][\p{L}\p{Nd} _.-]{0,99}$/u, attributeWords)
  .superRefine((value, context) => {
    const wanted = refuseAttribute(value);
    if (wanted !== undefined) context.addIssue(wanted);
  })
  .describe('The attribute of the contact at rasa.io that it fills; by default the one of its name.');

const issueCodes = [
  'missing',
  'malformed',
  'too_long',
  'unknown',
  'disposable',
  'not_ascii',
] satisfies IssueCode[];
const issues = textFor(issueCodes, (code) => `Instead of “${en.texts.issues[code as IssueCode]}”`).describe(
  'Words for what can be wrong, instead of ours.',
);

const most = (greatest: number) => `a whole number from 1 to ${greatest}`;
const maxLength = z
  .int(most(2000))
  .min(1, most(2000))
  .max(2000, most(2000))
  .describe('How long an answer may be, in UTF-16 code units.');

const pattern = line('a regular expression of 1 to 500 characters', 500)
  .superRefine((value, context) => {
    const wanted = refusePattern(value);
    if (wanted !== undefined) context.addIssue(wanted);
  })
  .describe(
    'What the whole answer has to match, as the HTML attribute of that name means it; say so in `help`.',
  );

/** The autofill tokens (https://html.spec.whatwg.org/#autofill) that a sign-up has a use for. */
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
  .describe(
    'What browsers fill in by themselves. Links in a field whose token ends in `name` are a robot’s sign.',
  );

const asked = {
  label: text.describe('What the field is called.'),
  required: bool.optional().describe('Whether it has to be answered; by default it may stay empty.'),
  help: text.optional().describe('Stands under the label.'),
  attribute: attribute.optional(),
  issues: issues.optional(),
};
const typed = {
  placeholder: text.optional().describe('Stands in the empty field; no substitute for a label.'),
  maxLength: maxLength.optional(),
  autocomplete: autocomplete.optional(),
};

const type = <const T extends string>(value: T, about: string) => z.literal(value).describe(about);

const builtInObject = object({
  name: z.enum(builtInNames).describe('A field that we have a label and limits for.'),
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

const optionWords = 'text of 1 to 200 characters, or an object with value and label';
const option = z.union(
  [
    line(optionWords, 200),
    object({
      value: line('text of 1 to 200 characters', 200).describe('What is kept of it.'),
      label: text.describe('What visitors read.'),
    }),
  ],
  { error: optionWords },
);
const optionsWords = 'a list of 1 to 500 options';
const choice = (kind: 'select' | 'radio', about: string) =>
  object({
    name,
    type: type(kind, about),
    ...asked,
    options: z
      .array(option, optionsWords)
      .min(1, optionsWords)
      .max(500, optionsWords)
      .describe('What there is to choose from; a text is value and label in one.'),
  });

const hrefWords = 'an address that begins with https:// or http://';
export const href = z
  .string(hrefWords)
  .refine((value) => /^https?:\/\//i.test(value) && readUrl(value) !== undefined, hrefWords);
const localizedHref = z.union(
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
  type: type('checkbox', 'A box to tick, never ticked beforehand: for consent.'),
  ...asked,
  link: object({
    href: localizedHref.describe('Where it leads.'),
    label: text.describe('What it is called.'),
  })
    .optional()
    .describe('Stands behind the label, such as the privacy policy that is agreed to.'),
  value: line('text of 1 to 500 characters', 500)
    .optional()
    .describe(
      'What its attribute says once it is ticked, by default `yes`; `{time}` stands for the time (ISO 8601).',
    ),
});

const fromWords = 'page, referrer, or a parameter of the page’s query such as ?utm_source';
const hidden = object({
  name,
  type: type('hidden', 'Filled in by the page, unseen.'),
  from: z
    .string(fromWords)
    .regex(/^(?:page|referrer|\?[\w.~-]{1,100})$/, fromWords)
    .describe(
      'The page’s address (`page`), the one before it (`referrer`), or a parameter of its query (`?utm_source`).',
    ),
  attribute: attribute.optional(),
  maxLength: maxLength.optional().describe('What is longer is cut off; 500 by default.'),
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
  'checkbox',
  'hidden',
];

const fieldObject = z.discriminatedUnion(
  'type',
  [
    builtInObject,
    textLike('text', 'One line of text.'),
    textLike('email', 'A further e-mail address; the contact’s own is the field `email`.'),
    textLike('tel', 'A phone number.'),
    textLike('url', 'A web address.'),
    object({
      name,
      type: type('number', 'A number.'),
      ...asked,
      ...typed,
      min: number.optional().describe('The least.'),
      max: number.optional().describe('The greatest.'),
    }),
    object({
      name,
      type: type('date', 'A day.'),
      ...asked,
      autocomplete: autocomplete.optional(),
      min: date.optional().describe('The first, as YYYY-MM-DD.'),
      max: date.optional().describe('The last, as YYYY-MM-DD.'),
    }),
    choice('select', 'One of many, in a list that opens.'),
    choice('radio', 'One of a few, all in sight.'),
    checkbox,
    hidden,
  ],
  { error: `one of ${fieldTypes.join(', ')}` },
);

const fieldWords = `${builtInNames.join(', ')}, or an object with name, type and label`;
/** What is asked for, one by one. */
export const field = z.union([z.enum(builtInNames), fieldObject], { error: fieldWords });
