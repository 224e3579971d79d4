import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { Persons, Saved } from '../persons.ts';
import type { Person, State } from '../state.ts';
import type { Answer } from './answer.ts';

interface PersonRoutesDeps {
  readonly state: State;
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
export function createPersonRoutes({
  state,
  persons,
  faults,
  answer,
  refuseMethod,
}: PersonRoutesDeps): Router {
  const routes = Router();

  routes
    .route('/')
    .get((req, res) => {
      const query = querySchema.safeParse(req.query);
      if (!query.success) {
        const names = query.error.issues.map(({ path }) => path.join('.')).join(', ');
        return answer(res, 400, { error: `These query parameters cannot be read: ${names}` });
      }
      const { skip, limit } = query.data;
      const found = persons.list({
        createdSince: query.data.created_since,
        createdBefore: query.data.created_before,
        updatedSince: query.data.updated_since,
        updatedBefore: query.data.updated_before,
      });
      return answer(res, 200, {
        results: found.slice(skip, skip + limit).map((person) => readItem(person, describe(person))),
        total: found.length,
        // Clients report that the links continue past the end.
        nextLink: nextLink(req, skip + limit),
      });
    })
    .post(async (req, res) => {
      const items: readonly unknown[] = Array.isArray(req.body) ? req.body : [req.body];
      const saved = items.map(saveOne);
      await state.save();
      const status = saved.some((one) => one.status === 'created') ? 201 : 200;
      return answer(res, status, { results: writeItems(saved) });
    })
    .all(refuseMethod);

  routes
    .route('/:id')
    .get((req, res) => {
      const person = persons.find(req.params.id);
      if (!person) return refusePerson(res);
      const attributes = Object.fromEntries(person.attributes.map(({ name, value }) => [name, value]));
      return answer(res, 200, { results: [readItem(person, { ...attributes, ...describe(person) })] });
    })
    .put(async (req, res) => {
      if (!persons.find(req.params.id)) return refusePerson(res);
      const saved = persons.update(req.params.id, req.body);
      if (saved.status === 'refused') return answer(res, 400, { error: saved.reason });
      await state.save();
      return answer(res, 200, { results: writeItems([saved]) });
    })
    .delete(async (req, res) => {
      if (!persons.find(req.params.id)) return refusePerson(res);
      persons.remove(req.params.id);
      await state.save();
      return answer(res, 204);
    })
    .all(refuseMethod);

  routes
    .route('/:id/attributes')
    .get((req, res) => {
      const person = persons.find(req.params.id);
      if (!person) return refusePerson(res);
      const results = person.attributes.map((attribute) => ({ ...attribute, data_source_name: 'API' }));
      return answer(res, 200, { results, total: results.length });
    })
    .all(refuseMethod);

  return routes;

  function saveOne(item: unknown): Saved {
    const reason = faults.refusalOf(emailOf(item));
    return reason === undefined ? persons.upsert(item) : { status: 'refused', reason };
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
