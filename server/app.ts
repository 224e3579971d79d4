import cors from 'cors';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import getRawBody from 'raw-body';
import type { Accepted, Problem } from '../shared/signup.ts';
import { serveBuiltFiles } from './assets.ts';
import type { CourierStats } from './courier.ts';
import type { Door } from './door.ts';
import type { Forms } from './forms.ts';
import type { Origins } from './origins.ts';
import { renderHostedForm, renderProblem, renderThanks } from './pages/form.ts';
import { renderHome } from './pages/home.ts';
import { problem } from './problem.ts';
import type { TrustProxy } from './settings.ts';
import type { Body } from './signup.ts';
import type { CredentialsHealth } from './upstream.ts';

export interface AppOptions {
  readonly origins: Origins;
  readonly forms: Forms;
  readonly door: Door;
  readonly health: () => Health;
  /** Where the sandbox shows its contacts and keys; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
  readonly trustProxy: TrustProxy;
  /** The directory with the files that the build made for browsers. */
  readonly builtDir: string;
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
  /** Absent where no key is needed. */
  readonly credentials: CredentialsHealth | undefined;
}

/** Turns HTTP into requests to the door and outcomes into HTTP; decides nothing about a sign-up itself. */
export function createApp({
  origins,
  forms,
  door,
  health,
  sandbox,
  trustProxy,
  builtDir,
  log,
}: AppOptions): express.Express {
  const app = express();
  app.set('trust proxy', trustProxy);
  app.set('etag', false);
  app.use(securityHeaders());
  app.use(serveBuiltFiles(builtDir));

  app.get('/', (request, response) => {
    response.send(renderHome({ publicUrl: publicUrlOf(request), sandbox }));
  });

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

  app
    .route('/forms/:form')
    .all((_request, response, next) => {
      response.set('Cache-Control', 'no-cache').vary('Origin').vary('Accept');
      next();
    })
    .all(crossOrigin(origins))
    .get((request, response) => {
      const { origin, host } = request.headers;
      const form = forms.find(request.params.form);
      if (!origins.allow(origin, host)) sendProblem(request, response, problem('origin_refused'));
      else if (!form) sendProblem(request, response, problem('no_such_form'));
      else if (wantsPage(request)) response.send(renderHostedForm(form.definition, sandbox));
      else response.json(form.definition);
    })
    .post(async (request, response) => {
      const answer = await door.receive({
        form: request.params.form,
        origin: request.headers.origin,
        host: request.headers.host,
        ip: request.ip ?? '',
        contentType: request.headers['content-type'],
        readBody: (maxBytes) => readBody(request, maxBytes),
      });
      if (isProblem(answer)) sendProblem(request, response, answer);
      else if (wantsPage(request)) response.status(202).send(renderThanks(sandbox));
      else response.status(202).json(answer);
    })
    .options((request, response) => {
      // A preflight from a page on the list has been answered above.
      sendProblem(request, response, problem('origin_refused'));
    })
    .all((request, response) => {
      response.set('Allow', 'GET, HEAD, POST, OPTIONS');
      sendProblem(request, response, problem('method_not_allowed'));
    });

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

function securityHeaders(): express.RequestHandler {
  const own = ["'self'"];
  return helmet({
    // Without a referrer a browser sends `Origin: null` with the plain form of our own page.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: own,
        styleSrc: own,
        imgSrc: own,
        connectSrc: own,
        formAction: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

/** CORS headers for the pages on the list, none for others. The `Vary` is there either way. */
function crossOrigin(origins: Origins): express.RequestHandler {
  return cors((request, done) => {
    const { origin, host } = request.headers;
    done(null, {
      origin: origins.allow(origin, host),
      methods: ['GET', 'HEAD', 'POST'],
      allowedHeaders: ['Content-Type'],
      exposedHeaders: ['Retry-After'],
      maxAge: 86_400,
    });
  });
}

/** The body whole, or the word that it is longer than allowed; it is not read further then. */
async function readBody(request: Request, maxBytes: number): Promise<Body> {
  try {
    const length = request.headers['content-length'];
    return { is: 'whole', bytes: await getRawBody(request, { limit: maxBytes, ...(length && { length }) }) };
  } catch (error) {
    if (errorField(error, 'type') === 'entity.too.large') return { is: 'too_large' };
    throw error;
  }
}

/** Whether a person looks at the answer. Scripts and the command line ask for anything or for JSON. */
function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

function isProblem(answer: Accepted | Problem): answer is Problem {
  return 'code' in answer;
}

function sendProblem(request: Request, response: Response, answer: Problem): void {
  response.status(answer.status);
  if (answer.retry_after !== undefined) response.set('Retry-After', String(answer.retry_after));
  if (answer.code === 'too_large') {
    // The rest of the body was not read, so nothing else can be read from this connection.
    response.set('Connection', 'close');
  }
  if (wantsPage(request)) response.send(renderProblem(answer));
  else response.type('application/problem+json').send(JSON.stringify(answer));
}

function publicUrlOf(request: Request): string {
  return `${request.protocol}://${request.host}`;
}

/** What went wrong before or behind a route. A sender's fault is answered as such; anything else is ours, and is logged. */
function answerErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent || request.destroyed) {
      next(error);
      return;
    }
    const status = errorField(error, 'status');
    const theirs = typeof status === 'number' && status >= 400 && status < 500;
    if (!theirs) log.error({ err: error, method: request.method }, 'A request met a bug.');
    sendProblem(request, response, problem(theirs ? 'malformed' : 'internal'));
  };
}

function errorField(error: unknown, name: 'status' | 'type'): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;
}
