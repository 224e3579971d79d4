import { STATUS_CODES } from 'node:http';
import express, { Router, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { createAnswer, operationOf } from './answer.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Faults } from './faults.ts';
import type { Persons, Saved } from './persons.ts';
import type { Person, State } from './state.ts';
import type { Tokens } from './tokens.ts';

export interface ApiDeps {
  readonly account: { readonly username: string; readonly password: string };
  readonly state: State;
  readonly persons: Persons;
  readonly apiKeys: ApiKeys;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly now: () => number;
  /** Ends the waiting of slow answers. */
  readonly stop: AbortSignal;
}

/**
 * rasa.io's API v1 as far as clients of it show it: one envelope for success and error, `rasa-token` for data,
 * Basic for tokens, 404 for a wrong path, 400 for a wrong method, and an upsert that answers for each person.
 * Where rasa.io's behaviour is unknown, `Faults.variants` switches to the other likely ones.
 */
export function createApi(deps: ApiDeps): Router {
  const { account, state, persons, apiKeys, tokens, faults } = deps;
  const api = Router();
  // rasa.io's own older client sent JSON without saying so, so the content type does not matter.
  const readJson = express.json({ type: () => true, limit: '1mb', strict: false });
  const answer = createAnswer(deps);

  const requireAccount = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
    if (req.get('authorization') === basic) next();
    else await answer(res, 401, { error: 'The user name or the password is wrong' });
  };
  const requireToken = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    if (tokens.find(req.get('rasa-token'))) next();
    else await answer(res, 401, { error: 'The rasa-token is missing, unknown or expired' });
  };
  const refuseMethod = async (req: Request, res: Response): Promise<void> => {
    await answer(res, 400, { error: `${req.method} is not possible here` });
  };
  const saveOne = (item: unknown): Saved => {
    const reason = faults.refusalOf(emailOf(item));
    return reason === undefined ? persons.upsert(item) : { status: 'refused', reason };
  };

  api.use(async (req, res, next) => {
    if (faults.takeDrop(operationOf(req), 'before')) {
      req.socket.destroy();
      return;
    }
    const fault = faults.takeAnswer(operationOf(req));
    if (!fault) {
      next();
      return;
    }
    if (fault.retryAfter !== undefined) res.set('Retry-After', String(fault.retryAfter));
    const error = fault.error ?? STATUS_CODES[fault.status] ?? 'Error';
    await answer(res, fault.status, { error, asGatewayPage: fault.as === 'html' });
  });

  api
    .route('/tokens')
    .post(requireAccount, readJson, async (req, res) => {
      const body = z.object({ key: z.string().min(1) }).safeParse(req.body);
      if (!body.success) {
        await answer(res, 400, { error: 'key is missing' });
        return;
      }
      const key = await apiKeys.use(body.data.key);
      if (!key) {
        await answer(res, 401, { error: 'The key is unknown or revoked' });
        return;
      }
      const token = tokens.mint(key.id, faults.tokenLifetimeS);
      await answer(res, 201, { results: [{ 'rasa-token': token.text }], tokenExpires: token.expires });
    })
    .delete(requireAccount, async (_req, res) => {
      tokens.endAll();
      await answer(res, 204);
    })
    .all(refuseMethod);

  api
    .route('/tokens/:token')
    .delete(requireAccount, async (req, res) => {
      if (tokens.end(req.params.token)) await answer(res, 204);
      else await answer(res, 404, { error: 'No such token' });
    })
    .all(refuseMethod);

  api.use(['/persons', '/communities'], requireToken);

  api
    .route('/persons')
    .get(async (req, res) => {
      const query = querySchema.safeParse(req.query);
      if (!query.success) {
        const names = query.error.issues.map(({ path }) => path.join('.')).join(', ');
        await answer(res, 400, { error: `Invalid query parameter: ${names}` });
        return;
      }
      const { skip, limit } = query.data;
      const found = persons.list({
        createdSince: query.data.created_since,
        createdBefore: query.data.created_before,
        updatedSince: query.data.updated_since,
        updatedBefore: query.data.updated_before,
      });
      const page = found.slice(skip, skip + limit);
      await answer(res, 200, {
        results: page.map((person) => readItem(person, describePerson(person))),
        total: found.length,
        // Past the end it still points on, as the real one does.
        nextLink: nextLink(req, skip + limit),
      });
    })
    .post(readJson, async (req, res) => {
      const items: readonly unknown[] = Array.isArray(req.body) ? req.body : [req.body];
      const saved = items.map(saveOne);
      await state.save();
      const status = saved.some((one) => one.status === 'created') ? 201 : 200;
      await answer(res, status, { results: dressWrites(saved) });
    })
    .all(refuseMethod);

  api
    .route('/persons/:id')
    .get(async (req, res) => {
      const person = persons.find(req.params.id);
      if (!person) return noSuchPerson(res);
      const attributes = person.attributes.map(({ name, value }) => [name, value] as const);
      const data = { ...Object.fromEntries(attributes), ...describePerson(person) };
      return answer(res, 200, { results: [readItem(person, data)] });
    })
    .put(readJson, async (req, res) => {
      if (!persons.find(req.params.id)) return noSuchPerson(res);
      const saved = persons.update(req.params.id, req.body);
      if (saved.status === 'refused') return answer(res, 400, { error: saved.reason });
      await state.save();
      return answer(res, 200, { results: dressWrites([saved]) });
    })
    .delete(async (req, res) => {
      if (!persons.find(req.params.id)) return noSuchPerson(res);
      persons.remove(req.params.id);
      await state.save();
      return answer(res, 204);
    })
    .all(refuseMethod);

  api
    .route('/persons/:id/attributes')
    .get(async (req, res) => {
      const person = persons.find(req.params.id);
      if (!person) return noSuchPerson(res);
      const results = person.attributes.map((attribute) => ({ ...attribute, data_source_name: 'API' }));
      return answer(res, 200, { results, total: results.length });
    })
    .all(refuseMethod);

  api
    .route('/communities')
    .get((_req, res) => answer(res, 200, { results: [community], total: 1 }))
    .all(refuseMethod);

  api.use((_req, res) => answer(res, 404, { error: 'No such path' }));

  api.use(async (error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = clientErrorStatus(error);
    if (status !== undefined)
      await answer(res, status, { error: 'The body cannot be read as JSON, or is too large' });
    else await answer(res, 500, { error: error instanceof Error ? error.message : 'Unknown failure' });
  });

  return api;

  function noSuchPerson(res: Response): Promise<void> {
    return answer(res, 404, { error: 'No such person' });
  }

  function readItem(person: Readonly<Person>, data: object): object {
    if (faults.variants.readItems === 'flat') return data;
    return { data, links: { self: `/v1/persons/${person.id}` } };
  }

  function dressWrites(saved: readonly Saved[]): readonly object[] {
    const { writeItems, writeOrder, writeCount } = faults.variants;
    const results = saved
      .slice(0, writeCount === 'one-short' ? -1 : undefined)
      .map((one) => (one.status === 'refused' ? { status: 'error', error: one.reason } : one))
      .map((one) => (writeItems === 'wrapped' ? { data: one } : one));
    return writeOrder === 'reversed' ? results.reverse() : results;
  }
}

/** rasa.io's API is scoped to one community, which is what it calls a newsletter. */
const community = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Sandbox newsletter',
  identifier: 'sandbox',
};

/** The largest page in rasa.io's Swagger document; more is cut to this without a word. */
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
  limit: count.default(maxPage).transform((limit) => Math.min(limit, maxPage)),
  created_since: instant,
  created_before: instant,
  updated_since: instant,
  updated_before: instant,
});

/** A person as rasa.io reads one out, with flags as bits; the custom attributes are not part of it. */
function describePerson(person: Readonly<Person>): object {
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
  const query = new URLSearchParams({ ...(req.query as Record<string, string>), skip: String(skip) });
  return `${req.protocol}://${req.host}${req.baseUrl}/persons?${query.toString()}`;
}

function emailOf(item: unknown): string {
  const parsed = z.object({ email: z.string() }).safeParse(item);
  return parsed.success ? parsed.data.email : '';
}

/** The status of an error for which the caller is to blame, such as body-parser's. */
function clientErrorStatus(error: unknown): number | undefined {
  const parsed = z.object({ status: z.int().min(400).max(499) }).safeParse(error);
  return parsed.success ? parsed.data.status : undefined;
}
