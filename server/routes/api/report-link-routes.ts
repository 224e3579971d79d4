import express, { type Request, type RequestHandler, type Response } from 'express';
import type { ReportAnswer, ReportCache } from '../../analytics/cache/report-cache.ts';
import { chartOfFunnel, whyNoChart } from '../../analytics/charts/funnel-chart.ts';
import { chartOf } from '../../analytics/charts/report-chart.ts';
import { funnelNotes, type Funnel } from '../../analytics/funnel/funnel.ts';
import { readFunnelQuery } from '../../analytics/funnel/funnel-query.ts';
import type { ReportLink, ReportLinks } from '../../analytics/links/report-links.ts';
import { readQuery } from '../../analytics/query.ts';
import type { Row } from '../../analytics/reports/report.ts';
import type { Chart } from '../../charts/chart.ts';
import { renderChartPage } from '../../charts/page.ts';
import { renderSvg } from '../../charts/picture.ts';
import type { Rate } from '../../forms/form-spec.ts';
import { networkOf, type ClientAddress } from '../../http/client-ip.ts';
import { problem } from '../../http/problem.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { refuseMethod } from '../answers.ts';
import { sendApiProblem } from '../api-access.ts';
import { limitRequests } from '../network-limits.ts';
import {
  funnelBody,
  isStale,
  noFunnel,
  reportBody,
  sendFunnel,
  sendReport,
  whyNoReport,
  type Body,
} from './report-answers.ts';

export interface ReportLinkRoutesOptions {
  readonly links: Pick<ReportLinks, 'find'>;
  readonly reports: Pick<ReportCache, 'get'>;
  readonly funnel: Pick<Funnel, 'read'>;
  readonly accounts: readonly string[];
  /** For one link, and for one network that shows no valid one. */
  readonly rate: Rate | 'off';
  readonly clientAddress: ClientAddress;
  readonly now?: () => number;
}

const formats = ['csv', 'json', 'svg', 'html'] as const;
type Format = (typeof formats)[number];

/**
 * `GET /api/analytics/links/<secret>`: the one report of a link, for programs that can send no header. The
 * link decides what is asked, and no answer has an address. What is not a valid link is not there.
 */
export function createReportLinkRoutes(options: ReportLinkRoutesOptions): express.Router {
  const { links, accounts, rate, clientAddress } = options;
  const refusals = limitRequests({
    rate,
    keyOf: (request) => networkOf(clientAddress(request)),
    isCounted: ({ statusCode }) => statusCode === 404,
  });
  const requests = limitRequests({ rate, keyOf: (_request, response) => linkOf(response).id });
  const findLink: RequestHandler = async (request, response, next) => {
    const link = await links.find(String(request.params['secret'])).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return error;
      throw error;
    });
    if (link instanceof StoreUnavailable) sendApiProblem(response, noFunnel());
    else if (!link || !accounts.includes(link.account)) {
      const detail = 'The link is not known, or has expired, or was revoked.';
      sendApiProblem(response, problem('not_found', { detail }));
    } else {
      response.locals['link'] = link;
      next();
    }
  };
  const routes = express.Router({ caseSensitive: true });
  const path = '/api/analytics/links/:secret';
  routes.get(path, refusals, findLink, requests, (request, response) => answer(request, response, options));
  routes.all(path, refuseMethod('GET'));
  return routes;
}

function linkOf({ locals }: Response): ReportLink {
  return locals['link'] as ReportLink;
}

async function answer(
  request: Request,
  response: Response,
  { now = Date.now, ...options }: ReportLinkRoutesOptions,
): Promise<void> {
  const { format = request.accepts(['csv', 'json']) || 'csv' } = request.query;
  const wanted = formats.find((name) => name === format);
  if (!wanted) {
    sendApiProblem(
      response,
      problem('malformed', { detail: `format: wanted one of ${formats.join(', ')}.` }),
    );
    return;
  }
  response.set({ 'X-Robots-Tag': 'noindex', 'Cross-Origin-Resource-Policy': 'cross-origin' });
  const { linked, account } = linkOf(response);
  const asking = { request, response, account, format: wanted, nowMs: now() };
  if (linked.report === 'funnel') await answerFunnel(linked.texts, asking, options);
  else await answerReport(linked, asking, options);
}

interface Asking {
  readonly request: Request;
  readonly response: Response;
  readonly account: string;
  readonly format: Format;
  readonly nowMs: number;
}

async function answerReport(
  { report: name, texts }: Exclude<ReportLink['linked'], { readonly report: 'funnel' }>,
  { request, response, account, format, nowMs }: Asking,
  { reports }: Pick<ReportLinkRoutesOptions, 'reports'>,
): Promise<void> {
  const query = readQuery(texts, { nowMs, withEmail: false });
  if (!('from' in query)) {
    // A version that made the link knew words that this one does not.
    sendApiProblem(response, problem('not_found', { detail: query.join(' ') }));
    return;
  }
  const found = await reports.get({ account, name, query }).catch((error: unknown): ReportAnswer => {
    if (error instanceof StoreUnavailable) return { is: 'unavailable' };
    throw error;
  });
  if (found.is !== 'report') {
    sendApiProblem(response, whyNoReport(found, account));
    return;
  }
  const { ageMs, report } = found;
  if (format === 'csv' || format === 'json') {
    sendReport(request, response, { body: reportBody({ name, query, account, ...found }, format), ageMs });
    return;
  }
  const chart = await chartOf({ name, query, account, rows: rowsOf(report.rows), nowMs });
  const old = `rasa.io did not answer: these are the figures of ${minuteOf(report.fetchedAtMs)} UTC.`;
  const notes = [...chart.notes, ...report.notes, ...(isStale(found) ? [old] : [])];
  sendReport(request, response, { body: drawn(response, { ...chart, notes }, format), ageMs });
}

async function answerFunnel(
  texts: Extract<ReportLink['linked'], { readonly report: 'funnel' }>['texts'],
  { request, response, account, format, nowMs }: Asking,
  { funnel }: Pick<ReportLinkRoutesOptions, 'funnel'>,
): Promise<void> {
  const isChart = format === 'svg' || format === 'html';
  const read = readFunnelQuery({ ...(isChart && { by: '' }), ...texts }, nowMs);
  const fault = 'from' in read ? (isChart ? whyNoChart(read) : undefined) : read.join(' ');
  if (!('from' in read) || fault !== undefined) {
    sendApiProblem(response, problem('malformed', { detail: fault ?? '' }));
    return;
  }
  const query = { ...read, account };
  const rows = await funnel.read(query).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  });
  if (!rows) sendApiProblem(response, noFunnel());
  else if (isChart) {
    const chart = chartOfFunnel(query, rows, funnelNotes(query, nowMs));
    sendFunnel(request, response, drawn(response, chart, format));
  } else sendFunnel(request, response, funnelBody({ query, account, rows }, format, nowMs));
}

/** A picture brings its own style sheet, and nothing else. */
function drawn(response: Response, chart: Chart, type: 'svg' | 'html'): Body {
  response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
  return { type, text: type === 'svg' ? renderSvg(chart) : renderChartPage(chart) };
}

async function* rowsOf(rows: readonly Row[]): AsyncGenerator<Row> {
  await Promise.resolve();
  yield* rows;
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
