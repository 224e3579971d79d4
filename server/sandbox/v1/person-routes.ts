import { z } from 'zod';
import { count, instant, pageParts, refuseQuery, skipFor } from '../api/paging.ts';
import { noPerson, reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { readPage } from '../contacts/person-pages.ts';
import type { Saved } from '../contacts/person-changes.ts';
import { readRemoved } from '../contacts/removed.ts';
import { writeTime } from '../api/dates.ts';
import { describe, describeWhole, personItem, writeItems } from './person-wire.ts';

const base = { access: 'v1', kind: 'persons' } as const;

/**
 * `/v1/persons`. Reads wrap each person in `{ data, links }`. Writes answer for each person; one that was
 * refused has an error and no id, while the call as a whole succeeds.
 */
export const personRoutes: readonly Route[] = [
  {
    ...base,
    method: 'GET',
    path: '/v1/persons',
    source: 'RASA',
    about:
      'Lists live persons: `skip`, `limit`, `created_since`, `created_before`, `updated_since`, `updated_before`, `include_counts`.',
    answer: list,
  },
  {
    ...base,
    method: 'POST',
    path: '/v1/persons',
    source: 'RASA',
    about: 'Creates or updates one person, or each of a list: 201 if one is new, else 200.',
    async answer({ body, keyName }, parts) {
      const saved = await unlessRefused(listOf(body), parts, (items) =>
        parts.persons.upsert(items, { source: 'API', via: keyName }),
      );
      const status = saved.some((one) => one.status === 'created') ? 201 : 200;
      return { status, results: writeItems(saved, parts.faults.variants) };
    },
  },
  {
    ...base,
    method: 'PUT',
    path: '/v1/persons',
    source: 'SPEC',
    about: 'Updates each of a list, found by `id`, `external_id` or `email`.',
    async answer({ body }, parts) {
      const saved = await unlessRefused(listOf(body), parts, (items) =>
        parts.persons.update(items.map((item) => ({ ...idIn(item), item }))),
      );
      return { status: 200, results: writeItems(saved, parts.faults.variants) };
    },
  },
  {
    ...base,
    method: 'GET',
    path: '/v1/persons/deleted',
    source: 'SPEC',
    about:
      'Lists archived and deleted persons: `id` and `archived_date`, which is when it last changed; `archived_since`, `skip`, `limit`.',
    answer: listRemoved,
  },
  {
    ...base,
    method: 'GET',
    path: '/v1/persons/:id',
    source: 'RASA',
    about: 'One person, archived or not, with its custom attributes beside its fields; 404 if there is none.',
    async answer({ params }, { persons, faults, now }) {
      const person = await persons.find(params['id'] ?? '');
      if (!person) return noPerson;
      const data = describeWhole(person, faults.variants, now());
      return { status: 200, results: [personItem(person, data, faults.variants)] };
    },
  },
  {
    ...base,
    method: 'PUT',
    path: '/v1/persons/:id',
    source: 'RASA',
    about: 'Updates the fields that are sent. `is_archived` archives, `is_subscribed` 0 unsubscribes.',
    answer: updateOne,
  },
  {
    ...base,
    method: 'DELETE',
    path: '/v1/persons/:id',
    source: 'SPEC',
    about: 'Deletes a person for good: 204.',
    answer: async ({ params }, { persons }) =>
      (await persons.remove(params['id'] ?? '')) ? { status: 204 } : noPerson,
  },
];

const querySchema = z.object({
  skip: count.default(0),
  limit: count.optional(),
  created_since: instant,
  created_before: instant,
  updated_since: instant,
  updated_before: instant,
});

async function list(call: Call, { database, faults, now }: ApiParts): Promise<Reply> {
  const { variants } = faults;
  const query = querySchema.safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { skip, created_since, created_before, updated_since, updated_before } = query.data;
  const limit = Math.min(query.data.limit ?? defaultPage, variants.maxPage);
  const filter = {
    createdSince: created_since,
    createdBefore: created_before,
    updatedSince: updated_since,
    updatedBefore: updated_before,
  };
  let page = await readPage(database, filter, { skip, limit });
  const again = skipFor(skip, page.total, variants);
  if (again !== skip) page = await readPage(database, filter, { skip: again, limit });
  const results = page.persons.map((person) =>
    personItem(person, describe(person, variants, now()), variants),
  );
  const found = results.length;
  return {
    status: 200,
    results,
    ...pageParts(call, { skip, limit, found, total: page.total }, variants),
  };
}

/** The page of who does not say how large it should be. */
const defaultPage = 50;

async function listRemoved(call: Call, { database, faults }: ApiParts): Promise<Reply> {
  const { variants } = faults;
  const query = z
    .object({ skip: count.default(0), limit: count.default(defaultPage), archived_since: instant })
    .safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { skip, archived_since: since } = query.data;
  const limit = Math.min(query.data.limit, variants.maxPage);
  let { removed, total } = await readRemoved(database, { since, skip, limit });
  const again = skipFor(skip, total, variants);
  if (again !== skip) ({ removed, total } = await readRemoved(database, { since, skip: again, limit }));
  const results = removed.map(({ id, at }) => {
    const data = { id, archived_date: writeTime(at, variants.dates) };
    return variants.readItems === 'flat' ? data : { data, links: { self: `/v1/persons/${id}` } };
  });
  return {
    status: 200,
    results,
    ...pageParts(call, { skip, limit, found: results.length, total }, variants),
  };
}

async function updateOne({ params, body }: Call, { persons, faults }: ApiParts): Promise<Reply> {
  const id = params['id'] ?? '';
  if (!(await persons.find(id))) return noPerson;
  const reason = faults.refusalOf(emailOf(body));
  if (reason !== undefined) return reply(400, reason);
  const [saved] = await persons.update([{ id, item: body }]);
  if (saved?.status === 'refused') return reply(400, saved.reason);
  return { status: 200, results: writeItems(saved ? [saved] : [], faults.variants) };
}

/** Saves the items that no fault refuses, and answers for all of them in their order. */
async function unlessRefused(
  items: readonly unknown[],
  { faults }: ApiParts,
  save: (items: readonly unknown[]) => Promise<readonly Saved[]>,
): Promise<readonly Saved[]> {
  const reasons = items.map((item) => faults.refusalOf(emailOf(item)));
  const taken = [...(await save(items.filter((_, index) => reasons[index] === undefined)))];
  return reasons.flatMap((reason) =>
    reason === undefined ? (taken.shift() ?? []) : { status: 'refused' as const, reason },
  );
}

function listOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? (body as readonly unknown[]) : [body];
}

function emailOf(item: unknown): string {
  const parsed = z.object({ email: z.string() }).safeParse(item);
  return parsed.success ? parsed.data.email : '';
}

function idIn(item: unknown): { readonly id?: string } {
  const parsed = z.object({ id: z.string().min(1) }).safeParse(item);
  return parsed.success ? parsed.data : {};
}
