import { z } from 'zod';
import { limits } from '../../shared/form.ts';
import { honeypot, type IssueCode } from '../../shared/signup.ts';
import { refuseAttribute, reservedAttributes } from '../forms/attributes.ts';
import { cleaned } from '../forms/clean-text.ts';
import { isDisposable, readAddress, type AddressRules } from '../forms/email-address.ts';
import type { Consent, Contact } from '../outbox/signup.ts';

/** The sender's own name for an item. */
export type Ref = string | number;

/** One contact of a request, checked and normalised. */
export type ReadItem =
  | {
      readonly is: 'contact';
      readonly ref: Ref | null;
      readonly contact: Contact;
      readonly consent: Consent | undefined;
      /** `undefined`: it waits for no click, unless the sender's token says so. */
      readonly confirm: AskedConfirmation | undefined;
    }
  | {
      readonly is: 'invalid';
      readonly ref: Ref | null;
      /** Absent where the item itself is not an object. */
      readonly field?: string;
      readonly issue: IssueCode;
    };

/** The sender's own name for an item, as it is checked. */
export const refSchema = z.union([z.int(), z.string().min(1).max(200)]);
const longestText = limits.page;

/** A number as an attribute may have it. */
export const exactNumber = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

export const consentSchema = z.strictObject({
  text: z.string().max(longestText).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  source: z.string().max(longestText).optional(),
});

const perhapsConsent = consentSchema.optional();

/** Whether the contact waits for a click in a mail, and in the mail of which form and language. */
export const confirmSchema = z.union([
  z.boolean(),
  z.strictObject({ form: z.string().max(100).optional(), lang: z.string().max(35).optional() }),
]);

export type AskedConfirmation = Exclude<z.infer<typeof confirmSchema>, boolean>;

/** rasa.io's fields of a contact that an application may write. Every other name is a custom attribute. */
const texts: readonly string[] = ['first_name', 'last_name', 'external_id', 'segment_code'];

/** What belongs to forms. As attributes they would only ever be mistakes. */
const ofForms: readonly string[] = ['proof', honeypot];

/** Names that no field of an item has, in lower case. */
export const reservedNames: readonly string[] = [
  ...reservedAttributes.filter((name) => name !== 'external_id'),
  ...ofForms,
  ...Object.getOwnPropertyNames(Object.prototype),
];

/**
 * Reads an item: an object with `email`, rasa.io's other fields, custom attributes of any JSON scalar, and
 * beside them `ref`, `consent` and `confirm`. Addresses are checked by the rules of forms.
 */
export function readItem(item: unknown, rules: AddressRules): ReadItem {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return { is: 'invalid', ref: null, issue: 'malformed' };
  }
  const {
    ref: givenRef = null,
    consent: givenConsent = null,
    confirm: givenConfirm = null,
    ...given
  } = item as Record<string, unknown>;
  if (givenRef !== null && !isRef(givenRef)) return invalid(null, 'ref', 'malformed');
  const ref = givenRef;
  if (Object.keys(given).length > limits.names) return { is: 'invalid', ref, issue: 'too_long' };
  const consent = perhapsConsent.safeParse(givenConsent ?? undefined);
  if (!consent.success) return invalid(ref, 'consent', 'malformed');
  const confirm = confirmSchema.safeParse(givenConfirm ?? false);
  if (!confirm.success) return invalid(ref, 'confirm', 'malformed');

  const values: [string, string | number | boolean | null][] = [];
  for (const [name, value] of Object.entries(cleaned(given))) {
    if (name === 'email') continue;
    // A name that is not for contacts is refused with an empty text too.
    const issue = issueOf(name, value ?? null);
    if (issue) return invalid(ref, name.slice(0, limits.name), issue);
    if (value === undefined || (value === null && texts.includes(name))) continue;
    values.push([name, value as string | number | boolean | null]);
  }
  const { email: address } = cleaned({ email: given['email'] });
  const email = readEmail(address, rules);
  if (email.is === 'fault') return invalid(ref, 'email', email.issue);
  if (rules.disposable === 'flag' && isDisposable(email.email, rules)) values.push(['disposable', 'yes']);
  const contact = { email: email.email, ...Object.fromEntries(values) };
  return { is: 'contact', ref, contact, consent: consent.data, confirm: askedOf(confirm.data) };
}

function askedOf(confirm: z.infer<typeof confirmSchema>): AskedConfirmation | undefined {
  if (typeof confirm === 'object') return confirm;
  return confirm ? {} : undefined;
}

/** Whether a consent says anything, so that it may bring somebody back. */
export function isGiven(consent: Consent | undefined): boolean {
  return Object.values(consent ?? {}).some((value) => value !== undefined && value !== '');
}

function isRef(value: unknown): value is Ref {
  return refSchema.safeParse(value).success;
}

function readEmail(address: unknown, rules: AddressRules): ReturnType<typeof readAddress> {
  if (address === undefined || address === null) return { is: 'fault', issue: 'missing' };
  if (typeof address !== 'string') return { is: 'fault', issue: 'malformed' };
  const read = address.length > limits.email ? undefined : readAddress(address, rules);
  // An international domain is longer in its ASCII form.
  if (!read || (read.is === 'address' && read.email.length > limits.email))
    return { is: 'fault', issue: 'too_long' };
  return read;
}

/** The fields of a contact that are to be changed, checked as those of a new one. */
export type ReadChanges =
  | { readonly is: 'fields'; readonly fields: Omit<Contact, 'email'> }
  | { readonly is: 'invalid'; readonly field?: string; readonly issue: IssueCode };

/**
 * Reads the body of a change: an object with at least one field. The address cannot be changed, since rasa.io
 * knows contacts by it.
 */
export function readChanges(body: unknown): ReadChanges {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { is: 'invalid', issue: 'malformed' };
  }
  // An empty text empties the field, as null does.
  const entries = Object.entries(cleaned(body as Record<string, unknown>)).map(
    ([name, value]) => [name, value ?? null] as const,
  );
  if (entries.length === 0) return { is: 'invalid', issue: 'missing' };
  if (entries.length > limits.names) return { is: 'invalid', issue: 'too_long' };
  for (const [field, value] of entries) {
    const issue = notToChange.includes(field) ? 'unknown' : issueOf(field, value);
    if (issue) return { is: 'invalid', field: field.slice(0, limits.name), issue };
  }
  return { is: 'fields', fields: Object.fromEntries(entries) as Omit<Contact, 'email'> };
}

/** Fields of an item that a change does not have. */
export const notToChange: readonly string[] = ['email', 'ref', 'consent', 'confirm'];

function issueOf(name: string, value: unknown): IssueCode | undefined {
  if (name.length > limits.name) return 'too_long';
  const isReserved = name !== 'external_id' && refuseAttribute(name) !== undefined;
  if (name.trim() === '' || isReserved || ofForms.includes(name)) return 'unknown';
  if (typeof value === 'string') {
    return value.length > (texts.includes(name) ? limits.name : longestText) ? 'too_long' : undefined;
  }
  const isScalar = typeof value === 'boolean' || (typeof value === 'number' && isExact(value));
  return value === null || (isScalar && !texts.includes(name)) ? undefined : 'malformed';
}

/** Larger numbers are rounded when they are read: what is stored would be another one than was sent. */
export function isExact(value: number): boolean {
  return exactNumber.safeParse(value).success;
}

function invalid(ref: Ref | null, field: string, issue: IssueCode): ReadItem {
  return { is: 'invalid', ref, field, issue };
}
