import { z } from 'zod';
import { limits, type FormDefinition, type FormField } from '../shared/form.ts';
import type { IssueCode } from '../shared/signup.ts';
import { en } from '../shared/messages/en.ts';
import type { Person } from './signup.ts';

/** The forms that this proxy serves. */
export interface Forms {
  find(id: string): Form | undefined;
}

export interface Form {
  /** What the visitor's side gets to know. */
  readonly definition: FormDefinition;
  /** Checks and normalises what was sent, field by field; names that the form does not have are refused. */
  check(sent: Readonly<Record<string, unknown>>): Checked;
}

export type Checked =
  | { readonly is: 'valid'; readonly person: Person; readonly id?: string; readonly page?: string }
  | { readonly is: 'invalid'; readonly issues: Readonly<Record<string, IssueCode>> };

const newsletter: FormDefinition = {
  id: 'newsletter',
  lang: en.lang,
  proof: true,
  texts: en.texts,
  fields: [
    {
      name: 'email',
      type: 'email',
      label: en.labels.email,
      required: true,
      maxLength: limits.email,
      autocomplete: 'email',
      issues: { malformed: en.malformedEmail },
    },
    {
      name: 'first_name',
      type: 'text',
      label: en.labels.first_name,
      required: false,
      maxLength: limits.name,
      autocomplete: 'given-name',
    },
    {
      name: 'last_name',
      type: 'text',
      label: en.labels.last_name,
      required: false,
      maxLength: limits.name,
      autocomplete: 'family-name',
    },
  ],
};

export function createForms(definitions: readonly FormDefinition[] = [newsletter]): Forms {
  const forms = new Map(definitions.map((definition) => [definition.id, createForm(definition)]));
  return { find: (id) => forms.get(id) };
}

function createForm(definition: FormDefinition): Form {
  const schema = z.strictObject({
    ...Object.fromEntries(definition.fields.map((field) => [field.name, fieldSchema(field)])),
    id: cleaned(
      z
        .string(wrong)
        .max(limits.id, 'too_long' satisfies IssueCode)
        .regex(/^[\w-]{8,}$/, 'malformed' satisfies IssueCode)
        .optional(),
    ),
    page: cleaned(
      z
        .string(wrong)
        .max(limits.page, 'too_long' satisfies IssueCode)
        .refine(isWebPage, 'malformed' satisfies IssueCode)
        .optional(),
    ),
  });

  return {
    definition,
    check(sent) {
      const result = schema.safeParse(sent);
      if (!result.success) return { is: 'invalid', issues: issuesOf(result.error) };
      const { id, page, ...fields } = result.data as Readonly<Record<string, string | undefined>>;
      const person = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      return {
        is: 'valid',
        // The schema made every value a string; `email` is a required field of every form.
        person: person as Person,
        ...(id !== undefined && { id }),
        ...(page !== undefined && { page }),
      };
    },
  };
}

/** Zod's messages carry the issue code, so that the schema alone says what each fault is called. */
const wrong = {
  error: ({ input }: { readonly input: unknown }): IssueCode =>
    input === undefined ? 'missing' : 'malformed',
};

function fieldSchema(field: FormField): z.ZodType {
  const string = z.string(wrong).max(field.maxLength, 'too_long' satisfies IssueCode);
  const typed =
    field.type === 'email'
      ? string.regex(z.regexes.html5Email, 'malformed' satisfies IssueCode).transform(lowerDomain)
      : string;
  return cleaned(field.required ? typed : typed.optional());
}

/**
 * Takes away control characters and the white space around; what is empty then counts as absent, since a form sends
 * the fields that were left empty too.
 */
function cleaned<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    const text = value.replace(/\p{Cc}+/gu, ' ').trim();
    return text === '' ? undefined : text;
  }, schema);
}

/** Domains are case-insensitive (RFC 1035 2.3.3); the local part is the receiver's business (RFC 5321 2.4). */
function lowerDomain(email: string): string {
  const at = email.lastIndexOf('@');
  return email.slice(0, at) + email.slice(at).toLowerCase();
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
