import cors from 'cors';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { Problem } from '../shared/signup.ts';
import { readPinnedScript, serveBuiltFiles } from './assets.ts';
import type { BotStats } from './bots.ts';
import type { BuilderGate } from './builder-gate.ts';
import type { ClientAddress } from './client-address.ts';
import type { CourierStats } from './courier.ts';
import type { Forms } from './forms.ts';
import { jsonSchema } from './forms/file-schema.ts';
import { pageHeaders } from './headers.ts';
import { networkOf, type Limits } from './limits.ts';
import type { Origins } from './origins.ts';
import { renderHostedForm, renderProblem } from './pages/form.ts';
import { createBuilderPages } from './pages/builder.ts';
import { hostedPath, queryToKeep, type Visit } from './pages/hosted-address.ts';
import { renderQrCode } from './pages/qr.ts';
import { problem } from './problem.ts';
import type { Proofs } from './bots/proofs.ts';
import type { Rate, TrustProxy } from './setting-texts.ts';
import { exposedHeaders } from './signup-route.ts';
import type { CredentialsHealth } from './upstream.ts';
import { wordsFor } from './words.ts';

export interface AppOptions {
  readonly origins: Origins;
  readonly forms: Forms;
  readonly proofs: Pick<Proofs, 'issue'>;
  readonly limits: Pick<Limits, 'pressure'>;
  readonly clientAddress: ClientAddress;
  /** Of sign-ups from one network; challenges may be asked for more often. */
  readonly rateNetwork: Rate | 'off';
  readonly health: () => Health;
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
  readonly trustProxy: TrustProxy;
  /** The directory with the files that the build made for browsers. */
  readonly builtDir: string;
  readonly builder: BuilderGate;
  readonly log: Logger;
}

/** What `GET /healthz` tells besides where sign-ups go; no names, no addresses. */
export interface Health {
  readonly outbox: {
    readonly waiting: number;
    readonly setAside: number;
    /** When the one that has waited longest was accepted, ISO 8601. */
    readonly oldest: string | undefined;
  };
  readonly courier: CourierStats;
  readonly bots: BotStats;
  /** Absent where no key is needed. */
  readonly credentials: CredentialsHealth | undefined;
}

/** A form that is touched asks for a challenge, and not every form that is touched is sent. */
const challengesPerSignup = 4;

