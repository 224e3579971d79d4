import { z } from 'zod';
import { writeTime } from '../api/dates.ts';
import { wrapIf } from '../api/paging.ts';
import type { Person } from '../contacts/person.ts';
import { readChanges, refused, type Changes, type Refused } from '../contacts/person-changes.ts';
import type { Variants } from '../control/variants.ts';

const contactSchema = z.strictObject({
  email: z.string().optional(),
  first_name: z.string().nullable().optional(),
  last_name: z.string().nullable().optional(),
  source: z.string().max(255).optional(),
  can_email: z.boolean().optional(),
  can_email_code: z.string().max(255).optional(),
  can_email_message: z.string().max(1000).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  list_id: z.int().optional(),
  system: z.string().min(1).max(255).optional(),
  identifier: z.string().min(1).max(255).optional(),
  system_identifier: z.string().max(255).optional(),
});

/** What version 2 keeps for itself: read back and sent again, it does no harm. */
const readOnly = ['id', 'created', 'updated', 'can_email_updated', 'identifiers', 'subscriptions'];
/** The same, where they say nothing. */
const emptyOnly = ['title', 'company'];

/** A contact that was sent, as a change of a person. */
export interface SentContact {
  readonly email: string | undefined;
  readonly changes: Changes;
  readonly source: string | undefined;
  readonly listId: number | undefined;
}

export function readContact(body: unknown, now: number): SentContact | Refused {
  const sent =
    typeof body === 'object' && body !== null && !Array.isArray(body)
      ? Object.fromEntries(
          Object.entries(body).filter(
            ([name, value]) => !readOnly.includes(name) && !(emptyOnly.includes(name) && value === null),
          ),
        )
      : body;
  const parsed = contactSchema.safeParse(sent);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  const { source, can_email, can_email_code, can_email_message, options, list_id, ...rest } = parsed.data;
  const { system, identifier, system_identifier, ...fields } = rest;
  if ((system === undefined) !== (identifier === undefined)) {
    return refused('system and identifier must come together');
  }
  const changes = readChanges({ ...fields, ...(can_email !== undefined && { is_subscribed: can_email }) });
  if (!('fields' in changes)) return changes;
  const v2 = {
    ...(can_email !== undefined && { can_email_updated: now }),
    ...(can_email_code !== undefined && { can_email_code }),
    ...(can_email_message !== undefined && { can_email_message }),
    ...(system !== undefined &&
      identifier !== undefined && {
        identifiers: [{ system, identifier, ...(system_identifier !== undefined && { system_identifier }) }],
      }),
  };
  return {
    email: fields.email,
    changes: { ...changes, attributes: Object.entries(options ?? {}), v2 },
    source,
    listId: list_id,
  };
}

/** A contact as version 2 returns it. It is the same as a person of version 1. */
export function describeContact(person: Readonly<Person>, variants: Variants): object {
  const { dates } = variants;
  const { id, email, first_name, last_name, attributes, v2 = {} } = person;
  const { can_email_code, can_email_message, can_email_updated, identifiers } = v2;
  const data = {
    id,
    email,
    first_name,
    last_name,
    title: null,
    company: null,
    source: person.source,
    can_email: person.is_subscribed,
    can_email_code: can_email_code ?? codeOf(person),
    can_email_message: can_email_message ?? null,
    can_email_updated: can_email_updated === undefined ? null : writeTime(can_email_updated, dates),
    // Present only where something was set, as the description has it.
    ...(attributes.length > 0 && {
      options: Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    }),
    identifiers: identifiers ?? [],
    subscriptions: [],
    created: writeTime(person.created, dates),
    updated: writeTime(person.updated, dates),
  };
  return wrapIf(variants.v2Items, data, `/v2/contacts/${id}`);
}

function codeOf({ unsubscribe_reason }: Readonly<Person>): string | null {
  if (unsubscribe_reason === 'OneClickUnsubscribe') return 'unsubscribe';
  return unsubscribe_reason === 'API' ? 'manual' : null;
}
