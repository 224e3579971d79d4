import { z } from 'zod';
import { limits } from '../../shared/form.ts';
import type { Result } from '../contacts/contacts.ts';
import type { Fate } from '../contacts/fates.ts';
import {
  confirmSchema,
  consentSchema,
  exactNumber,
  notToChange,
  refSchema,
  reservedNames,
} from '../contacts/items.ts';
import { stickyStates } from '../outbox/signup.ts';
import type { Code, Operation } from './operation.ts';
import { issueCodes } from './texts.ts';

const name = z.string().max(limits.name).nullish();
const attribute = z.union([z.string().max(limits.page), exactNumber, z.boolean(), z.null()]);
const own = { first_name: name, last_name: name, external_id: name, segment_code: name };
const id = z.guid();
const time = z.iso.datetime();

/** What `server/contacts/items.ts` asks of names, in the words of JSON Schema. */
const namesBut = (refused: readonly string[]) => ({
  propertyNames: { maxLength: limits.name, pattern: '\\S', not: { enum: refused } },
});

const item = z
  .object({
    email: z.string().min(1).max(limits.email),
    ...own,
    ref: refSchema.nullish().meta({ description: 'Your own name for the item.' }),
    consent: consentSchema.nullish().meta({
      description: 'Kept with the contact until it is delivered; not sent to rasa.io.',
    }),
    confirm: confirmSchema.nullish().meta({
      description:
        'Double opt-in: the contact waits until the owner of the address has pressed the button of a mail. That is ' +
        'the mail of the account’s first form, or of `form`, in its first language, or in `lang`.',
    }),
  })
  .catchall(attribute)
  .meta({ description: 'Any other name is a custom attribute.', ...namesBut(reservedNames) });

const changes = z
  .object(own)
  .catchall(attribute)
  .meta({
    description: 'The fields that change. `null` or an empty text empties a field.',
    minProperties: 1,
    ...namesBut([...reservedNames, ...notToChange]),
  });

const state = z.enum(stickyStates);
const result = z.strictObject({
  ref: z.nullable(refSchema).meta({ description: 'As it was sent.' }),
  id: id.nullable().meta({ description: '`null` where nothing is stored.' }),
  status: z.enum(['accepted', 'pending', 'duplicate', 'left_alone', 'invalid']),
  state: z.exactOptional(state.meta({ description: 'With `left_alone`: why.' })),
  field: z.exactOptional(z.string().meta({ description: 'With `invalid`: the first field that is wrong.' })),
  issue: z.exactOptional(z.enum(issueCodes)),
}) satisfies z.ZodType<Result>;

const sent = { id, sent_at: time };
const fate = z.discriminatedUnion('status', [
  z.strictObject({ ...sent, status: z.literal('waiting') }),
  z.strictObject({ ...sent, status: z.enum(['pending', 'unconfirmed']) }),
  z.strictObject({
    ...sent,
    status: z.literal('delivered'),
    delivered_at: time,
    archived_since: z.exactOptional(
      time.meta({ description: 'Since when rasa.io does not list it any more.' }),
    ),
  }),
  z.strictObject({ ...sent, status: z.literal('left_alone'), state: z.string() }),
  z.strictObject({ ...sent, status: z.literal('erased') }),
  z.strictObject({ ...sent, status: z.literal('dead_letter'), reason: z.string(), failed_at: time }),
  z.strictObject({ ...sent, status: z.literal('purged') }),
]) satisfies z.ZodType<Fate>;

const change = z.strictObject({
  id: id.meta({ description: 'The change’s own.' }),
  contact: id,
  status: z.literal('accepted'),
});

const sample = { ref: 'order-17', email: 'ada@example.com', first_name: 'Ada' };
const exampleId = '019ac0de-0000-7000-8000-000000000000';
const unknown: readonly Code[] = ['not_found', 'unavailable'];
const accepted = {
  202: {
    about: 'Stored durably. It is made after everything that waits for the same person.',
    content: {
      'application/json': {
        schema: change,
        example: { id: '019ac0de-0000-7000-8000-000000000001', contact: exampleId, status: 'accepted' },
      },
    },
  },
};
const itemBody = z.union([item, z.array(item).max(1000)]);