/** Everything but the sign-ups themselves, which `signup-route.ts` hands to the door. */
export function createApp({
  origins,
  forms,
  proofs,
  limits,
  clientAddress,
  rateNetwork,
  health,
  sandbox,
  trustProxy,
  builtDir,
  builder,
  log,
}: AppOptions): express.Express {
  const app = express();
  app.set('trust proxy', trustProxy);
  app.set('etag', false);
  app.set('case sensitive routing', true);
  const framedHeaders = rememberHeaders();
  const originsOf = (id: string) => forms.find(id)?.origins ?? origins;
  const builderPages: Readonly<Record<string, ReturnType<typeof pageHeaders>>> = {
    '/': pageHeaders({ framesOwn: true }),
    '/preview': pageHeaders({ framedBy: ["'self'"], sends: false }),
  };
  const otherPages = pageHeaders();
  app.use((request, response, next) => {
    const { path, query } = request;
    const [, id] = /^\/forms\/([^/]+)/.exec(path) ?? [];
    const ofBuilder = builder.isOpen(query['token']) ? builderPages[path] : undefined;
    const headers = id === undefined ? (ofBuilder ?? otherPages) : framedHeaders(originsOf(id));
    headers(request, response, next);
  });
  app.use(serveBuiltFiles(builtDir));

  const pinned = readPinnedScript(builtDir);
  app.use(createBuilderPages({ gate: builder, forms, pinned, sandbox, publicUrlOf }));

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({
      status: 'ok',
      upstream: sandbox === undefined ? 'rasa.io' : 'sandbox',
      sandbox,
      ...health(),
    });
  });

  // Whoever can be reached accepts: that the credentials are refused is the operator's to mend, not a reason to send
  // visitors elsewhere, where the same credentials are.
  app.get('/readyz', (_request, response) => {
    const credentials = health().credentials?.is ?? 'none';
    response.set('Cache-Control', 'no-store').json({ status: 'ready', credentials });
  });

  app.get('/forms.schema.json', (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('application/schema+json')
      .send(JSON.stringify(jsonSchema(), null, 2));
  });

  app
    .route('/forms/:form')
    .all((_request, response, next) => {
      response.set('Cache-Control', 'no-cache').vary('Origin').vary('Accept').vary('Accept-Language');
      next();
    })
    .all(crossOrigin(originsOf, 'null'))
    .get((request, response) => {
      const { origin, host } = request.headers;
      const form = forms.find(request.params.form);
      if (origin !== 'null' && !originsOf(request.params.form).allow(origin, host))
        sendProblem(request, response, problem('origin_refused'));
      else if (!form) sendProblem(request, response, problem('no_such_form'));
      else {
        const words = wordsFor(request, form.languages);
        const definition = form.definitionIn(words);
        response.set('Content-Language', definition.lang);
        if (!wantsPage(request)) response.json(definition);
        else {
          // Its plain form leads there where no click is asked for.
          const { redirect: leadsTo } = definition;
          if (leadsTo)
            pageHeaders({ framedBy: form.origins.sources, leadsTo })(request, response, () => undefined);
          response.send(renderHostedForm({ form, words, sandbox }, visitOf(request)));
        }
      }
    })
    .options((request, response) => {
      // A preflight from a page on the list has been answered above.
      sendProblem(request, response, problem('origin_refused'));
    })
    .all(refuseMethod('GET, HEAD, POST, OPTIONS'));

  app
    .route('/forms/:form/challenge')
    .all((_request, response, next) => {
      response.set('Cache-Control', 'no-store').vary('Origin');
      next();
    })
    .all(crossOrigin(originsOf))
    .get(limitChallenges({ forms, rateNetwork, clientAddress }), async (request, response) => {
      const { origin, host } = request.headers;
      const form = forms.find(request.params.form);
      if (!originsOf(request.params.form).allow(origin, host))
        sendProblem(request, response, problem('origin_refused'));
      else if (!form) sendProblem(request, response, problem('no_such_form'));
      else {
        const pressure = await limits.pressure(clientAddress(request), form);
        response.json(await proofs.issue(form.id, pressure));
      }
    })
    .all(refuseMethod('GET, HEAD, OPTIONS'));

  app
    .route('/forms/:form/qr.svg')
    .get((request, response) => {
      const form = forms.find(request.params.form);
      if (!form) sendProblem(request, response, problem('no_such_form'));
      else {
        // Whoever scans it has a language of their own.
        const definition = form.definitionIn(wordsFor({ url: request.url, headers: {} }, form.languages));
        const visit = visitOf(request);
        const address = visit.publicUrl + hostedPath(definition.id) + queryToKeep(definition, visit);
        response
          .set('Cache-Control', 'public, max-age=86400')
          .type('image/svg+xml')
          .send(renderQrCode(address));
      }
    })
    .all(refuseMethod('GET, HEAD'));

  app.use((request, response) => {
    sendProblem(
      request,
      response,
      problem('not_found', { detail: `Nothing is at ${JSON.stringify(request.path)}.` }),
    );
  });
  app.use(answerErrors(log));
  return app;
}

/**
 * CORS headers for the pages on the list, none for others; the `Vary` is there either way. Sandboxed frames have the
 * origin `null`, and may read what a form asks for, which is no secret: they send it the plain way, with a click.
 */
function crossOrigin(originsOf: (form: string) => Origins, readableBy?: 'null'): express.RequestHandler {
  return cors((request, done) => {
    const { origin, host } = request.headers;
    const origins = originsOf(String((request as Request).params['form']));
    done(null, {
      origin: origins.allow(origin, host) || origin === readableBy,
      methods: ['GET', 'HEAD', 'POST'],
      allowedHeaders: ['Content-Type'],
      exposedHeaders,
      maxAge: 86_400,
    });
  });
}

