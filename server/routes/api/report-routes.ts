import { createHash } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import {
  freshMs,
  mostRows,
  type ReportAnswer,
  type ReportCache,
} from '../../analytics/cache/report-cache.ts';
import { csvOf } from '../../analytics/formats/encode.ts';
import { queryNames, readQuery, type ReportQuery } from '../../analytics/query.ts';
import { columnsOf, reportNames, type ReportName } from '../../analytics/reports/report.ts';
import { reports } from '../../analytics/reports/reports.ts';
import { problem, type ApiProblem } from '../../http/problem.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { refuseMethod } from '../answers.ts';
import { refuseTokenInQuery, sendApiProblem, tokenOf, type ApiAccess } from '../api-access.ts';

export interface ReportRoutesOptions {
  readonly reports: Pick<ReportCache, 'get'>;
  readonly access: ApiAccess;
  readonly now?: () => number;
}

const unavailableForS = 30;

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
    if (found.is === 'report') sendReport(request, response, { account, ...asked, ...found });
    else sendApiProblem(response, problemOf(found, account));
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

function problemOf(found: Exclude<ReportAnswer, { is: 'report' }>, account: string): ApiProblem {
  switch (found.is) {
    case 'unavailable':
      return problem('unavailable', {
        detail: 'rasa.io has not answered yet, and there is no earlier report.',
        retryAfterS: unavailableForS,
      });
    case 'too_many_rows':
      return problem('too_large', {
        detail: `There are more than ${mostRows} rows. Ask for fewer days, or use the command rasa-signup analytics.`,
      });
    case 'no_analytics':
      return problem('not_found', {
        detail: `The account ${account} has no analytics: rasa.io has them in version 1 of its API only.`,
      });
  }
}

type Sent = Asked & Extract<ReportAnswer, { is: 'report' }> & { readonly account: string };

function sendReport(request: Request, response: Response, sent: Sent): void {
  const { name, query, account, report, ageMs } = sent;
  const isStale = ageMs >= freshMs;
  const wantsCsv = request.query['format'] === 'csv' || request.accepts(['json', 'csv']) === 'csv';
  const { from, to, interval, segment = 'All', timezone, suspectClicks, withEmail } = query;
  const body = wantsCsv
    ? csvOf(columnsOf(reports[name], withEmail), report.rows, { header: true })
    : JSON.stringify({
        report: name,
        account,
        from,
        to,
        interval,
        segment,
        timezone,
        suspect_clicks: suspectClicks,
        fetched_at: new Date(report.fetchedAtMs).toISOString(),
        stale: isStale,
        notes: report.notes,
        rows: report.rows,
      });
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const ttlS = Math.ceil((freshMs - ageMs) / 1000);
  response.set({
    'Cache-Control': isStale ? 'private, no-cache' : `private, max-age=${ttlS}`,
    // RFC 9211: less than nothing is left of a stale one.
    'Cache-Status': `rasa-signup; hit; ttl=${ttlS}`,
    Age: String(Math.floor(ageMs / 1000)),
    ETag: etag,
  });
  response
    .vary('Accept')
    .vary('Authorization')
    .type(wantsCsv ? 'csv' : 'json');
  if (request.fresh) response.status(304).end();
  else response.send(body);
}
