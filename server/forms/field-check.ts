import { z } from 'zod';
import { limits, ticked } from '../../shared/form.ts';
import { honeypot, type IssueCode } from '../../shared/signup.ts';
import { readUrl } from '../system/urls.ts';
import { readAddress, type AddressRules } from './email-address.ts';
import type { FieldSpec, NewslettersSpec, TypedSpec } from './form-spec.ts';
import { linearTest } from './pattern.ts';

/** Zod's messages carry the issue code, so that the schema alone maps each fault to its code. */
const wrong = {
  error: ({ input }: { readonly input: unknown }): IssueCode =>
    input === undefined ? 'missing' : 'malformed',
};

const malformed: IssueCode = 'malformed';

function text(maxLength: number): z.ZodString {
  // A text that is too long is not checked further: a URL parser takes long for it.
  return z.string(wrong).max(maxLength, { error: 'too_long' satisfies IssueCode, abort: true });
}

/** The fields that are sent beside the form's own. */
export const envelopeFields = {
  id: text(limits.id)
    .regex(/^[\w-]{8,}$/, malformed)
    .optional(),
  page: text(limits.page).refine(isWebPage, malformed).optional(),
  proof: text(limits.proof).optional(),
  [honeypot]: text(limits.bodyBytes).optional(),
  token: text(limits.token).optional(),
  redirect: text(limits.page).optional(),
};

/** The check of one field, which also normalises its value. */
export function checkOf(field: FieldSpec, rules: AddressRules): z.ZodType {
  const check = checkOfKind(field, rules);
  return field.type !== 'hidden' && field.required ? check : check.optional();
}

function checkOfKind(field: FieldSpec, rules: AddressRules): z.ZodType {
  switch (field.type) {
    case 'select':
    case 'radio':
      return z.enum(
        field.options.map(({ value }) => value),
        wrong,
      );
    case 'newsletters':
      return ticksOf(field);
    case 'checkbox':
      return z.literal(ticked, wrong);
    case 'hidden':
      // Visitors cannot correct a hidden field, so no value of it is an issue.
      return z
        .unknown()
        .transform((value) => (typeof value === 'string' ? cut(value, field.maxLength) : undefined));
    case 'email': {
      const string = text(field.maxLength);
      return matching(string.transform(addressIn(rules)).pipe(string), field);
    }
    case 'text':
      return matching(text(field.maxLength), field);
    case 'tel':
      return matching(text(field.maxLength).refine(isPhoneNumber, malformed), field);
    case 'url':
      return matching(text(field.maxLength).refine(isWebPage, malformed), field);
    case 'number':
      return text(field.maxLength)
        .regex(validNumber, malformed)
        .refine(
          (value) => isWithin(Number(value), Number(field.min ?? -Infinity), Number(field.max ?? Infinity)),
          malformed,
        );
    case 'date':
      return text(field.maxLength)
        .regex(z.regexes.date, malformed)
        .refine((value) => isWithin(value, field.min ?? '0000', field.max ?? '9999-12-31'), malformed);
  }
}

/**
 * The values of the ticked options in one text, or one text each, as a form without scripts sends them. The
 * result is one text, in the order of the options.
 */
function ticksOf({ options, required }: NewslettersSpec): z.ZodType {
  const known = options.map(({ value }) => value);
  return z.union([z.string(), z.array(z.string())], wrong).transform((sent, context) => {
    const named = [sent].flat().flatMap((text) => text.split(','));
    const chosen = known.filter((value) => named.includes(value));
    const isAny = named.some((value) => value !== '');
    if (named.every((value) => value === '' || known.includes(value)) && (isAny || !required)) {
      return isAny ? chosen.join(',') : undefined;
    }
    context.addIssue((isAny ? 'malformed' : 'missing') satisfies IssueCode);
    return z.NEVER;
  });
}

function matching(schema: z.ZodType<string>, { pattern }: TypedSpec): z.ZodType<string> {
  return pattern === undefined ? schema : schema.refine(linearTest(pattern), malformed);
}

/** HTML's "valid floating-point number", which `Number` parses too. */
const validNumber = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$/;

function isWithin<T extends number | string>(value: T, least: T, greatest: T): boolean {
  return value >= least && value <= greatest && (typeof value === 'string' || Number.isFinite(value));
}

/** A phone number as people write it. E.164 allows 15 digits at most, and an extension may follow. */
function isPhoneNumber(value: string): boolean {
  const digits = value.match(/\p{Nd}/gu)?.length ?? 0;
  return digits >= 4 && digits <= 20 && phoneNumber.test(value);
}

const phoneNumber = /^\+?[\p{Nd}() ./\u2010-\u2015-]+(?:(?:[,;#x]|ext\.?) ?\p{Nd}+)?$/iu;

function isWebPage(value: string): boolean {
  return /^https?:$/.test(readUrl(value)?.protocol ?? '');
}

function addressIn(rules: AddressRules): (value: string, context: z.RefinementCtx) => string {
  return (value, context) => {
    const read = readAddress(value, rules);
    if (read.is === 'address') return read.email;
    context.addIssue(read.issue);
    return z.NEVER;
  };
}

/** Cuts to `maxLength` UTF-16 code units, without splitting a surrogate pair. */
function cut(value: string, maxLength: number): string {
  return value.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}