/** By the id in the path, or by the `ref` of the query: what `server/routes/contact-routes.ts` answers. */
function operationsOf(isById: boolean): readonly Operation[] {
  const path = isById ? '/api/contacts/{id}' : '/api/contacts';
  const [suffix, whose] = isById ? ['', 'a contact'] : ['ByRef', 'the last contact with a `ref`'];
  const parameters = isById
    ? {
        path: z.object({
          id: z.string().meta({ description: 'Of the contact.', examples: ['$CONTACT_ID'] }),
        }),
      }
    : {
        query: z.object({
          ref: z
            .string()
            .min(1)
            .meta({ description: 'Your own name for the item.', examples: ['order-17'] }),
        }),
      };
  const common = { tag: 'contacts', parameters, samples: [{}] } as const;
  return [
    {
      method: 'get',
      path,
      id: `getContact${suffix}`,
      ...common,
      summary: `What became of ${whose}`,
      about: 'What the token’s account sent in the last 30 days, and everything of it that still waits.',
      access: 'contacts:read',
      responses: {
        200: {
          about: 'Its state.',
          content: {
            'application/json': {
              schema: fate,
              example: {
                id: exampleId,
                sent_at: '2026-11-27T08:00:00.000Z',
                status: 'delivered',
                delivered_at: '2026-11-27T08:00:01.000Z',
              },
            },
          },
        },
      },
      problems: unknown,
    },
    {
      method: 'patch',
      path,
      id: `changeContact${suffix}`,
      ...common,
      summary: `Change fields of ${whose}`,
      about: 'The address cannot be changed: send a new contact.',
      access: 'contacts:write',
      body: { 'application/json': { schema: changes, example: { first_name: 'Augusta', plan: null } } },
      responses: accepted,
      problems: [...unknown, 'invalid', 'unsupported', 'too_large'],
    },
    {
      method: 'post',
      path: `${path}/unsubscribe`,
      id: `unsubscribeContact${suffix}`,
      ...common,
      summary: `Unsubscribe ${whose}`,
      access: 'contacts:write',
      responses: accepted,
      problems: unknown,
    },
    {
      method: 'delete',
      path,
      id: `deleteContact${suffix}`,
      ...common,
      summary: `Archive or erase ${whose}`,
      about: 'Archived, a contact is hidden from rasa.io’s list.',
      access: 'contacts:delete',
      parameters: {
        ...parameters,
        query: z.object({
          ...('query' in parameters && parameters.query.shape),
          erase: z
            .enum(['true', 'false'])
            .optional()
            .meta({ description: '`true`: deletes the contact permanently, at rasa.io and here.' }),
        }),
      },
      responses: accepted,
      problems: unknown,
    },
  ];
}

export const contactOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/contacts',
    id: 'addContacts',
    tag: 'contacts',
    summary: 'Add contacts',
    about:
      'One item, an array of up to 1,000, or one item a line as NDJSON. Answers after everything valid has been ' +
      'stored durably, with one result for each item, in order.',
    access: 'contacts:write',
    parameters: {
      header: z.object({
        'Idempotency-Key': z
          .string()
          .optional()
          .meta({
            description:
              'With the same key and body the first answer comes again, for 24 hours. A quoted string or visible ' +
              'ASCII, 255 characters at most. Ignored for NDJSON: there `ref` does this.',
          }),
      }),
    },
    body: {
      'application/json': { schema: itemBody, example: sample },
      'application/x-ndjson': {
        schema: z.string().meta({ description: 'One item a line, as above, as many as arrive within 20 s.' }),
        example: `${JSON.stringify(sample)}\n${JSON.stringify({ ref: 'order-18', email: 'bob@example.com' })}\n`,
      },
    },
    responses: {
      200: {
        about: 'One result for each item.',
        content: {
          'application/json': {
            schema: z.strictObject({ results: z.array(result) }),
            example: {
              results: [
                { ref: 'order-17', id: exampleId, status: 'accepted' },
                { ref: 'order-18', id: null, status: 'invalid', field: 'email', issue: 'malformed' },
              ],
            },
          },
        },
      },
    },
    problems: ['unsupported', 'too_large', 'idempotency_mismatch', 'idempotency_in_progress', 'unavailable'],
    samples: [
      { about: 'One contact' },
      { about: 'Safe to repeat', headers: { 'Idempotency-Key': 'order-17-1' } },
      { about: 'Many', media: 'application/x-ndjson' },
    ],
  },
  ...operationsOf(false),
  ...operationsOf(true),
];
