import { z } from 'zod';
import { writeTime } from '../api/dates.ts';
import { count, instant, pageParts, refuseQuery } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { readPage } from '../contacts/person-pages.ts';
import { refused, type Saved } from '../contacts/person-changes.ts';
import { readRemovedContacts } from '../contacts/removed.ts';
import { writeItems } from '../v1/person-wire.ts';
import { describeContact, readContact } from './contact-fields.ts';

const base = { access: 'v2', kind: 'persons', source: 'SPEC' } as const;

export const contactRoutes: readonly Route[] = [
  {
    ...base,
    method: 'GET',
    path: '/v2/contacts',
    about: 'Lists contacts: `skip`, `limit` (50, at most 5,000), `list_id`.',
    answer: list,
  },
  {
    ...base,
    method: 'POST',
    path: '/v2/contacts',
    about:
      'Creates or updates a contact: `email`, `first_name`, `last_name`, `source`, `can_email`, `can_email_code`, `can_email_message`, `options`, `list_id`, and `system` with `identifier`. 201 if it is new.',
    async answer({ body, keyName }, parts) {
      const saved = await save(body, keyName, parts);
      if (saved.status === 'refused') return reply(400, saved.reason);
      return { status: saved.status === 'created' ? 201 : 200, results: [{ id: saved.id }] };
    },
  },
  {
    ...base,
    method: 'POST',
    path: '/v2/contacts/bulk',
    source: 'INF',
    about:
      'The same for each of a list, which may also stand in `contacts`. How rasa.io wants it is not known.',
    async answer({ body, keyName }, parts) {
      const items = listIn(body);
      if (!items) return reply(400, 'A list of contacts is missing');
      const saved: Saved[] = [];
      for (const item of items) saved.push(await save(item, keyName, parts));
      const status = saved.some((one) => one.status === 'created') ? 201 : 200;
      return { status, results: writeItems(saved, parts.faults.variants) };
    },
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/contacts/deleted',
    about:
      'Contacts that are archived, and those that were taken off a list (`is_archived` false): `archived_since`, `skip`, `limit`.',
    answer: listRemoved,
  },
  {
    ...base,
    method: 'GET',
    path: '/v2/contacts/:id',
    about: 'One contact.',
    async answer({ params }, { persons, faults }) {
      const person = await persons.find(params['id'] ?? '');
      if (!person) return noContact;
      return { status: 200, results: [describeContact(person, faults.variants)] };
    },
  },
  {
    ...base,
    method: 'PUT',
    path: '/v2/contacts/:id',
    about: 'Updates the fields that are sent.',
    answer: updateOne,
  },
  {
    ...base,
    method: 'DELETE',
    path: '/v2/contacts/:id',
    about: 'Archives a contact: 204. It stays on its lists.',
    async answer({ params }, { persons }) {
      const id = params['id'] ?? '';
      if (!(await persons.find(id))) return noContact;
      await persons.update([{ id, item: { is_archived: true } }]);
      return { status: 204 };
    },
  },
  {
    ...base,
    method: 'DELETE',
    path: '/v2/contact-lists/:id/list/:list_id',
    about: 'Takes a contact off a list: 204.',
    answer: async ({ params }, { lists }) =>
      (await lists.takeOff(Number(params['list_id']) || 0, params['id'] ?? ''))
        ? { status: 204 }
        : reply(404, 'The contact is not on this list'),
  },
];

const noContact = reply(404, 'No such contact');
const mostContacts = 5000;

const listSchema = z.object({
  skip: count.default(0),
  limit: count.transform((limit) => Math.min(limit, mostContacts)).default(50),
  list_id: count.optional(),
});

async function list(call: Call, { database, lists, faults }: ApiParts): Promise<Reply> {
  const { variants } = faults;
  const query = listSchema.safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { skip, limit, list_id } = query.data;
  const page =
    list_id === undefined
      ? await readPage(database, {}, { skip, limit })
      : { persons: await lists.members(list_id, { skip, limit }), total: undefined };
  const results = page.persons.map((person) => describeContact(person, variants));
  const found = results.length;
  return { status: 200, results, ...pageParts(call, { skip, limit, found, total: page.total }, variants) };
}

async function listRemoved(call: Call, { database, faults }: ApiParts): Promise<Reply> {
  const { variants } = faults;
  const query = listSchema.extend({ archived_since: instant }).safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { skip, limit, archived_since: since } = query.data;
  const removed = await readRemovedContacts(database, { since, skip, limit });
  const results = removed.map(({ id, email, at, list: newsletter_id }) => ({
    id,
    email,
    newsletter_id,
    archived_date: writeTime(at, variants.dates),
    is_archived: newsletter_id === null,
  }));
  const found = results.length;
  return { status: 200, results, ...pageParts(call, { skip, limit, found, total: undefined }, variants) };
}

async function updateOne({ params, body }: Call, { persons, lists, faults, now }: ApiParts): Promise<Reply> {
  const id = params['id'] ?? '';
  if (!(await persons.find(id))) return noContact;
  const contact = readContact(body, now());
  if (!('changes' in contact)) return reply(400, contact.reason);
  const reason = faults.refusalOf(contact.email ?? '');
  if (reason !== undefined) return reply(400, reason);
  if (!(await isKnownList(contact.listId, lists))) return reply(400, 'list_id names no list');
  const [saved] = await persons.updateChanges([{ id, changes: contact.changes }]);
  if (saved?.status === 'refused') return reply(400, saved.reason);
  if (contact.listId !== undefined) await lists.add(contact.listId, id);
  return { status: 200, results: [{ id }] };
}

async function save(body: unknown, via: string | null, parts: ApiParts): Promise<Saved> {
  const { persons, lists, faults, now } = parts;
  const contact = readContact(body, now());
  if (!('changes' in contact)) return contact;
  const reason = faults.refusalOf(contact.email ?? '');
  if (reason !== undefined) return refused(reason);
  if (!(await isKnownList(contact.listId, lists))) return refused('list_id names no list');
  const origin = { source: contact.source ?? 'API', via };
  const [saved = refused('nothing was sent')] = await persons.upsertChanges([contact.changes], origin);
  if (saved.status !== 'refused' && contact.listId !== undefined) await lists.add(contact.listId, saved.id);
  return saved;
}

async function isKnownList(id: number | undefined, lists: ApiParts['lists']): Promise<boolean> {
  return id === undefined || (await lists.find(id)) !== undefined;
}

function listIn(body: unknown): readonly unknown[] | undefined {
  const parsed = z
    .union([
      z.array(z.unknown()),
      z.object({ contacts: z.array(z.unknown()) }).transform((one) => one.contacts),
    ])
    .safeParse(body);
  return parsed.success ? parsed.data : undefined;
}
