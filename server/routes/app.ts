import express, { type ErrorRequestHandler } from 'express';
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { jsonSchema } from '../config/forms-file/form-schema.ts';
import type { Rate } from '../forms/form-spec.ts';
import type { Forms } from '../forms/forms.ts';
import type { BuilderGate } from '../http/builder-gate.ts';
import type { ClientAddress } from '../http/client-ip.ts';
import { pageHeaders, strictTransport, type HstsMode } from '../http/headers.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { PublicAddress } from '../http/public-address.ts';
import { refuseUnreadable } from '../http/request-limits.ts';
import { readPinnedScript, serveBuiltFiles } from '../http/static-files.ts';
import type { Intake } from '../signup/intake.ts';
import type { Limits } from '../signup/limits.ts';
import type { Proofs } from '../signup/proofs.ts';
import { sendProblem } from './answers.ts';
import { createApiAccess, type ApiAccessOptions } from './api-access.ts';
import { createBuilderPages, type BuilderPagesOptions } from './builder-routes.ts';
import { createDescriptionRoutes } from './api/description-routes.ts';
import { createContactRoutes, type ContactRoutesOptions } from './contact-routes.ts';
import { createEventRoutes, type EventRoutesOptions } from './api/event-routes.ts';
import { createFunnelRoutes, type FunnelRoutesOptions } from './api/funnel-routes.ts';
import { createReportLinkRoutes, type ReportLinkRoutesOptions } from './api/report-link-routes.ts';
import { createReportRoutes, type ReportRoutesOptions } from './api/report-routes.ts';
import { createLinkRoutes, type ConfirmRoutesOptions } from './confirm/confirm-routes.ts';
import { createLeaveRoutes, type LeaveRoutesOptions } from './confirm/leave-routes.ts';
import { createFormRoutes, type FormRoutesOptions } from './form-routes.ts';
import { createHealthRoutes } from './health-routes.ts';
import type { Health } from './health.ts';
import { createOperatorRoutes, type OperatorRoutesOptions } from './operator/operator-routes.ts';
import { limitPages } from './network-limits.ts';

export interface AppOptions {
  readonly origins: Origins;
  readonly forms: Forms;
  readonly intake: Intake;
  readonly proofs: Pick<Proofs, 'issue'>;
  readonly limits: Pick<Limits, 'load' | 'open'>;
  readonly clientAddress: ClientAddress;
  /** Rate of sign-ups from one network; challenges are allowed more often. */
  readonly rateNetwork: Rate | 'off';
  /** Rate of pages, definitions and QR codes for one network. */
  readonly ratePages: Rate | 'off';
  readonly health: () => Health;
  /** With the URL of its contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: BuilderPagesOptions['sandbox'];
  readonly address: PublicAddress;
  readonly hsts: HstsMode;
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  readonly builder: BuilderGate;
  readonly confirmations: ConfirmRoutesOptions['confirmations'];
  /** `undefined` where no mail can be sent: then there is no page to leave. */
  readonly leavings: LeaveRoutesOptions['leavings'] | undefined;
  readonly addressRules: LeaveRoutesOptions['addressRules'];
  /** Who sends mails, as people know it. */
  readonly sender: string;
  readonly contacts: ContactRoutesOptions['contacts'];
  readonly feed: EventRoutesOptions['feed'];
  readonly reports: ReportRoutesOptions['reports'];
  readonly funnel: FunnelRoutesOptions['funnel'];
  readonly reportLinks: ReportLinkRoutesOptions['links'];
  readonly onStep: FormRoutesOptions['onStep'];
  readonly tokens: ApiAccessOptions['tokens'];
  /** The names of all accounts. */
  readonly accounts: readonly string[];
  /** Rate of requests with one token. */
  readonly rateToken: Rate | 'off';
  readonly metrics: Pick<Metrics, 'countRequest'>;
  /** Answers `/metrics`; `undefined` where it is not on this port. */
  readonly answerMetrics: RequestListener | undefined;
  /** Without it there is no operator page. */
  readonly operator?: Omit<OperatorRoutesOptions, 'clientAddress' | 'address' | 'log'>;
  readonly log: Logger;
}

/**
 * The Express application. Its routes are mounted twice: at the path of `PUBLIC_URL`, and at the root for web
 * servers that take the path off, and for checks on this machine.
 */
export function createApp(options: AppOptions): express.Express {
  const { prefix } = options.address;
  const app = express();
  app.set('etag', false);
  app.disable('x-powered-by');
  app.set('case sensitive routing', true);
  app.set('prefix', prefix);
  app.use(nameRequest(options), strictTransport(options.hsts));
  const routes = createRoutes(options);
  if (prefix !== '') app.use(prefix, routes);
  app.use(routes);
  app.use(answerErrors(options.log));
  return app;
}

