import { z } from 'zod';
import { writeTime } from '../api/dates.ts';
import { count, wrapIf } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import type { List, Subscription } from '../contacts/lists.ts';
import type { Variants } from '../control/variants.ts';

const base = { access: 'v2', kind: 'other', source: 'SPEC' } as const;

export const listRoutes: readonly Route[] = [
  {
    ...base,
    method: 'GET',
    path: '/v2/lists',
    about: 'All lists.',
    async answer(_call, { lists, faults }) {
      const results = (await lists.all()).map((list) => describeList(list, faults.variants));
      return { status: 200, results };
    },
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/lists/:id',
    about: 'One list.',
    async answer({ params }, { lists, faults }) {
      const list = await lists.find(idIn(params));
      return list
        ? { status: 200, results: [describeList(list, faults.variants)] }
        : reply(404, 'No such list');
    },
  },
  {
    ...base,
    method: 'POST',
    path: '/v2/lists',
    about: 'Creates a list: `name`, `description`, `options`. 201.',
    answer: createList,
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/subscription-types',
    about: 'The categories that a contact can opt in to.',
    answer: (_call, { faults }) => ({
      status: 200,
      results: types.map((type) => describeType(type, faults.variants)),
    }),
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/subscription-types/:id',
    about: 'One of them.',
    answer({ params }, { faults }) {
      const type = types.find(({ id }) => id === idIn(params));
      return type
        ? { status: 200, results: [describeType(type, faults.variants)] }
        : reply(404, 'No such subscription type');
    },
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/subscriptions',
    about: 'The subscriptions of one contact, by its integer `contact_id`, which its page shows.',
    async answer({ query }, { lists, faults }) {
      const id = count.safeParse(query['contact_id']);
      if (!id.success) return reply(400, 'contact_id must be a whole number');
      const found = await lists.subscriptionsOf(id.data);
      return { status: 200, results: found.map((one) => describeSubscription(one, faults.variants)) };
    },
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/subscriptions/:id',
    about: 'One subscription.',
    async answer({ params }, { lists, faults }) {
      const found = await lists.findSubscription(idIn(params));
      return found
        ? { status: 200, results: [describeSubscription(found, faults.variants)] }
        : reply(404, 'No such subscription');
    },
  },
  {
    ...base,
    method: 'POST',
    path: '/v2/subscriptions',
    about:
      'Creates or updates a subscription: `contact_id`, `subscription_type_id`, `can_email`, `is_active` …',
    answer: subscribe,
  },
  {
    ...base,
    method: 'PUT',
    path: '/v2/subscriptions/:id',
    about: 'Updates a subscription.',
    async answer(call, parts) {
      const found = await parts.lists.findSubscription(idIn(call.params));
      if (!found) return reply(404, 'No such subscription');
      const { contact_id, subscription_type_id } = found;
      return subscribe(
        { ...call, body: { ...Object(call.body ?? {}), contact_id, subscription_type_id } },
        parts,
      );
    },
  },
];

const types = [
  { id: 1, name: 'Newsletter' },
  { id: 2, name: 'Offers' },
];

/** Texts that the database takes. */
const text = z.string().refine((value) => value.isWellFormed() && !value.includes('\0'));

const newListSchema = z.strictObject({
  name: text.min(1).max(255),
  description: text.max(1000).default(''),
  options: z.record(z.string(), z.unknown()).default({}),
});

async function createList({ body }: Call, { lists }: ApiParts): Promise<Reply> {
  const list = newListSchema.safeParse(body);
  if (!list.success) return reply(400, 'Wanted name, description and options');
  return { status: 201, results: [{ id: String(await lists.create(list.data)) }] };
}

const subscriptionSchema = z.strictObject({
  contact_id: z.int(),
  subscription_type_id: z.int(),
  integration_id: z.int().optional(),
  can_email: z.boolean().optional(),
  is_active: z.boolean().optional(),
  synced_at: z.string().optional(),
  unsubscribe_code: z.string().optional(),
  unsubscribe_message: z.string().optional(),
});

async function subscribe({ body }: Call, { lists }: ApiParts): Promise<Reply> {
  const sent = subscriptionSchema.safeParse(body);
  if (!sent.success) {
    return reply(
      400,
      `These members cannot be read: ${sent.error.issues.map(({ path }) => path.join('.')).join(', ')}`,
    );
  }
  const { contact_id, subscription_type_id, ...fields } = sent.data;
  if (!types.some(({ id }) => id === subscription_type_id)) return reply(400, 'No such subscription type');
  const id = await lists.subscribe(contact_id, subscription_type_id, fields);
  return id === undefined ? reply(400, 'No such contact') : { status: 200, results: [{ id }] };
}

function describeList({ id, name }: List, { v2Items }: Variants): object {
  // A text here, though `list_id` is an integer elsewhere: so rasa.io describes it.
  return wrapIf(v2Items, { id: String(id), name });
}

function describeType({ id, name }: (typeof types)[number], { v2Items, dates }: Variants): object {
  const made = writeTime(0, dates);
  return wrapIf(v2Items, { id, name, account_id: 1, created: made, updated: made, mappings: [] });
}

function describeSubscription(subscription: Subscription, { v2Items, dates }: Variants): object {
  const { id, contact_id, subscription_type_id, updated, ...fields } = subscription;
  return wrapIf(v2Items, {
    id,
    contact_id,
    subscription_type_id,
    can_email: true,
    is_active: true,
    ...fields,
    status_changed: writeTime(updated, dates),
    subscription_type: types.find((type) => type.id === subscription_type_id)?.name ?? null,
  });
}

function idIn(params: Call['params']): number {
  const id = count.safeParse(params['id']);
  return id.success ? id.data : 0;
}
