import express, { type Request, type Response } from 'express';
import type { Funnel } from '../../analytics/funnel/funnel.ts';
import { funnelQueryNames, readFunnelQuery } from '../../analytics/funnel/funnel-query.ts';
import { problem } from '../../http/problem.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { refuseMethod } from '../answers.ts';
import { refuseTokenInQuery, sendApiProblem, tokenOf, type ApiAccess } from '../api-access.ts';
import { funnelBody, noFunnel, sendFunnel } from './report-answers.ts';

export interface FunnelRoutesOptions {
  readonly funnel: Pick<Funnel, 'read'>;
  readonly access: ApiAccess;
  readonly now?: () => number;
}

/** `GET /api/analytics/funnel`: what visitors did with the forms of the token's account. */
export function createFunnelRoutes({ funnel, access, now = Date.now }: FunnelRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });
  const path = '/api/analytics/funnel';
  routes.get(path, refuseTokenInQuery, ...access.allow('analytics:read'), answer);
  routes.all(path, refuseMethod('GET'));
  return routes;

  async function answer(request: Request, response: Response): Promise<void> {
    const { format, ...texts } = request.query;
    const isKnown = (name: string) => (funnelQueryNames as readonly string[]).includes(name);
    const unknown = Object.keys(texts).find((name) => !isKnown(name));
    if (unknown !== undefined) {
      const wanted = [...funnelQueryNames, 'format'].join(', ');
      sendApiProblem(
        response,
        problem('malformed', { detail: `${JSON.stringify(unknown)}: wanted one of ${wanted}.` }),
      );
      return;
    }
    const repeated = Object.entries(request.query).find(([, value]) => typeof value !== 'string');
    const query = repeated ? [`${repeated[0]}: found several, wanted one.`] : readFunnelQuery(texts, now());
    if (!('from' in query)) {
      sendApiProblem(response, problem('malformed', { detail: query.join(' ') }));
      return;
    }
    const { account } = tokenOf(response);
    const rows = await funnel.read({ ...query, account }).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    });
    if (!rows) {
      sendApiProblem(response, noFunnel());
      return;
    }
    const wantsCsv = format === 'csv' || request.accepts(['json', 'csv']) === 'csv';
    sendFunnel(request, response, funnelBody({ query, account, rows }, wantsCsv ? 'csv' : 'json', now()));
  }
}
