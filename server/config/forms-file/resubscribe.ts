import { z } from 'zod';
import type { FormSpec } from '../../forms/form-spec.ts';
import { object } from './schema-parts.ts';

const when = z.enum(['never', 'with-consent'], 'never or with-consent');
const table = object({
  unsubscribed: when.optional().describe('The same for contacts who unsubscribed.'),
  bounced: when.optional().describe('The same for contacts whose mail came back.'),
  complained: when.optional().describe('The same for contacts who reported mail as spam.'),
  archived: when.optional().describe('The same for contacts who were archived.'),
});

export const resubscribe = z.union([when, table], {
  error: 'never or with-consent, or an object with these by unsubscribed, bounced, complained, archived',
});

/** The short form leaves alone whose mail came back and who complained: a tick does not undo that. */
const shortForm: FormSpec['resubscribe'] = ['unsubscribed', 'archived'];

/** The states from which contacts of a form are brought back. */
export function statesOf(policy: z.output<typeof resubscribe> | undefined): FormSpec['resubscribe'] {
  if (policy === undefined || policy === 'never') return [];
  if (policy === 'with-consent') return shortForm;
  return Object.entries(policy).flatMap(([state, then]) =>
    then === 'with-consent' ? [state as FormSpec['resubscribe'][number]] : [],
  );
}
