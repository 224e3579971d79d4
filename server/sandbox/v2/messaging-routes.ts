import { writeTime } from '../api/dates.ts';
import { count, pageParts, refuseQuery, wrapIf } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { readPage } from '../contacts/person-pages.ts';
import { readRemovedContacts } from '../contacts/removed.ts';
import { community } from '../v1/content-routes.ts';
import { z } from 'zod';
import { describeContact } from './contact-fields.ts';

const base = { method: 'GET', access: 'v2', kind: 'other', source: 'SPEC' } as const;
const newsletterPath = '/v2/messaging/newsletter';

const nothingSent = (_call: Call): Reply => ({ status: 200, results: [] });
const noMessage = (_call: Call): Reply => reply(404, 'No such message');

/** What is sent: one newsletter, and neither blasts nor sequences. */
export const messagingRoutes: readonly Route[] = [
  {
    ...base,
    path: newsletterPath,
    about: 'The newsletter, with its lists and subscription types.',
    answer: async (_call, parts) => ({ status: 200, results: [await describeNewsletter(parts)] }),
  },
  {
    ...base,
    path: `${newsletterPath}/:id`,
    about: 'The same by its id.',
    answer: async (call, parts) =>
      isNewsletter(call) ? { status: 200, results: [await describeNewsletter(parts)] } : noMessage(call),
  },
  {
    ...base,
    path: `${newsletterPath}/:id/contacts`,
    about: 'Its contacts: `skip`, `limit`.',
    answer: listContacts,
  },
  {
    ...base,
    path: `${newsletterPath}/:id/contacts/deleted`,
    about: 'Contacts that are gone: `skip`, `limit`.',
    answer: listRemoved,
  },
  ...(['blast', 'sequence'] as const).flatMap((name): Route[] => [
    { ...base, path: `/v2/messaging/${name}`, about: 'An empty list.', answer: nothingSent },
    { ...base, path: `/v2/messaging/${name}/:id`, about: '404.', answer: noMessage },
    { ...base, path: `/v2/messaging/${name}/:id/contacts`, about: '404.', answer: noMessage },
  ]),
  {
    ...base,
    path: '/v2/messaging/sequence/:id/message/:message_id',
    about: '404.',
    answer: noMessage,
  },
];

const pageSchema = z.object({
  skip: count.default(0),
  limit: count.transform((limit) => Math.min(limit, 5000)).default(50),
});

async function listContacts(call: Call, { database, faults: { variants } }: ApiParts): Promise<Reply> {
  if (!isNewsletter(call)) return noMessage(call);
  const query = pageSchema.safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { persons, total } = await readPage(database, {}, query.data);
  const results = persons.map((person) => describeContact(person, variants));
  return {
    status: 200,
    results,
    ...pageParts(call, { ...query.data, found: results.length, total }, variants),
  };
}

async function listRemoved(call: Call, { database, faults: { variants } }: ApiParts): Promise<Reply> {
  if (!isNewsletter(call)) return noMessage(call);
  const query = pageSchema.safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const removed = await readRemovedContacts(database, query.data);
  const results = removed.map(({ id, email, at, list }) => ({
    id,
    email,
    newsletter_id: community.id,
    archived_date: writeTime(at, variants.dates),
    is_archived: list === null,
  }));
  return {
    status: 200,
    results,
    ...pageParts(call, { ...query.data, found: results.length, total: undefined }, variants),
  };
}

function isNewsletter({ params }: Call): boolean {
  return params['id'] === community.id;
}

async function describeNewsletter({ lists, faults: { variants } }: ApiParts): Promise<object> {
  const made = writeTime(0, variants.dates);
  return wrapIf(variants.v2Items, {
    ...community,
    description: '',
    created_at: made,
    updated_at: made,
    lists: (await lists.all()).map(({ id, name }) => ({ id: String(id), name })),
    subscription_types: [{ id: 1, name: 'Newsletter' }],
  });
}
