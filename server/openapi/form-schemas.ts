import { z } from 'zod';
import { limits, type FormDefinition } from '../../shared/form.ts';
import type {
  Accepted,
  Challenge,
  ConfirmationAnswer,
  IssueCode,
  Pending,
  ProblemCode,
  SignupEnvelope,
} from '../../shared/signup.ts';
import { envelopeFields } from '../forms/field-check.ts';
import { problemCodes } from '../http/problem.ts';
import { envelopeTexts, issueCodes, problemTexts } from './texts.ts';

const text = z.string();
const texts = <Name extends string>(names: readonly Name[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, text])) as Record<Name, z.ZodString>);

const asked = {
  name: text.meta({ description: 'The name on the wire.' }),
  label: text,
  required: z.boolean(),
  help: z.exactOptional(text),
  issues: z.exactOptional(z.partialRecord(z.enum(issueCodes), text)),
};

const textField = z.strictObject({
  type: z.enum(['text', 'email', 'tel', 'url', 'number', 'date']),
  ...asked,
  maxLength: z.int(),
  autocomplete: z.exactOptional(text),
  placeholder: z.exactOptional(text),
  pattern: z.exactOptional(text),
  min: z.exactOptional(text),
  max: z.exactOptional(text),
  international: z.exactOptional(z.literal(true)),
});

const choiceField = z.strictObject({
  type: z.enum(['select', 'radio', 'newsletters']),
  ...asked,
  options: z.array(z.strictObject({ value: text, label: text })),
});

const checkboxField = z.strictObject({
  type: z.literal('checkbox'),
  ...asked,
  link: z.exactOptional(z.strictObject({ href: text, label: text })),
});

const hiddenField = z.strictObject({
  type: z.literal('hidden'),
  name: text,
  from: z.union([z.enum(['page', 'referrer']), z.templateLiteral(['?', z.string()])]),
  maxLength: z.int(),
});

const formTexts = z.strictObject({
  ...texts([
    'submit',
    'sending',
    'accepted',
    'acceptedTitle',
    'acceptedFor',
    'acceptedNext',
    'optional',
    'suggestion',
    'takeSuggestion',
    'close',
    'leaveEmpty',
  ]).shape,
  issues: texts(issueCodes),
  problems: texts(['unreachable', ...(Object.keys(problemTexts) as ProblemCode[])]),
});

/** The definition of a form, as the widget reads it. */
export const formDefinition = z.strictObject({
  id: text,
  lang: text.meta({ description: 'BCP 47 tag of the language of all labels and texts.' }),
  dir: z.enum(['ltr', 'rtl']),
  title: text,
  intro: z.exactOptional(text),
  fields: z.array(z.discriminatedUnion('type', [textField, choiceField, checkboxField, hiddenField])),
  texts: formTexts,
  part: z.exactOptional(z.literal('newsletters')),
  proof: z.boolean().meta({ description: 'Whether a sign-up needs a proof of work.' }),
  redirect: z.exactOptional(text.meta({ description: 'Where the browser goes after a sign-up.' })),
}) satisfies z.ZodType<FormDefinition>;

const envelope = Object.entries(envelopeFields) as [keyof SignupEnvelope, z.ZodType][];

/** A sign-up: the fields of the form, and beside them what the proxy checks every sign-up by. */
export const signup = z
  .object({
    email: z.string().max(limits.email).meta({ description: 'Of the built-in form, as are the two names.' }),
    first_name: z.string().max(limits.name).optional(),
    last_name: z.string().max(limits.name).optional(),
    ...Object.fromEntries(
      envelope.map(([name, schema]) => [name, schema.meta({ description: envelopeTexts[name] })]),
    ),
  })
  .catchall(z.string())
  .meta({
    description: 'Your own form has its own fields: any name with a text. Empty texts count as left out.',
  });

export const accepted = z.strictObject({ status: z.literal('accepted') }) satisfies z.ZodType<Accepted>;

/** The answer to a sign-up that waits for its click. */
export const pending = z.strictObject({
  status: z.literal('accepted'),
  ticket: text.meta({ description: 'For `POST /forms/{form}/confirmation`.' }),
  form: text,
  accepted: texts(['acceptedTitle', 'acceptedFor', 'acceptedNext']),
  redirect: z.exactOptional(text),
  mailbox: z.exactOptional(texts(['name', 'url'])),
  again: z.int().meta({ description: 'Seconds until another mail may be asked for.' }),
  texts: texts([
    'field',
    'check',
    'wrong',
    'locked',
    'again',
    'againIn',
    'sentAgain',
    'other',
    'open',
    'done',
    'failed',
  ]),
}) satisfies z.ZodType<Pending>;

export const challenge = z.strictObject({
  parameters: z.strictObject({
    algorithm: text,
    cost: z.int().meta({ description: 'PBKDF2 iterations of one attempt.' }),
    keyLength: z.int(),
    keyPrefix: text,
    keySignature: text,
    nonce: text,
    salt: text,
    expiresAt: z.int().meta({ description: 'Seconds since 1970.' }),
    data: z.strictObject({ form: text, issuedAt: z.int(), touchedAt: z.int() }),
  }),
  signature: text,
  since: text.meta({ description: 'Give it as `?since=` when asking for the next challenge.' }),
}) satisfies z.ZodType<Challenge>;

export const ticket = z.strictObject({
  ticket: text.meta({ description: 'Of the answer to the sign-up.' }),
  code: z.string().optional().meta({ description: 'The code in the mail, to confirm without its link.' }),
  again: z.string().optional().meta({ description: 'Present: sends the mail once more.' }),
});

export const confirmation = z.strictObject({
  status: z.enum(['pending', 'confirmed', 'wrong', 'locked']),
}) satisfies z.ZodType<ConfirmationAnswer>;

/** Why a request was not accepted (RFC 9457). */
export const problemDetail = z.strictObject({
  type: z.literal('about:blank'),
  title: text,
  status: z.int(),
  code: z.enum(problemCodes as [(typeof problemCodes)[number]]),
  detail: z.string().optional().meta({ description: 'For developers. Never contains what was sent.' }),
  issues: z
    .record(text, z.enum(issueCodes as [IssueCode]))
    .optional()
    .meta({ description: 'With `invalid`: what is wrong with each faulty field.' }),
  request_id: z.string().meta({ description: 'Equal to the `X-Request-Id` header; the log has it too.' }),
  retry_after: z.int().optional().meta({ description: 'Seconds, equal to the `Retry-After` header.' }),
});

/** Which form, in a path. */
export const form = z.object({
  form: z.string().meta({ description: 'The id of a form.', examples: ['newsletter'] }),
});
