import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { Saved } from '../person-changes.ts';
import type { Persons } from '../persons.ts';
import type { Person } from '../person.ts';
import type { Answer } from './answer.ts';

interface PersonRoutesDeps {
  readonly persons: Persons;
  readonly faults: Faults;
  readonly answer: Answer;
  readonly refuseMethod: RequestHandler;
}

/**
 * `/v1/persons`: the wire format of persons. Reads wrap each person in `{ data, links }`. Writes answer with
 * `{ id, status }` for each person; a person that was refused has an `error` and no `id`, while the call as
 * a whole succeeds.
 */
export function createPersonRoutes({ persons, faults, answer, refuseMethod }: PersonRoutesDeps): Router {
  const routes = Router();

  routes
    .route('/')
    .get(async (req, res) => {
      const query = querySchema.safeParse(req.query);
      if (!query.success) {
        const names = query.error.issues.map(({ path }) => path.join('.')).join(', ');
        return answer(res, 400, { error: `These query parameters cannot be read: ${names}` });
      }
      const { skip, limit } = query.data;
      const { persons: found, total } = await persons.list(
        {
          createdSince: query.data.created_since,
          createdBefore: query.data.created_before,
          updatedSince: query.data.updated_since,
          updatedBefore: query.data.updated_before,
        },
        skip,
        limit,
      );
      return answer(res, 200, {
        results: found.map((person) => readItem(person, describe(person))),
        total,
        // Clients report that it goes on past the end.
        nextLink: nextLink(req, skip + limit),
      });
    })
    .post(async (req, res) => {
      const items: readonly unknown[] = Array.isArray(req.body) ? req.body : [req.body];
      const saved = await save(items);
      const status = saved.some((one) => one.status === 'created') ? 201 : 200;
      return answer(res, status, { results: writeItems(saved) });
    })
    .all(refuseMethod);

  routes
    .route('/:id')
    .get(async (req, res) => {
      const person = await persons.find(req.params.id);
      if (!person) return refusePerson(res);
      const attributes = Object.fromEntries(person.attributes.map(({ name, value }) => [name, value]));
      return answer(res, 200, { results: [readItem(person, { ...attributes, ...describe(person) })] });
    })
    .put(async (req, res) => {
      if (!(await persons.find(req.params.id))) return refusePerson(res);
      const saved = await persons.update(req.params.id, req.body);
      if (saved.status === 'refused') return answer(res, 400, { error: saved.reason });
      return answer(res, 200, { results: writeItems([saved]) });
    })
    .delete(async (req, res) => {
      if (!(await persons.find(req.params.id))) return refusePerson(res);
      await persons.remove(req.params.id);
      return answer(res, 204);
    })
    .all(refuseMethod);

  routes
    .route('/:id/attributes')
    .get(async (req, res) => {
      const person = await persons.find(req.params.id);
      if (!person) return refusePerson(res);
      const results = person.attributes.map((attribute) => ({ ...attribute, data_source_name: 'API' }));
      return answer(res, 200, { results, total: results.length });
    })
    .all(refuseMethod);

  return routes;

  async function save(items: readonly unknown[]): Promise<readonly Saved[]> {
    const reasons = items.map((item) => faults.refusalOf(emailOf(item)));
    const taken = [...(await persons.upsert(items.filter((_, index) => reasons[index] === undefined)))];
    return reasons.flatMap((reason) =>
      reason === undefined ? (taken.shift() ?? []) : { status: 'refused' as const, reason },
    );
  }

  function refusePerson(res: Response): Promise<void> {
    return answer(res, 404, { error: 'No such person' });
  }

  function readItem(person: Readonly<Person>, data: object): object {
    if (faults.variants.readItems === 'flat') return data;
    return { data, links: { self: `/v1/persons/${person.id}` } };
  }

  function writeItems(saved: readonly Saved[]): readonly object[] {
    const { variants } = faults;
    const results = saved
      .slice(0, variants.writeCount === 'one-short' ? -1 : undefined)
      .map((one) => (one.status === 'refused' ? { status: 'error', error: one.reason } : one))
      .map((one) => (variants.writeItems === 'wrapped' ? { data: one } : one));
    return variants.writeOrder === 'reversed' ? results.reverse() : results;
  }
}

/** The largest page in rasa.io's Swagger document; a higher `limit` is silently reduced to it. */
const maxPage = 50;

const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((ms) => !Number.isNaN(ms))
  .optional();

const querySchema = z.object({
  skip: count.default(0),
  limit: count.transform((limit) => Math.min(limit, maxPage)).default(maxPage),
  created_since: instant,
  created_before: instant,
  updated_since: instant,
  updated_before: instant,
});

/** A person as rasa.io returns it, with flags as 0 or 1 and without custom attributes. */
function describe(person: Readonly<Person>): object {
  return {
    id: person.id,
    external_id: person.external_id,
    email: person.email,
    first_name: person.first_name,
    last_name: person.last_name,
    segment_code: person.segment_code,
    referred_by: person.referred_by,
    referral_code: person.id.slice(0, 8),
    is_active: Number(person.is_active),
    is_subscribed: Number(person.is_subscribed),
    created: person.created,
    updated: person.updated,
    last_newsbrief: null,
    last_open: null,
    last_click: null,
  };
}

function nextLink(req: Request, skip: number): string {
  const link = new URL(req.originalUrl, `${req.protocol}://${req.host}`);
  link.searchParams.set('skip', String(skip));
  return link.href;
}

function emailOf(item: unknown): string {
  const parsed = z.object({ email: z.string() }).safeParse(item);
  return parsed.success ? parsed.data.email : '';
}