function createRoutes(options: AppOptions): express.Router {
  const { origins, forms, health, builtDir, builder } = options;
  const sandbox = options.sandbox?.url;
  const routes = express.Router({ caseSensitive: true });
  const originsOf = (id: string) => forms.find(id)?.origins ?? origins;
  routes.use(securityHeaders(builder, originsOf), refuseAmbiguous, serveBuiltFiles(builtDir));

  // First, since most requests are for forms, and each router before costs time.
  const limitedPages = limitPages({ ...options, rate: options.ratePages, originsOf });
  const { leavings } = options;
  const mayLeave = leavings !== undefined;
  routes.use(createFormRoutes({ ...options, sandbox, originsOf, limitedPages, mayLeave }));

  const pinned = readPinnedScript(builtDir);
  routes.use(createBuilderPages({ ...options, gate: builder, pinned }));

  routes.use(createHealthRoutes({ health, sandbox }));

  const { answerMetrics } = options;
  if (answerMetrics)
    routes.all('/metrics', (request, response) => {
      answerMetrics(request, response);
    });

  // Made once: it takes eight times as long as an answer without it.
  const schema = JSON.stringify(jsonSchema(), null, 2);
  routes.get('/forms.schema.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').type('application/schema+json').send(schema);
  });

  routes.use(createLinkRoutes({ ...options, limitedPages }));
  if (leavings) routes.use(createLeaveRoutes({ ...options, leavings, limitedPages }));

  routes.use(createDescriptionRoutes({ ...options, limitedPages }));

  const access = createApiAccess({ ...options, rate: options.rateToken });
  routes.use(createContactRoutes({ contacts: options.contacts, access }));
  routes.use(createEventRoutes({ feed: options.feed, access }));
  routes.use(createFunnelRoutes({ funnel: options.funnel, access }));
  routes.use(createReportLinkRoutes({ ...options, links: options.reportLinks, rate: options.rateToken }));
  routes.use(createReportRoutes({ reports: options.reports, access }));

  if (options.operator) {
    // Whoever shows a cookie makes the proxy ask the database.
    routes.use('/operator', limitedPages);
    routes.use(createOperatorRoutes({ ...options, ...options.operator }));
  }

  routes.use((request, response) => {
    sendProblem(
      request,
      response,
      problem('not_found', { detail: `Nothing is at ${JSON.stringify(request.path)}.` }),
    );
  });
  return routes;
}

/** The pages of a form may be framed where the form may stand; the builder frames its own preview. */
function securityHeaders(builder: BuilderGate, originsOf: (form: string) => Origins): express.RequestHandler {
  const framedHeaders = rememberHeaders();
  const builderPages: Readonly<Record<string, ReturnType<typeof pageHeaders>>> = {
    '/': pageHeaders({ framesOwn: true }),
    '/preview': pageHeaders({ framedBy: ["'self'"], sends: false }),
  };
  const otherPages = pageHeaders();
  return (request, response, next) => {
    const { path, query } = request;
    const [, id] = /^\/forms\/([^/]+)/.exec(path) ?? [];
    const ofBuilder = builder.isOpen(query['token']) ? builderPages[path] : undefined;
    const headers = id === undefined ? (ofBuilder ?? otherPages) : framedHeaders(originsOf(id));
    headers(request, response, next);
  };
}

/** Gives each request an id, and counts it when its answer ends. */
function nameRequest({ metrics, log }: Pick<AppOptions, 'metrics' | 'log'>): express.RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    const shown = request.get('x-request-id');
    const requestId = requestIdOf(shown);
    response.locals['requestId'] = requestId;
    // An id of our own is shown by problems; else it stays in the log: equal requests get equal answers.
    // No id is shown where a cache may keep the answer for others.
    const isKept = request.method === 'GET' || request.method === 'HEAD';
    if (requestId === shown && !isKept) response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const { method } = request;
      // A file has no route, and neither has a path at which nothing is.
      const { path } = (request.route ?? {}) as { readonly path?: unknown };
      const route = typeof path === 'string' ? path : undefined;
      const seconds = (performance.now() - startedMs) / 1000;
      const { statusCode: status } = response;
      metrics.countRequest({ method, route, status, seconds });
      log.debug({ requestId, method, route, status, ms: Math.round(seconds * 1000) }, 'Request answered.');
    });
    next();
  };
}

const refuseAmbiguous: express.RequestHandler = (request, response, next) => {
  const ambiguous = refuseUnreadable(request);
  if (!ambiguous) {
    next();
    return;
  }
  response.set('Connection', 'close');
  sendProblem(request, response, ambiguous);
};

/** Helmet takes a while to build its headers. Forms share them unless they have their own origins. */
function rememberHeaders(): (origins: Origins) => express.RequestHandler {
  const known = new WeakMap<Origins, express.RequestHandler>();
  return (origins) => {
    const headers = known.get(origins) ?? pageHeaders({ framedBy: origins.sources });
    known.set(origins, headers);
    return headers;
  };
}

/**
 * Answers errors thrown in or outside of routes. A client's error (4xx) is answered as `malformed`; anything
 * else is a bug, logged and answered as `internal`.
 */
function answerErrors(log: Logger): ErrorRequestHandler {
  // Express recognizes an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const status = errorField(error, 'status');
    const theirs = typeof status === 'number' && status >= 400 && status < 500;
    if (!theirs)
      log.error(
        { err: error, method: request.method, requestId: String(response.locals['requestId']) },
        'Internal error while answering a request.',
      );
    // A request is destroyed by having been read to its end, too.
    if (response.headersSent || request.socket.destroyed) response.destroy();
    else sendProblem(request, response, problem(theirs ? 'malformed' : 'internal'));
  };
}

function errorField(error: unknown, name: 'status' | 'type'): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;
}
