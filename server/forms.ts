import { z } from 'zod';
import { limits, type FormDefinition, type TextField } from '../shared/form.ts';
import { honeypot, type IssueCode, type SignupEnvelope } from '../shared/signup.ts';
import { en } from '../shared/messages/en.ts';
import type { Messages } from '../shared/messages/messages.ts';
import { isDisposable, readAddress, type AddressRules } from './address.ts';
import type { Person } from './signup.ts';

/** The forms that this proxy serves. */
export interface Forms {
  find(id: string): Form | undefined;
  all(): readonly Form[];
}

export interface Form {
  readonly id: string;
  /** What the visitor's side gets to know, in its language. Made once for each. */
  definitionIn(words: Messages): FormDefinition;
  /** Checks and normalises what was sent, field by field; names that the form does not have are refused. */
  check(sent: Readonly<Record<string, unknown>>): Checked;
  /** Whether a plain form may send the browser there afterwards. */
  mayRedirectTo(url: string): boolean;
}

export type Checked =
  | {
      readonly is: 'valid';
      readonly person: Person;
      /** The form's own fields as they were cleaned, without what the operator's policies add to the person. */
      readonly fields: Readonly<Record<string, string>>;
      readonly envelope: SignupEnvelope;
      /** What was typed where a name is asked for. */
      readonly names: readonly string[];
    }
  | { readonly is: 'invalid'; readonly issues: Readonly<Record<string, IssueCode>> };

export interface FormsOptions {
  readonly address: AddressRules;
  readonly proof: boolean;
  /** Pages, or with a slash at the end everything below, that a plain form may redirect to. */
  readonly thankYouPages: readonly string[];
}

function newsletter(words: Messages, { proof, address }: FormsOptions): FormDefinition {
  return {
    id: 'newsletter',
    lang: words.lang,
    dir: words.dir,
    title: words.hosted.title,
    texts: words.texts,
    proof,
    fields: [
      {
        name: 'email',
        type: 'email',
        label: words.labels.email,
        required: true,
        maxLength: limits.email,
        autocomplete: 'email',
        ...(address.international && { international: true }),
        issues: { malformed: words.malformedEmail },
      },
      {
        name: 'first_name',
        type: 'text',
        label: words.labels.first_name,
        required: false,
        maxLength: limits.name,
        autocomplete: 'given-name',
      },
      {
        name: 'last_name',
        type: 'text',
        label: words.labels.last_name,
        required: false,
        maxLength: limits.name,
        autocomplete: 'family-name',
      },
    ],
  };
}

export function createForms(options: FormsOptions): Forms {
  const forms = new Map(
    [newsletter].map((define) => {
      const form = createForm((words) => define(words, options), options);
      return [form.id, form];
    }),
  );
  return { find: (id) => forms.get(id), all: () => [...forms.values()] };
}

function createForm(
  define: (words: Messages) => FormDefinition,
  { address, thankYouPages }: FormsOptions,
): Form {
  const definitions = new Map<Messages, FormDefinition>();
  const definitionIn = (words: Messages) => {
    const definition = definitions.get(words) ?? define(words);
    definitions.set(words, definition);
    return definition;
  };
  // What is checked is the same in every language.
  const { id, fields } = definitionIn(en);
  const names = fields.map(({ name }) => name);
  const schema = z.strictObject({
    ...Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, address)])),
    ...envelopeFields,
  });

  return {
    id,
    definitionIn,
    check(sent) {
      const result = schema.safeParse(cleaned(sent));
      if (!result.success) return { is: 'invalid', issues: issuesOf(result.error) };
      const given = textsOf(result.data, names);
      // The schema saw to it: `email` is a required field of every form.
      const person = given as Person;
      const isFlagged = address.disposable === 'flag' && isDisposable(person.email, address);
      return {
        is: 'valid',
        person: isFlagged ? { ...person, disposable: 'yes' } : person,
        fields: given,
        envelope: textsOf(result.data, Object.keys(envelopeFields)),
        names: fields.flatMap(({ name, autocomplete }) =>
          autocomplete.endsWith('name') ? (given[name] ?? []) : [],
        ),
      };
    },
    mayRedirectTo(url) {
      if (!URL.canParse(url)) return false;
      const { origin, pathname } = new URL(url);
      return thankYouPages.some((page) =>
        page.endsWith('/') ? `${origin}${pathname}`.startsWith(page) : `${origin}${pathname}` === page,
      );
    },
  };
}

function textsOf(data: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = data[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

/** Zod's messages carry the issue code, so that the schema alone says what each fault is called. */
const wrong = {
  error: ({ input }: { readonly input: unknown }): IssueCode =>
    input === undefined ? 'missing' : 'malformed',
};

function text(maxLength: number): z.ZodString {
  // What is too long is not looked at any further: a URL parser takes its time with it.
  return z.string(wrong).max(maxLength, { error: 'too_long' satisfies IssueCode, abort: true });
}

/** What travels beside the form's own fields. */
const envelopeFields = {
  id: text(limits.id)
    .regex(/^[\w-]{8,}$/, 'malformed' satisfies IssueCode)
    .optional(),
  page: text(limits.page)
    .refine(isWebPage, 'malformed' satisfies IssueCode)
    .optional(),
  proof: text(limits.proof).optional(),
  [honeypot]: text(limits.bodyBytes).optional(),
  token: text(limits.token).optional(),
  redirect: text(limits.page).optional(),
};

function fieldSchema(field: FormField, address: AddressRules): z.ZodType {
  const string = text(field.maxLength);
  const typed = field.type === 'email' ? string.transform(addressIn(address)).pipe(string) : string;
  return field.required ? typed : typed.optional();
}

function addressIn(rules: AddressRules): (value: string, context: z.RefinementCtx) => string {
  return (value, context) => {
    const read = readAddress(value, rules);
    if (read.is === 'address') return read.email;
    context.addIssue(read.issue);
    return z.NEVER;
  };
}

/**
 * Marks that turn the direction of text around, or that nobody sees (UAX #44, Default_Ignorable_Code_Point, and the
 * annotation marks): spoofing's tools. Joiners and variation selectors stay: scripts need them, and emoji.
 */
const invisible =
  /(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu;

const controls = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * Takes away control characters, half characters, line separators, what nobody sees, and the white space around; what
 * is empty then counts as absent, since a form sends the fields that were left empty too. Before the schema and not in it, where a
 * step for each field that could have been sent costs more than all its checks.
 */
function cleaned(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const text = value.replace(invisible, '').replace(controls, ' ').trim();
      return [name, text === '' ? undefined : text];
    }),
  );
}

function isWebPage(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
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
