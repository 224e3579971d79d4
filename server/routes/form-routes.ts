import type { IncomingHttpHeaders } from 'node:http';
import cors from 'cors';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { pageOriginOf } from '../analytics/funnel/page-origin.ts';
import type { Rate } from '../forms/form-spec.ts';
import type { Form, Forms } from '../forms/forms.ts';
import type { ClientAddress } from '../http/client-ip.ts';
import { pageHeaders } from '../http/headers.ts';
import { isFromUnnamedPage, type Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import type { PublicAddress } from '../http/public-address.ts';
import { renderHostedForm } from '../pages/form-pages.ts';
import { hostedPath, queryToKeep, type Visit } from '../pages/hosted-address.ts';
import { renderQrCode } from '../pages/qr-code.ts';
import type { Intake } from '../signup/intake.ts';
import type { Limits } from '../signup/limits.ts';
import type { Proofs } from '../signup/proofs.ts';
import { refuseMethod, sendProblem, wantsPage } from './answers.ts';
import { answerTicket, type ConfirmRoutesOptions } from './confirm/confirm-routes.ts';
import { createBrandRoutes } from './hosted/brand-routes.ts';
import { wordsFor } from './language.ts';
import { limitChallenges } from './network-limits.ts';
import { receiveSignup } from './signup-route.ts';

export interface FormRoutesOptions {
  readonly forms: Forms;
  /** The origins whose pages may use a form. */
  readonly originsOf: (form: string) => Origins;
  readonly intake: Intake;
  readonly proofs: Pick<Proofs, 'issue'>;
  readonly limits: Pick<Limits, 'load'>;
  readonly clientAddress: ClientAddress;
  readonly address: PublicAddress;
  /** Rate of sign-ups from one network; challenges are allowed more often. */
  readonly rateNetwork: Rate | 'off';
  /** Counts pages, definitions and QR codes. */
  readonly limitedPages: RequestHandler;
  readonly confirmations: ConfirmRoutesOptions['confirmations'];
  /** Of the mails. */
  readonly sender: string;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
  /** Whether there is a page to leave. */
  readonly mayLeave: boolean;
  /** Called for each definition or page that is fetched, and each challenge. */
  readonly onStep: (step: 'fetched' | 'started', form: Form, pageOrigin: string) => void;
}

type FormRequest = Request<{ form: string }>;

/** What a form offers: its definition or its page, the way in for sign-ups, a challenge, and a QR code. */
export function createFormRoutes(options: FormRoutesOptions): express.Router {
  const {
    forms,
    originsOf,
    intake,
    proofs,
    limits,
    clientAddress,
    address,
    rateNetwork,
    limitedPages,
    sandbox,
    mayLeave,
    onStep,
  } = options;
  const routes = express.Router({ caseSensitive: true });
  const { prefix } = address;
  const variesByHost = address.origin === undefined;
  const originOf = (headers: IncomingHttpHeaders) => pageOriginOf(headers, address.origin);
  const signup = { intake, originsOf, clientAddress, pageOriginOf: originOf, prefix, sandbox };

  routes
    .route('/forms/:form')
    .all((_request, response, next) => {
      response.set('Cache-Control', 'no-cache').vary(`Origin, Accept${variesByHost ? ', Host' : ''}`);
      next();
    })
    .post(crossOrigin(originsOf), receiveSignup(signup))
    .all(crossOrigin(originsOf, 'null'))
    .get(
      refuseUnlisted(originsOf, 'null'),
      limitedPages,
      withForm((form, request, response) => {
        const words = wordsFor(request, form.languages);
        const definition = form.definitionIn(words);
        if (request.method === 'GET') onStep('fetched', form, originOf(request.headers));
        response.set('Content-Language', definition.lang).vary('Accept-Language');
        if (!wantsPage(request)) {
          response.json(definition);
          return;
        }
        const asksReferrer = definition.fields.some((field) => 'from' in field && field.from === 'referrer');
        if (asksReferrer) response.vary('Referer');
        // The page's plain form leads to this URL directly if no confirming click is required.
        const { redirect: leadsTo } = definition;
        if (leadsTo)
          pageHeaders({ framedBy: form.origins.sources, leadsTo })(request, response, () => undefined);
        response.send(renderHostedForm({ form, words, prefix, sandbox, mayLeave }, visitOf(request)));
      }),
    )
    .options((request, response) => {
      // Preflights from allowed origins have been answered above.
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
    .get(
      refuseOtherPages(originsOf),
      limitChallenges({ forms, rateNetwork, clientAddress }),
      withForm(async (form, request, response) => {
        const load = await limits.load(clientAddress(request), form);
        const { since } = request.query;
        if (request.method === 'GET') onStep('started', form, originOf(request.headers));
        response.json(await proofs.issue(form.id, load, typeof since === 'string' ? since : undefined));
      }),
    )
    .all(refuseMethod('GET, HEAD, OPTIONS'));

  routes
    .route('/forms/:form/confirmation')
    .all((_request, response, next) => {
      response.set('Cache-Control', 'no-store').vary('Origin, Accept');
      next();
    })
    .all(crossOrigin(originsOf))
    .post(limitedPages, ...answerTicket(options))
    .all(refuseMethod('POST, OPTIONS'));

  routes
    .route('/forms/:form/qr.svg')
    .get(
      limitedPages,
      withForm((form, request, response) => {
        // The language of this browser does not count: the person who scans the code may have another one.
        const definition = form.definitionIn(wordsFor({ url: request.url, headers: {} }, form.languages));
        const visit = visitOf(request);
        const target = visit.publicUrl + hostedPath(definition.id) + queryToKeep(definition, visit);
        if (variesByHost) response.vary('Host');
        response
          .set('Cache-Control', 'public, max-age=86400')
          .type('image/svg+xml')
          .send(renderQrCode(target));
      }),
    )
    .all(refuseMethod('GET, HEAD'));

  routes.use(createBrandRoutes(forms));
  return routes;

  function visitOf(request: FormRequest): Visit {
    return {
      publicUrl: address.of(request),
      query: new URL(request.url, 'http://localhost').search,
      referrer: request.get('referer'),
    };
  }

  function withForm(
    answer: (form: Form, request: FormRequest, response: Response) => Promise<void> | void,
  ): RequestHandler<{ form: string }> {
    return (request, response) => {
      const form = forms.find(request.params.form);
      if (form) return answer(form, request, response);
      sendProblem(request, response, problem('no_such_form'));
      return undefined;
    };
  }
}

/** The headers that a script on another origin may read. */
const exposedHeaders = ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'];

/**
 * CORS headers for allowed origins, none for others; `Vary` is set in both cases. Sandboxed frames have the
 * origin `null`. They may read a form's definition, which is not secret; their sign-ups are sent as plain
 * forms with a confirming click.
 */
function crossOrigin(originsOf: (form: string) => Origins, alsoAllowed?: 'null'): RequestHandler {
  return cors((request, done) => {
    const { origin, host } = request.headers;
    const origins = originsOf(String((request as Request).params['form']));
    done(null, {
      origin: origins.allow(origin, host) || origin === alsoAllowed,
      methods: ['GET', 'HEAD', 'POST'],
      allowedHeaders: ['Content-Type', 'X-Request-Id'],
      exposedHeaders,
      maxAge: 86_400,
    });
  });
}

/** Refuses pages on origins that may not use the form. */
function refuseUnlisted(
  originsOf: (form: string) => Origins,
  alsoAllowed?: 'null',
): RequestHandler<{ form: string }> {
  return (request, response, next) => {
    const { origin, host } = request.headers;
    if (origin === alsoAllowed || originsOf(request.params.form).allow(origin, host)) next();
    else sendProblem(request, response, problem('origin_refused'));
  };
}

/** Before anything is charged: a visitor must not pay for what pages of others ask for in his browser. */
function refuseOtherPages(originsOf: (form: string) => Origins): RequestHandler<{ form: string }> {
  const refuse = refuseUnlisted(originsOf);
  return (request, response, next) => {
    if (isFromUnnamedPage(request.headers)) sendProblem(request, response, problem('origin_refused'));
    else void refuse(request, response, next);
  };
}
