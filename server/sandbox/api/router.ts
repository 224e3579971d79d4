import { json, Router, type Request, type RequestHandler, type Response } from 'express';
import { refuseCrossSite } from '../foreign-requests.ts';
import type { Limits } from '../control/limits.ts';
import { shownPath, type RequestLog } from '../control/request-log.ts';
import type { TrafficMeter } from '../control/traffic.ts';
import type { Token } from '../tokens.ts';
import { answerErrors, createAnswer, replyOf } from './answer.ts';
import { paramsOf, queryOf, reply, type ApiParts, type Operation, type Route } from './route.ts';
import { routes } from './routes.ts';

export interface ApiDeps extends ApiParts {
  readonly limits: Limits;
  readonly traffic: TrafficMeter;
  readonly requests: RequestLog;
  /** Ends the delay of slow answers. */
  readonly stop: AbortSignal;
}

/** Larger batches than any known client sends. */
const maxBody = '1mb';

/**
 * Serves the table of routes: both versions of rasa.io's API, and what it offers without a key. A path that
 * is known takes no other method (400, as at rasa.io); an unknown one is 404. Under `/v2` a token comes
 * first: rasa.io answers a token of version 1 with 401 on every path there.
 */
export function createApi(deps: ApiDeps): Router {
  const { account, apiKeys, tokens, faults, limits, traffic, requests, now } = deps;
  const api = Router();
  const answer = createAnswer(deps);
  // rasa.io's own clients send JSON without a content type, and `{}` as the body of a GET.
  const readJson = json({ type: () => true, limit: maxBody, strict: false });

  for (const route of routes) {
    api[methodOf(route)](route.path, watch(route), ...guards(route), readJson, serve(route));
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const known = routes.find((route) => route.path === path);
    api.all(path, watch({ path, kind: known?.kind ?? 'other' }), play('other'), (req, res) =>
      answer(res, 'other', reply(400, `${req.method} is not possible here`)),
    );
  }
  api.all(/^\/(v1|v2|signup|top-articles)(\/|$)/, watch({ kind: 'other' }), play('other'), refusePath);
  api.use(answerErrors(answer));
  return api;

  function guards({ kind, access, path }: Route): readonly RequestHandler[] {
    const isPublic = access === 'none' && path.startsWith('/signup');
    return [...(isPublic ? [refuseCrossSite] : []), play(kind), allow(access, kind)];
  }

  function serve({ kind, answer: run }: Route): RequestHandler {
    return async (req, res) => {
      const token = tokenOf(req);
      const url = new URL(req.originalUrl, `${req.protocol}://${req.host}`).href;
      const keyName = nameOf(token);
      const call = {
        params: paramsOf(req),
        query: queryOf(req),
        body: req.body as unknown,
        url,
        token,
        keyName,
      };
      await answer(res, kind, await run(call, deps));
    };
  }

  /** Notes what is asked and how politely. */
  function watch({ path, kind }: { readonly path?: string; readonly kind: Operation }): RequestHandler {
    return (req, res, next) => {
      const [at, began] = [now(), performance.now()];
      const end = kind === 'persons' || kind === 'analytics' ? traffic.begin() : undefined;
      const key = nameOf(tokenOf(req));
      // A connection that breaks ends its call too.
      res.once('close', () => {
        end?.();
        const status = res.writableFinished ? res.statusCode : null;
        const ms = Math.round(performance.now() - began);
        requests.add({ at, method: req.method, path: shownPath(req.originalUrl, path), status, ms, key });
      });
      next();
    };
  }

  /** Faults that come before any work is done, and the limits of the plan. */
  function play(kind: Operation): RequestHandler {
    return async (req, res, next) => {
      if (faults.takeDrop(kind, 'before')) {
        req.socket.destroy();
        return;
      }
      const fault = faults.takeAnswer(kind);
      const over = limits.count();
      if (fault) await answer(res, kind, replyOf(fault));
      else if (over) {
        const retryAfter = over.retryAfterS === undefined ? undefined : String(over.retryAfterS);
        await answer(res, kind, { ...reply(429, over.error), retryAfter });
      } else next();
    };
  }

  function allow(access: Route['access'], kind: Operation): RequestHandler {
    return async (req, res, next) => {
      switch (access) {
        case 'none':
          next();
          return;
        case 'account': {
          const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
          if (req.get('authorization') === basic) next();
          else await answer(res, kind, reply(401, 'The user name or the password is wrong'));
          return;
        }
        case 'v1':
        case 'v2':
          if (tokenOf(req)?.scope === access) next();
          else await answer(res, kind, refusedToken(access));
      }
    };
  }

  async function refusePath(req: Request, res: Response): Promise<void> {
    const isV2 = req.path.startsWith('/v2') && tokenOf(req)?.scope !== 'v2';
    await answer(res, 'other', isV2 ? refusedToken('v2') : reply(404, 'No such path'));
  }

  function tokenOf(req: Request): Token | undefined {
    const { v2Header } = faults.variants;
    const own = tokens.find(req.get('rasa-token'));
    const bearer = tokens.find(/^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1]);
    if (bearer?.scope === 'v2' && v2Header !== 'rasa-token') return bearer;
    return own?.scope === 'v2' && v2Header === 'bearer' ? undefined : own;
  }

  function nameOf(token: Token | undefined): string | null {
    return apiKeys.list().find(({ id }) => id === token?.keyId)?.name ?? null;
  }
}

function refusedToken(version: 'v1' | 'v2') {
  return reply(
    401,
    `The rasa-token is missing, unknown or expired, or not of version ${version === 'v1' ? 1 : 2}`,
  );
}

function methodOf({ method }: Route): 'get' | 'post' | 'put' | 'delete' {
  return method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
}
