import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { freshMs, mostRows, type ReportAnswer } from '../../analytics/cache/report-cache.ts';
import { csvOf } from '../../analytics/formats/encode.ts';
import { funnelColumnsBy, funnelNotes, type FunnelQuery } from '../../analytics/funnel/funnel.ts';
import type { ReportQuery } from '../../analytics/query.ts';
import { columnsOf, type ReportName, type Row } from '../../analytics/reports/report.ts';
import { reports } from '../../analytics/reports/reports.ts';
import { problem, type ApiProblem } from '../../http/problem.ts';

const unavailableForS = 30;
/** As long as a dashboard may keep the funnel: today's counts grow. */
const funnelFreshS = 60;

/** Figures as they are sent. */
export interface Body {
  readonly text: string;
  /** `csv`, `json`, `svg` or `html`. */
  readonly type: string;
}

/** A report with what was asked for. */
export type FoundReport = Extract<ReportAnswer, { is: 'report' }> & {
  readonly name: ReportName;
  readonly query: ReportQuery;
  readonly account: string;
};

export interface FoundFunnel {
  readonly query: FunnelQuery;
  readonly account: string;
  readonly rows: readonly Row[];
}

export function whyNoReport(found: Exclude<ReportAnswer, { is: 'report' }>, account: string): ApiProblem {
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

/** The database is away. */
export function noFunnel(): ApiProblem {
  return problem('unavailable', { retryAfterS: unavailableForS });
}

export function isStale({ ageMs }: Pick<FoundReport, 'ageMs'>): boolean {
  return ageMs >= freshMs;
}

export function reportBody(found: FoundReport, type: 'csv' | 'json'): Body {
  const { name, query, account, report } = found;
  const { from, to, interval, segment = 'All', timezone, suspectClicks, withEmail } = query;
  if (type === 'csv') {
    return { type, text: csvOf(columnsOf(reports[name], withEmail), report.rows, { header: true }) };
  }
  const text = JSON.stringify({
    report: name,
    account,
    from,
    to,
    interval,
    segment,
    timezone,
    suspect_clicks: suspectClicks,
    fetched_at: new Date(report.fetchedAtMs).toISOString(),
    stale: isStale(found),
    notes: report.notes,
    rows: report.rows,
  });
  return { type, text };
}

export function funnelBody({ query, account, rows }: FoundFunnel, type: 'csv' | 'json', nowMs: number): Body {
  const { from, to, by, form = null } = query;
  if (type === 'csv') return { type, text: csvOf(funnelColumnsBy(by), rows, { header: true }) };
  const notes = funnelNotes(query, nowMs);
  return { type, text: JSON.stringify({ report: 'funnel', account, from, to, by, form, notes, rows }) };
}

/** With how old the report is, and nothing where the asker has it already. */
export function sendReport(
  request: Request,
  response: Response,
  { body, ageMs }: { body: Body; ageMs: number },
): void {
  const ttlS = Math.ceil((freshMs - ageMs) / 1000);
  response.set({
    'Cache-Control': isStale({ ageMs }) ? 'private, no-cache' : `private, max-age=${ttlS}`,
    // RFC 9211: less than nothing is left of a stale one.
    'Cache-Status': `rasa-signup; hit; ttl=${ttlS}`,
    Age: String(Math.floor(ageMs / 1000)),
  });
  sendBody(request, response, body);
}

export function sendFunnel(request: Request, response: Response, body: Body): void {
  response.set('Cache-Control', `private, max-age=${funnelFreshS}`);
  sendBody(request, response, body);
}

function sendBody(request: Request, response: Response, { text, type }: Body): void {
  response
    .set('ETag', `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`)
    .vary('Accept')
    .vary('Authorization')
    .type(type);
  if (request.fresh) response.status(304).end();
  else response.send(text);
}
