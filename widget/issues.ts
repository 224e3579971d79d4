import type { FormDefinition } from '../shared/form.ts';
import type { IssueCode } from '../shared/signup.ts';

/** What is wrong, by field name. */
export type Issues = Readonly<Record<string, IssueCode>>;

/**
 * The form's own rules, checked where the visitor is. `maxLength` is checked here and not by the attribute, which
 * would cut off a pasted address without a word. So is an address, because browsers refuse those with other letters
 * than a to z before the @; which of them can be reached is for the proxy to say.
 */
export function findIssues(form: FormDefinition, inputs: readonly HTMLInputElement[]): Issues {
  const issues: Record<string, IssueCode> = {};
  for (const { name, type, maxLength } of form.fields) {
    const input = inputs.find((candidate) => candidate.name === name);
    if (!input) continue;
    const { value, required } = input;
    if (required && value.trim() === '') issues[name] = 'missing';
    else if (type === 'email' && value !== '' && !/^\S+@\S+\.\S+$/.test(value)) issues[name] = 'malformed';
    else if (value.length > maxLength) issues[name] = 'too_long';
  }
  return issues;
}
