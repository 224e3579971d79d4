import { z } from 'zod';
import type { FormTexts } from '../../shared/form.ts';
import { honeypot, type IssueCode, type SignupEnvelope } from '../../shared/signup.ts';
import { en } from '../../shared/messages/en.ts';
import { origin, pageAddress, rate } from '../setting-texts.ts';
import { languages, wordsOfTag } from '../words.ts';
import { builtInNames } from './built-in.ts';
import { refuseAttribute } from './attributes.ts';
import { refusePattern } from './pattern.ts';

/**
 * The operator's forms file, member by member: what it is for (`describe`, which editors show), and what a fault says
 * that it wanted (`error`). What members mean together is checked in `rules.ts`.
 */

type Words = Parameters<typeof z.string>[0];

const longestText = 5000;

function object<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of ${names}` : `an object with ${names}`),
  });
}

const line = (words: string, longest: number, shortest = 1) =>
  z.string(words).min(shortest, words).max(longest, words);

const textWords = `text of 1 to ${longestText} characters`;
const oneText = line(textWords, longestText).regex(/\S/, textWords);
const tags = languages.map(({ lang }) => lang).join(', ');

const text = z
  .union(
    [
      oneText,
      z
        .record(
          z
            .string()
            .refine((tag) => wordsOfTag(tag) !== undefined, `a language that there are words in: ${tags}`),
          oneText,
        )
        .refine((texts) => Object.keys(texts).length > 0, 'a text in one language at least'),
    ],
    { error: `${textWords}, or an object with such a text for each language` },
  )
  .meta({
    id: 'text',
    description: 'Text for every language, or an object with a text for each, by BCP 47 tag.',
  });

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
const attribute = z
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
type OptionalText = z.ZodOptional<typeof text>;
const textFor = (names: readonly string[], about: (name: string) => string) =>
  object(Object.fromEntries(names.map((name) => [name, text.optional().describe(about(name))])));

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
const href = z
  .string(hrefWords)
  .refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), hrefWords);
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
const field = z.union([z.enum(builtInNames), fieldObject], { error: fieldWords });

const { issues: ourIssues, problems: ourProblems, ...ourTexts } = en.texts;
const ownTexts = Object.fromEntries(
  Object.entries(ourTexts).map(([name, ours]) => [name, text.optional().describe(`Instead of “${ours}”`)]),
) as Record<keyof typeof ourTexts, OptionalText>;
const texts = object({
  ...ownTexts,
  issues: textFor(Object.keys(ourIssues), (code) => `Instead of “${en.texts.issues[code as IssueCode]}”`)
    .optional()
    .describe('What can be wrong with a field.'),
  problems: textFor(
    Object.keys(ourProblems),
    (code) => `Instead of “${ourProblems[code as keyof FormTexts['problems']]}”`,
  )
    .optional()
    .describe('What can become of a sign-up.'),
});

const rateWords = 'a number and a time such as 300/1m (s, m, h or d), or off';
const rateText = z
  .string(rateWords)
  .refine((value) => rate.safeParse(value).success, rateWords)
  .optional();

const list = <T extends z.ZodType>(item: T, words: Words) => z.array(item, words);

const originWords = 'an origin such as https://www.example.com, without a path';
const originText = z.string(originWords).refine((value) => origin.safeParse(value).success, originWords);
const pageWords = 'an address such as https://www.example.com/thanks, without query';
const pageText = z.string(pageWords).refine((value) => pageAddress.safeParse(value).success, pageWords);
const fieldsWords = 'a list of 1 to 50 fields';
const codeWords = 'text of 1 to 100 characters';

export const formSchema = object({
  title: text.optional().describe('What the form is called.'),
  intro: text.optional().describe('A sentence or two for whoever hesitates.'),
  languages: list(
    z.string(`one of ${tags}`).refine((tag) => wordsOfTag(tag) !== undefined, `one of ${tags}`),
    `a list of languages: ${tags}`,
  )
    .min(1, `a list of languages: ${tags}`)
    .optional()
    .describe(
      'What it is offered in; the first is for visitors who want none of them. By default those that its own texts are in, or all.',
    ),
  fields: list(field, fieldsWords)
    .min(1, fieldsWords)
    .max(50, fieldsWords)
    .describe('What it asks for, in this order; `email` among it.'),
  texts: texts.optional().describe('Its words, instead of ours.'),
  segment_code: line(codeWords, 100).optional().describe('The rasa.io segment that its contacts come into.'),
  attributes: z
    .record(attribute, line('text of 1 to 500 characters', 500), 'an object of texts by attribute')
    .optional()
    .describe('Attributes that every contact of this form gets, with their values.'),
  resubscribe: z
    .enum(['never', 'with-consent'], 'never or with-consent')
    .optional()
    .describe(
      'Whether who had unsubscribed is subscribed again (`is_subscribed: true`): `never`, the default, or `with-consent`, which takes a checkbox that is required.',
    ),
  redirect: href
    .optional()
    .describe(
      'Where the browser goes once a sign-up is accepted; on the list in `thankYouPages` or THANK_YOU_PAGES.',
    ),
  thankYouPages: list(pageText, 'a list of addresses')
    .optional()
    .describe(
      'Where a plain form may send the browser, besides THANK_YOU_PAGES; with a slash at the end everything below.',
    ),
  origins: list(originText, 'a list of origins')
    .optional()
    .describe('The pages that may have this form, instead of those in ALLOWED_ORIGINS.'),
  rates: object({
    form: rateText.describe('Sign-ups at this form, instead of RATE_FORM.'),
    network: rateText.describe('Sign-ups at this form from one network, instead of RATE_NETWORK.'),
    address: rateText.describe('Sign-ups of one address at this form, instead of RATE_ADDRESS.'),
  })
    .optional()
    .describe('Budgets of this form alone.'),
});

const idWords = 'an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit';
export const formIdSchema = z.string(idWords).regex(/^[a-zA-Z0-9][\w-]{0,63}$/, idWords);

export const fileSchema = object({
  $schema: z
    .string('the address of this schema')
    .optional()
    .describe('The address of this schema, for editors.'),
  forms: z
    .record(formIdSchema, formSchema, 'an object of forms by id')
    .refine((forms) => Object.keys(forms).length > 0, 'one form at least')
    .describe('The forms by id, which is the last part of their address: /forms/<id>.'),
});

export type FileForm = z.output<typeof formSchema>;
export type FileField = z.output<typeof field>;
export type FileText = z.output<typeof text>;

/** The same as a JSON Schema (draft 2020-12), for editors. */
export function jsonSchema(): object {
  return {
    ...z.toJSONSchema(fileSchema, {
      io: 'input',
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        // A field that we know has no type of its own.
        if (zodSchema._zod.def.type === 'undefined') jsonSchema.not = {};
      },
    }),
    title: 'Forms of rasa-signup',
    allowComments: true,
    allowTrailingCommas: true,
  };
}
