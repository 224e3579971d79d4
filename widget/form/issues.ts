import type { AskedField, FormDefinition } from '../../shared/form.ts';
import type { IssueCode } from '../../shared/signup.ts';

/** The issue of each faulty field, by field name. */
export type Issues = Readonly<Record<string, IssueCode>>;

/** Checks the form's own rules in the browser. */
export function findIssues({ fields }: FormDefinition, form: HTMLFormElement): Issues {
  const issues: Record<string, IssueCode> = {};
  for (const field of fields) {
    const control = form.querySelector<HTMLInputElement>(`[name=${CSS.escape(field.name)}]`);
    const issue = control && field.type !== 'hidden' && issueOf(field, control);
    if (issue) issues[field.name] = issue;
  }
  return issues;
}

/**
 * `maxLength` is checked here because the attribute would silently truncate a pasted address. Email addresses
 * are checked here because browsers reject letters other than a to z before the @; the proxy decides which of
 * them can be reached. All other checks are the browser's, including whether one radio button of a group is
 * chosen.
 */
function issueOf(field: AskedField, { value, validity }: HTMLInputElement): IssueCode | undefined {
  if (field.type === 'checkbox' || 'options' in field) return validity.valueMissing ? 'missing' : undefined;
  // An invalid number has an empty value.
  if (validity.badInput) return 'malformed';
  if (value.trim() === '') return field.required ? 'missing' : undefined;
  if (value.length > field.maxLength) return 'too_long';
  const mistyped = field.type === 'email' ? !/^\S+@\S+\.\S+$/.test(value) : validity.typeMismatch;
  const { patternMismatch, rangeUnderflow, rangeOverflow } = validity;
  return mistyped || patternMismatch || rangeUnderflow || rangeOverflow ? 'malformed' : undefined;
}
