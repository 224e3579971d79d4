import type { Request, RequestHandler, Response } from 'express';
import type { Problem } from '../../shared/signup.ts';
import { problem, type ApiProblem } from '../http/problem.ts';
import { renderProblem } from '../pages/form-pages.ts';
import { wordsFor } from './language.ts';

/**
 * Whether the answer is shown to a person. Scripts and command-line tools accept anything or ask for JSON.
 */
export function wantsPage(request: Pick<Request, 'accepts'>): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

/** An answer before it is sent. */
export interface Detail {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A problem as programs get it: a problem detail (RFC 9457), with the id that the log has of the request. */
export function detailOf(answer: ApiProblem, { locals }: Pick<Response, 'locals'>): Detail {
  const { status, retry_after: retryAfterS } = answer;
  const requestId = String(locals['requestId']);
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'X-Request-Id': requestId,
      ...(retryAfterS !== undefined && { 'Retry-After': String(retryAfterS) }),
    },
    body: JSON.stringify({ ...answer, request_id: requestId }),
  };
}

/** Sends a problem: as a page for people, as a problem detail for programs. */
export function sendProblem(request: Request, response: Response, answer: Problem): void {
  const { status, headers, body } = detailOf(answer, response);
  // The default for caches is to keep a 404, whatever it depends on.
  response.status(status).set('Cache-Control', 'no-store').set(headers).vary('Accept');
  if (!wantsPage(request)) {
    response.send(body);
    return;
  }
  const words = wordsFor(request);
  response.type('html').set('Content-Language', words.lang).vary('Accept-Language');
  response.send(renderProblem(words, answer, prefixOf(request)));
}

/** `PublicAddress.prefix`, which `app.ts` keeps among the settings of Express. */
export function prefixOf({ app }: Pick<Request, 'app'>): string {
  return String(app.get('prefix'));
}

/** Refuses all methods that a route does not handle, with 405 and `Allow`. */
export function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allow);
    sendProblem(request, response, problem('method_not_allowed'));
  };
}
