import type { AskedField, FormDefinition } from '../../shared/form.ts';
import type { IssueCode } from '../../shared/signup.ts';

/** What is wrong, by field name. */
export type Issues = Readonly<Record<string, IssueCode>>;

/** The form's own rules, checked where the visitor is. */
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
 * `maxLength` is checked here and not by the attribute, which would cut off a pasted address without a word. So is an
 * address, because browsers refuse those with other letters than a to z before the @; which of them can be reached is
 * for the proxy to say. The rest the browser knows by itself, of a radio button whether its group is answered.
 */
function issueOf(field: AskedField, { value, validity }: HTMLInputElement): IssueCode | undefined {
  if (field.type === 'checkbox' || 'options' in field) return validity.valueMissing ? 'missing' : undefined;
  // A number that is none has no value.
  if (validity.badInput) return 'malformed';
  if (value.trim() === '') return field.required ? 'missing' : undefined;
  if (value.length > field.maxLength) return 'too_long';
  const mistyped = field.type === 'email' ? !/^\S+@\S+\.\S+$/.test(value) : validity.typeMismatch;
  const { patternMismatch, rangeUnderflow, rangeOverflow } = validity;
  return mistyped || patternMismatch || rangeUnderflow || rangeOverflow ? 'malformed' : undefined;
}
