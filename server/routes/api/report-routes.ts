import express, { type Request, type Response } from 'express';
import type { ReportAnswer, ReportCache } from '../../analytics/cache/report-cache.ts';
import { queryNames, readQuery, type ReportQuery } from '../../analytics/query.ts';
import { reportNames, type ReportName } from '../../analytics/reports/report.ts';
import { problem, type ApiProblem } from '../../http/problem.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { refuseMethod } from '../answers.ts';
import { refuseTokenInQuery, sendApiProblem, tokenOf, type ApiAccess } from '../api-access.ts';
import { reportBody, sendReport, whyNoReport } from './report-answers.ts';

export interface ReportRoutesOptions {
  readonly reports: Pick<ReportCache, 'get'>;
  readonly access: ApiAccess;
  readonly now?: () => number;
}

/** `/api/analytics/<report>`: reports for dashboards. No answer has CORS headers, as in `/api/contacts`. */
export function createReportRoutes({
  reports: cache,
  access,
  now = Date.now,
}: ReportRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });
  const path = '/api/analytics/:report';
  routes.get(path, refuseTokenInQuery, ...access.allow('analytics:read'), answer);
  routes.all(path, refuseMethod('GET'));
  return routes;

  async function answer(request: Request, response: Response): Promise<void> {
    const asked = readRequest(request, tokenOf(response).scopes.includes('contacts:read'), now());
    if ('code' in asked) {
      sendApiProblem(response, asked);
      return;
    }
    const { account } = tokenOf(response);
    const found = await cache.get({ account, ...asked }).catch((error: unknown): ReportAnswer => {
      if (error instanceof StoreUnavailable) return { is: 'unavailable' };
      throw error;
    });
    if (found.is !== 'report') {
      sendApiProblem(response, whyNoReport(found, account));
      return;
    }
    const wantsCsv = request.query['format'] === 'csv' || request.accepts(['json', 'csv']) === 'csv';
    const body = reportBody({ account, ...asked, ...found }, wantsCsv ? 'csv' : 'json');
    sendReport(request, response, { body, ageMs: found.ageMs });
  }
}

interface Asked {
  readonly name: ReportName;
  readonly query: ReportQuery;
}

function readRequest(
  { params, query }: Request,
  mayReadContacts: boolean,
  nowMs: number,
): Asked | ApiProblem {
  const name = reportNames.find((each) => each === params['report']);
  if (!name) return problem('not_found', { detail: `Wanted one of the reports ${reportNames.join(', ')}.` });
  const { format: _format, email = 'false', ...texts } = query;
  const unknown = Object.keys(texts).find((each) => !(queryNames as readonly string[]).includes(each));
  if (unknown !== undefined) {
    const wanted = [...queryNames, 'email', 'format'].join(', ');
    return problem('malformed', { detail: `${JSON.stringify(unknown)}: wanted one of ${wanted}.` });
  }
  const repeated = Object.entries(query).find(([, value]) => typeof value !== 'string');
  if (repeated) return problem('malformed', { detail: `${repeated[0]}: found several, wanted one.` });
  if (email !== 'true' && email !== 'false') {
    return problem('malformed', { detail: 'email: wanted true or false.' });
  }
  const withEmail = email === 'true';
  if (withEmail && !mayReadContacts) {
    return problem('forbidden', { detail: 'The token lacks the scope contacts:read, which addresses need.' });
  }
  const read = readQuery(texts, { nowMs, withEmail });
  return 'from' in read ? { name, query: read } : problem('malformed', { detail: read.join(' ') });
}
