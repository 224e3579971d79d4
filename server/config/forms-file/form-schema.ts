import { z } from 'zod';
import type { FormTexts } from '../../../shared/form.ts';
import { en } from '../../../shared/messages/en.ts';
import type { IssueCode } from '../../../shared/signup.ts';
import { confirmPolicies } from '../../forms/form-spec.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { origin, pageAddress, rate } from '../setting-schemas.ts';
import { visibleInstead } from '../../forms/brand/brand.ts';
import { attribute, field, href, localizedHref } from './field-schema.ts';
import { notify } from './notify.ts';
import { resubscribe } from './resubscribe.ts';
import { line, object, tags, text, textFor, type OptionalText } from './schema-parts.ts';

/**
 * The schema of the operator's forms file. Each member states its purpose (`describe`, which editors show)
 * and what a fault reports as wanted (`error`). Rules across members are checked in `rules.ts`.
 */

type Words = Parameters<typeof z.string>[0];

const { issues: ourIssues, problems: ourProblems, ...ourTexts } = en.texts;
const ownTexts = Object.fromEntries(
  Object.entries(ourTexts).map(([name, ours]) => [name, text.optional().describe(`Instead of “${ours}”`)]),
) as Record<keyof typeof ourTexts, OptionalText>;
const texts = object({
  ...ownTexts,
  issues: textFor(Object.keys(ourIssues), (code) => `Instead of “${en.texts.issues[code as IssueCode]}”`)
    .optional()
    .describe('Messages for invalid fields.'),
  problems: textFor(
    Object.keys(ourProblems),
    (code) => `Instead of “${ourProblems[code as keyof FormTexts['problems']]}”`,
  )
    .optional()
    .describe('Messages for sign-ups that were not accepted.'),
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
const accountWords = 'the name of an account, as ACCOUNTS has it';
const policyWords = `one of ${confirmPolicies.join(', ')}`;
const codeWords = 'text of 1 to 100 characters';

const colourWords = 'a colour such as #143d47';
const colour = z
  .string(colourWords)
  .regex(/^#[0-9a-f]{6}$/i, colourWords)
  .toLowerCase();
const accent = colour.superRefine((value, context) => {
  const other = visibleInstead(value);
  if (other !== undefined)
    context.addIssue(`a colour that can be seen on a white page (3 to 1), such as ${other}`);
});
const file = line('the path of a picture, from the folder of the forms file', 500);
const linksWords = 'a list of at most 3 links, each with href and label';

/** What the form's own page shows of whoever sends the newsletter. */
const brand = object({
  name: text.optional().describe('Who sends it, beside the logo.'),
  logo: file.optional().describe('Path of a square picture, from the folder of the forms file.'),
  title: text.optional().describe('Title on the panel. The title of the form is then above the form.'),
  intro: text.optional().describe('One or two sentences under that title. Default: the form’s `intro`.'),
  picture: file.optional().describe('Path of a picture for the foot of the panel.'),
  panel: colour.optional().describe('Colour of the panel. The words on it are white or nearly black.'),
  accent: accent.optional().describe('Colour of the button. On dark pages it is made lighter as needed.'),
  links: z
    .array(
      object({ href: localizedHref.describe('URL of the link.'), label: text.describe('Text of the link.') }),
      linksWords,
    )
    .max(3, linksWords)
    .optional()
    .describe('At most three links under the form: privacy, imprint.'),
});

export const formSchema = object({
  title: text.optional().describe('Title of the form.'),
  intro: text.optional().describe('One or two sentences under the title.'),
  languages: list(
    z.string(`one of ${tags}`).refine((tag) => wordsOfTag(tag) !== undefined, `one of ${tags}`),
    `a list of languages: ${tags}`,
  )
    .min(1, `a list of languages: ${tags}`)
    .optional()
    .describe(
      'Languages of the form. The first one is used for visitors who want none of them. Default: the languages of its own texts, or all.',
    ),
  fields: list(field, fieldsWords)
    .min(1, fieldsWords)
    .max(50, fieldsWords)
    .describe('Fields of the form, in this order. `email` must be one of them.'),
  brand: brand
    .optional()
    .describe('Whose newsletter it is, on the form’s own page: logo, name, colours, picture, links.'),
  texts: texts.optional().describe('Texts that replace the built-in ones.'),
  account: line(accountWords, 30)
    .optional()
    .describe('The account at rasa.io that contacts of this form are added to: one of ACCOUNTS.'),
  segment_code: line(codeWords, 100)
    .optional()
    .describe('Code of the rasa.io segment that contacts of this form are added to.'),
  attributes: z
    .record(attribute, line('text of 1 to 500 characters', 500), 'an object of texts by attribute')
    .optional()
    .describe('Attributes with fixed values that every contact of this form gets.'),
  resubscribe: resubscribe
    .optional()
    .describe(
      'Whether a contact that has left is brought back: `never` (default), or `with-consent`, which needs a required checkbox and is for contacts that unsubscribed (`is_subscribed: true`) or were archived. An object has one of both for each of `unsubscribed`, `bounced`, `complained` and `archived`.',
    ),
  confirm: z
    .enum(confirmPolicies, policyWords)
    .optional()
    .describe(
      'Which sign-ups wait for a click in a confirmation mail (double opt-in): `never` (default), `plain` (sent without scripts), `suspicious` (those, and what looks like a robot or comes during an attack), or `always`. Needs SMTP_URL.',
    ),
  confirmed_at: attribute
    .optional()
    .describe('Attribute that gets the time of the confirmation (ISO 8601, UTC).'),
  consent_receipt: attribute
    .optional()
    .describe('Attribute that gets the id of the receipt, by which `consent show` finds it.'),
  confirmMail: text.optional().describe('One or two sentences of your own in the confirmation mail.'),
  notify: notify
    .optional()
    .describe(
      'Who is told of new sign-ups, at most once in ten minutes: `mail` (an address; needs SMTP_URL), `webhook` and `slack` (URLs). How many there were; with `addresses: true` also their addresses, which needs KEEP_FOR_HANDOVER.',
    ),
  redirect: href
    .optional()
    .describe(
      'Page that the browser shows after an accepted sign-up. It must be listed in `thankYouPages` or THANK_YOU_PAGES.',
    ),
  thankYouPages: list(pageText, 'a list of addresses')
    .optional()
    .describe(
      'Pages that a plain form may redirect to, in addition to THANK_YOU_PAGES. A trailing slash allows every page below it.',
    ),
  origins: list(originText, 'a list of origins')
    .optional()
    .describe('Origins of the pages that may embed this form, instead of ALLOWED_ORIGINS.'),
  rates: object({
    form: rateText.describe('Limit of sign-ups at this form, instead of RATE_FORM.'),
    network: rateText.describe('Limit of sign-ups at this form from one network, instead of RATE_NETWORK.'),
    address: rateText.describe('Limit of sign-ups of one address at this form, instead of RATE_ADDRESS.'),
  })
    .optional()
    .describe('Rate limits of this form.'),
});

const idWords = 'an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit';
export const formIdSchema = z.string(idWords).regex(/^[a-zA-Z0-9][\w-]{0,63}$/, idWords);

export const fileSchema = object({
  $schema: z.string('the address of this schema').optional().describe('URL of this schema, for editors.'),
  forms: z
    .record(formIdSchema, formSchema, 'an object of forms by id')
    .refine((forms) => Object.keys(forms).length > 0, 'at least one form')
    .describe('The forms by id. The id is the last part of the URL of a form: /forms/<id>.'),
});

export type FileForm = z.output<typeof formSchema>;
export type FileField = z.output<typeof field>;
export type FileText = z.output<typeof text>;

/** The schema of the forms file as JSON Schema (draft 2020-12), for editors. */
export function jsonSchema(): object {
  return {
    ...z.toJSONSchema(fileSchema, {
      io: 'input',
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        // A built-in field must not have a type.
        if (zodSchema._zod.def.type === 'undefined') jsonSchema.not = {};
      },
    }),
    title: 'Forms of rasa-signup',
    allowComments: true,
    allowTrailingCommas: true,
  };
}
