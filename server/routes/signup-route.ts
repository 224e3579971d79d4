import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { Accepted, Pending } from '../../shared/signup.ts';
import type { ClientAddress } from '../http/client-ip.ts';
import { pageHeaders } from '../http/headers.ts';
import type { Origins } from '../http/origins.ts';
import { hearOut, leavesMuch, readBody } from '../http/request-body.ts';
import { pageFor } from '../pages/signup-answer.ts';
import type { Answer, Intake } from '../signup/intake.ts';
import type { QuotaState } from '../signup/limits.ts';
import type { SignupPost } from '../signup/signup-post.ts';
import { detailOf, wantsPage, type Detail } from './answers.ts';
import { pendingOf } from './confirm/confirm-routes.ts';
import { wordsFor } from './language.ts';

export interface SignupRouteOptions {
  readonly intake: Intake;
  /** The origins whose pages may use a form. */
  readonly originsOf: (form: string) => Origins;
  readonly clientAddress: ClientAddress;
  /** What the funnel calls the page that a request is from. */
  readonly pageOriginOf: (headers: IncomingHttpHeaders) => string;
  /** `PublicAddress.prefix`. */
  readonly prefix: string;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

type FormRequest = Request<{ form: string }>;

/** `POST /forms/:form`: makes plain data of the request for the intake, and an answer of the outcome. */
export function receiveSignup({
  intake,
  originsOf,
  clientAddress,
  pageOriginOf,
  prefix,
  sandbox,
}: SignupRouteOptions): RequestHandler<{ form: string }> {
  return async (request, response) => {
    const post = postOf(request, { ip: clientAddress(request), pageOrigin: pageOriginOf(request.headers) });
    const answer = await intake.receive(post);
    // The visitor may have disconnected meanwhile.
    if (response.destroyed) return;
    response.set('Cache-Control', 'no-store').set(rateHeaders(answer.remaining));
    const { status, headers, body } = post.plain
      ? pageOf(answer, request, response)
      : dataOf(answer, request, response);
    response.status(status).set(headers);
    await send(request, response, body);
  };

  function pageOf(answer: Answer, request: FormRequest, response: Response): Detail {
    const words = wordsFor(request, answer.form?.languages);
    response.vary('Accept-Language');
    const { leadsTo, headers, ...page } = pageFor(answer, { words, prefix, sandbox });
    const { sources: framedBy } = answer.form?.origins ?? originsOf(request.params.form);
    if (leadsTo !== undefined) pageHeaders({ framedBy, leadsTo })(request, response, () => undefined);
    const problem = answer.is === 'refused' ? detailOf(answer.problem, response).headers : {};
    return {
      ...page,
      headers: {
        ...problem,
        ...headers,
        'Content-Type': 'text/html; charset=utf-8',
      },
    };
  }
}

function postOf(request: FormRequest, { ip, pageOrigin }: Pick<SignupPost, 'ip' | 'pageOrigin'>): SignupPost {
  const { headers } = request;
  const [secFetchMode, secFetchSite] = [request.get('sec-fetch-mode'), request.get('sec-fetch-site')];
  return {
    form: request.params.form,
    origin: headers.origin,
    pageOrigin,
    host: headers.host,
    ip,
    // Scripts and command-line tools accept anything or ask for JSON.
    plain: (secFetchMode === undefined || secFetchMode === 'navigate') && wantsPage(request),
    languageOf: (offered) => wordsFor(request, offered),
    headers: {
      userAgent: headers['user-agent'],
      acceptLanguage: headers['accept-language'],
      secFetchSite,
    },
    contentType: headers['content-type'],
    encodings: [headers['content-encoding'], headers['transfer-encoding']].flatMap((names = '') =>
      names
        .toLowerCase()
        .split(',')
        .map((name) => name.trim()),
    ),
    readBody: (maxBytes) => readBody(request, maxBytes),
  };
}

function dataOf(answer: Answer, request: FormRequest, response: Response): Detail {
  switch (answer.is) {
    case 'accepted': {
      const { form, waiting } = answer;
      const body = JSON.stringify(
        waiting
          ? (pendingOf(waiting, form, wordsFor(request, form.languages)) satisfies Pending)
          : ({ status: 'accepted' } satisfies Accepted),
      );
      return { status: 202, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
    }
    case 'unconfirmed':
      throw new Error('unreachable: only plain forms are asked for a click');
    case 'refused':
      return detailOf(answer.problem, response);
  }
}

/** A sender that is still sending a long body gets the answer first, and is then heard out for a moment. */
async function send(request: IncomingMessage, response: Response, body: string): Promise<void> {
  response.set('Content-Length', String(Buffer.byteLength(body)));
  if (!leavesMuch(request)) {
    response.end(body);
    return;
  }
  response.set('Connection', 'close').write(body);
  await hearOut(request);
  response.end();
}

/** The headers of draft-ietf-httpapi-ratelimit-headers, for the quotas that the sender may know. */
function rateHeaders(remaining: readonly QuotaState[]): Record<string, string> {
  if (remaining.length === 0) return {};
  const policies = remaining.map(({ axis, limit, windowS }) => `"${axis}";q=${limit};w=${windowS}`);
  const states = remaining.map(({ axis, remaining, resetS }) => `"${axis}";r=${remaining};t=${resetS}`);
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: states.join(', ') };
}
