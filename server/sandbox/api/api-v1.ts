import { json, Router, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Account, ApiKeys } from '../api-keys.ts';
import type { Faults } from '../faults.ts';
import type { Persons } from '../persons.ts';
import type { State } from '../state.ts';
import type { Tokens } from '../tokens.ts';
import { answerErrors, createAnswer, playFaults } from './answer.ts';
import { createPersonRoutes } from './person-routes.ts';

export interface ApiDeps {
  readonly account: Account;
  readonly state: State;
  readonly persons: Persons;
  readonly apiKeys: ApiKeys;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly now: () => number;
  /** Ends the delay of slow answers. */
  readonly stop: AbortSignal;
}

/**
 * rasa.io's API v1, as far as its clients show it: one envelope for success and error, Basic authentication
 * for tokens, the header `rasa-token` for everything else, 404 for an unknown path, 400 for an unsupported
 * method. Where rasa.io's behaviour is unknown, faults switch between the likely ones.
 */
export function createApi(deps: ApiDeps): Router {
  const { account, apiKeys, tokens, faults } = deps;
  const api = Router();
  const answer = createAnswer(deps);
  // rasa.io's own older client sent JSON without a content type, so the content type is ignored.
  const readJson = json({ type: () => true, limit: '1mb', strict: false });

  api.use(playFaults(faults, answer));

  api
    .route('/tokens')
    .post(requireAccount, readJson, async (req, res) => {
      const body = z.object({ key: z.string().min(1) }).safeParse(req.body);
      if (!body.success) return answer(res, 400, { error: 'key is missing' });
      const key = await apiKeys.use(body.data.key);
      if (!key) return answer(res, 401, { error: 'The key is unknown or revoked' });
      const token = tokens.mint(key.id, 'v1', faults.tokenLifetimeS);
      return answer(res, 201, { results: [{ 'rasa-token': token.text }], tokenExpires: token.expires });
    })
    .delete(requireAccount, (_req, res) => {
      tokens.endAll();
      return answer(res, 204);
    })
    .all(refuseMethod);

  api
    .route('/tokens/:token')
    .delete(requireAccount, (req, res) =>
      tokens.end(req.params.token) ? answer(res, 204) : answer(res, 404, { error: 'No such token' }),
    )
    .all(refuseMethod);

  api.use('/persons', requireToken, readJson, createPersonRoutes({ ...deps, answer, refuseMethod }));

  api
    .route('/communities')
    .get(requireToken, (_req, res) => answer(res, 200, { results: [community], total: 1 }))
    .all(refuseMethod);

  api.use(function refusePath(_req, res) {
    return answer(res, 404, { error: 'No such path' });
  });
  api.use(answerErrors(answer));

  return api;

  async function requireAccount(req: Request, res: Response, next: NextFunction): Promise<void> {
    const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
    if (req.get('authorization') === basic) next();
    else await answer(res, 401, { error: 'The user name or the password is wrong' });
  }

  async function requireToken(req: Request, res: Response, next: NextFunction): Promise<void> {
    if (tokens.find(req.get('rasa-token'))?.scope === 'v1') next();
    else await answer(res, 401, { error: 'The rasa-token is missing, unknown or expired' });
  }

  function refuseMethod(req: Request, res: Response): Promise<void> {
    return answer(res, 400, { error: `${req.method} is not possible here` });
  }
}

/** rasa.io's API is limited to one community, its word for a newsletter. */
const community = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Sandbox newsletter',
  identifier: 'sandbox',
};
