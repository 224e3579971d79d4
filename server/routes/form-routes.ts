import cors from 'cors';
import express, { type Request } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Rate } from '../forms/form-spec.ts';
import type { Forms } from '../forms/forms.ts';
import type { ClientAddress } from '../http/client-ip.ts';
import { pageHeaders } from '../http/headers.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { renderHostedForm } from '../pages/form-pages.ts';
import { hostedPath, queryToKeep, type Visit } from '../pages/hosted-address.ts';
import { renderQrCode } from '../pages/qr-code.ts';
import { networkOf, type Limits } from '../signup/limits.ts';
import type { Proofs } from '../signup/proofs.ts';
import { publicUrlOf, refuseMethod, sendProblem, wantsPage } from './answers.ts';
import { wordsFor } from './language.ts';
import { exposedHeaders } from './signup-route.ts';

export interface FormRoutesOptions {
  readonly forms: Forms;
  /** Which pages may talk to a form. */
  readonly originsOf: (form: string) => Origins;
  readonly proofs: Pick<Proofs, 'issue'>;
  readonly limits: Pick<Limits, 'load'>;
  readonly clientAddress: ClientAddress;
  /** Of sign-ups from one network; challenges may be asked for more often. */
  readonly rateNetwork: Rate | 'off';
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** A form that is touched asks for a challenge, and not every form that is touched is sent. */
const challengesPerSignup = 4;

/** What is there to be had of a form: its definition or its page, a challenge, a QR code. */
export function createFormRoutes({
  forms,
  originsOf,
  proofs,
  limits,
  clientAddress,
  rateNetwork,
  sandbox,
}: FormRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });

  routes
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

  routes
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
        const load = await limits.load(clientAddress(request), form);
        response.json(await proofs.issue(form.id, load));
      }
    })
    .all(refuseMethod('GET, HEAD, OPTIONS'));

  routes
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

  return routes;
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

function visitOf(request: Request): Visit {
  return {
    publicUrl: publicUrlOf(request),
    query: new URL(request.url, 'http://localhost').search,
    referrer: request.get('referer'),
  };
}