function refuseMethod(allow: string): express.RequestHandler {
  return (request, response) => {
    response.set('Allow', allow);
    sendProblem(request, response, problem('method_not_allowed'));
  };
}

interface ChallengeLimits {
  readonly forms: Forms;
  readonly rateNetwork: Rate | 'off';
  readonly clientAddress: ClientAddress;
}

/** A challenge costs the server more than a refusal, so that nobody may hoard them. */
function limitChallenges({ forms, rateNetwork, clientAddress }: ChallengeLimits): express.RequestHandler {
  /** A form with a rate of its own has a budget of its own; by rate, of which a file has few. */
  const limiters = new Map<string, express.RequestHandler>();
  return (request, response, next) => {
    const form = forms.find(String(request.params['form']));
    const own = form?.rates.network;
    const rate = own ?? rateNetwork;
    if (rate === 'off') {
      next();
      return;
    }
    const name = own === undefined ? '' : `${rate.limit}/${rate.windowMs}`;
    const limiter = limiters.get(name) ?? openLimiter(rate, own !== undefined);
    limiters.set(name, limiter);
    void limiter(request, response, next);
  };

  function openLimiter(rate: Rate, isOwn: boolean): express.RequestHandler {
    return rateLimit({
      windowMs: rate.windowMs,
      limit: rate.limit * challengesPerSignup,
      identifier: 'challenges',
      // Its warnings about proxies are ours to give, see `client-address.ts`.
      validate: false,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      keyGenerator: (request) =>
        `${networkOf(clientAddress(request))}${isOwn ? ` ${String(request.params['form'])}` : ''}`,
      handler(request, response) {
        const retryAfterS = Number(response.getHeader('Retry-After'));
        sendProblem(request, response, problem('rate_limited', { retryAfterS }));
      },
    });
  }
}

/** Helmet takes a while to make its headers, and forms share them unless they have origins of their own. */
function rememberHeaders(): (origins: Origins) => express.RequestHandler {
  const known = new WeakMap<Origins, express.RequestHandler>();
  return (origins) => {
    const headers = known.get(origins) ?? pageHeaders({ framedBy: origins.sources });
    known.set(origins, headers);
    return headers;
  };
}

/** Whether a person looks at the answer. Scripts and the command line ask for anything or for JSON. */
function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

function sendProblem(request: Request, response: Response, answer: Problem): void {
  response.status(answer.status);
  if (answer.retry_after !== undefined) response.set('Retry-After', String(answer.retry_after));
  if (!wantsPage(request)) {
    response.type('application/problem+json').send(JSON.stringify(answer));
    return;
  }
  const words = wordsFor(request);
  response.set('Content-Language', words.lang).vary('Accept-Language').send(renderProblem(words, answer));
}

function visitOf(request: Request): Visit {
  return {
    publicUrl: publicUrlOf(request),
    query: new URL(request.url, 'http://localhost').search,
    referrer: request.get('referer'),
  };
}

function publicUrlOf(request: Request): string {
  return `${request.protocol}://${request.host}`;
}

/** What went wrong before or behind a route. A sender's fault is answered as such; anything else is ours, and is logged. */
function answerErrors(log: Logger): ErrorRequestHandler {
  // Express knows it by its four parameters.
  return (error: unknown, request, response, _next) => {
    const status = errorField(error, 'status');
    const theirs = typeof status === 'number' && status >= 400 && status < 500;
    if (!theirs) log.error({ err: error, method: request.method }, 'A request met a bug.');
    if (response.headersSent || request.destroyed) response.destroy();
    else sendProblem(request, response, problem(theirs ? 'malformed' : 'internal'));
  };
}

function errorField(error: unknown, name: 'status' | 'type'): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;
}
