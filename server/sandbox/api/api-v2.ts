import { json, Router, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Saved } from '../person-changes.ts';
import type { Persons } from '../persons.ts';
import type { Person } from '../person.ts';
import { answerErrors, createAnswer, playFaults } from './answer.ts';
import type { ApiDeps } from './api-v1.ts';

/**
 * The part of rasa.io's API v2 that sign-ups need, based only on its published description: tokens for
 * a client id and a secret (one of the API keys), and contacts. No real answers of rasa.io's version 2
 * are publicly known.
 */
export function createContactsApi(deps: ApiDeps): Router {
  const { account, apiKeys, persons, tokens, faults } = deps;
  const api = Router();
  const answer = createAnswer(deps);

  api.use(playFaults(faults, answer), json({ type: () => true, limit: '1mb', strict: false }));

  api
    .route('/tokens')
    .post(async (req, res) => {
      const body = mintSchema.safeParse(req.body);
      if (!body.success)
        return answer(res, 400, { error: 'grant_type, client_id or client_secret is missing' });
      const { client_id, client_secret } = body.data;
      const key = client_id === account.clientId ? await apiKeys.use(client_secret) : undefined;
      if (!key)
        return answer(res, 401, { error: 'The client is unknown, or its secret is wrong or revoked' });
      const token = tokens.mint(key.id, 'v2', faults.tokenLifetimeS);
      const expires_in = token.expires - Math.floor(deps.now() / 1000);
      return answer(res, 200, { beside: { access_token: token.text, token_type: 'Bearer', expires_in } });
    })
    .delete(requireToken, (req, res) => {
      tokens.end(req.get('rasa-token') ?? '');
      return answer(res, 204);
    });

  api
    .route('/contacts')
    .all(requireToken)
    .get(async (_req, res) => answer(res, 200, { results: (await persons.everyone()).map(describe) }))
    .post(async (req, res) => {
      const contact = contactSchema.safeParse(req.body);
      if (!contact.success) {
        const [issue] = contact.error.issues;
        return answer(res, 400, { error: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() });
      }
      const reason = faults.refusalOf(contact.data.email);
      const saved =
        reason === undefined ? await save(persons, contact.data) : { status: 'refused' as const, reason };
      if (saved.status === 'refused') return answer(res, 400, { error: saved.reason });
      return answer(res, saved.status === 'created' ? 201 : 200, { results: [{ id: saved.id }] });
    });

  api.use(function refusePath(_req, res) {
    return answer(res, 404, { error: 'No such path' });
  });
  api.use(answerErrors(answer));
  return api;

  async function requireToken(req: Request, res: Response, next: NextFunction): Promise<void> {
    if (tokens.find(req.get('rasa-token'))?.scope === 'v2') next();
    else
      await answer(res, 401, { error: 'The rasa-token is missing, unknown, expired, or not of version 2' });
  }
}

const mintSchema = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  account_guid: z.string().optional(),
});

const contactSchema = z.strictObject({
  email: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  can_email: z.boolean().optional(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** A contact of version 2 and a person of version 1 are the same people here. */
async function save(
  persons: Persons,
  { options, can_email, ...fields }: z.infer<typeof contactSchema>,
): Promise<Saved> {
  return persons.upsertOne({
    ...options,
    ...fields,
    ...(can_email !== undefined && { is_subscribed: can_email }),
  });
}

function describe(person: Readonly<Person>): object {
  const { id, email, first_name, last_name, created, updated, attributes } = person;
  const options = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
  return { id, email, first_name, last_name, can_email: person.is_subscribed, options, created, updated };
}
