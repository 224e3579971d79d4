import { cleanText } from '../../shared/clean-text.ts';
import type { AskedField, FormDefinition } from '../../shared/form.ts';
import type { IssueCode } from '../../shared/signup.ts';
import { controlOf, controlsIn, isBox, type Control } from './values.ts';

/** The issue of each faulty field, by field name. */
export type Issues = Readonly<Record<string, IssueCode>>;

/** Checks the form's own rules in the browser, after cleaning what was typed as the proxy does. */
export function findIssues(definition: FormDefinition, form: HTMLFormElement): Issues {
  for (const control of controlsIn(form)) {
    const clean = cleanText(control.value);
    if (!isBox(control) && clean !== control.value) control.value = clean;
  }
  return issuesIn(definition, form);
}

/** The same fields as before, as far as they are still faulty. */
export function recheck(issues: Issues, definition: FormDefinition, form: HTMLFormElement): Issues {
  return issuesIn(definition, form, issues);
}

function issuesIn({ fields }: FormDefinition, form: HTMLFormElement, among?: Issues): Issues {
  const issues: Record<string, IssueCode> = {};
  for (const field of fields) {
    const control = controlOf(form, field.name);
    const issue = control && field.type !== 'hidden' && issueOf(field, control);
    if (issue && (!among || field.name in among)) issues[field.name] = issue;
  }
  return issues;
}

/**
 * `maxLength` is checked here because the attribute would silently truncate a pasted address. Email addresses
 * are checked here because browsers reject letters other than a to z before the @; the proxy decides which of
 * them can be reached. All other checks are the browser's, including whether one radio button of a group is
 * chosen.
 */
function issueOf(field: AskedField, { value, validity }: Control): IssueCode | undefined {
  if (field.type === 'checkbox' || 'options' in field) return validity.valueMissing ? 'missing' : undefined;
  // An invalid number has an empty value.
  if (validity.badInput) return 'malformed';
  if (value.trim() === '') return field.required ? 'missing' : undefined;
  if (value.length > field.maxLength) return 'too_long';
  const mistyped = field.type === 'email' ? !/^\S+@\S+\.\S+$/.test(value) : validity.typeMismatch;
  const { patternMismatch, rangeUnderflow, rangeOverflow } = validity;
  return mistyped || patternMismatch || rangeUnderflow || rangeOverflow ? 'malformed' : undefined;
}
