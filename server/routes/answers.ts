import type { Request, RequestHandler, Response } from 'express';
import type { Problem } from '../../shared/signup.ts';
import { problem } from '../http/problem.ts';
import { renderProblem } from '../pages/form-pages.ts';
import { wordsFor } from './language.ts';

/** Whether a person looks at the answer. Scripts and the command line ask for anything or for JSON. */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

/** As a page for people, as a problem detail (RFC 9457) for programs. */
export function sendProblem(request: Request, response: Response, answer: Problem): void {
  response.status(answer.status);
  if (answer.retry_after !== undefined) response.set('Retry-After', String(answer.retry_after));
  if (!wantsPage(request)) {
    response.type('application/problem+json').send(JSON.stringify(answer));
    return;
  }
  const words = wordsFor(request);
  response.set('Content-Language', words.lang).vary('Accept-Language').send(renderProblem(words, answer));
}

/** Where visitors' browsers reach this proxy, as the request came in. */
export function publicUrlOf(request: Request): string {
  return `${request.protocol}://${request.host}`;
}

/** For whatever a route does not do. */
export function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allow);
    sendProblem(request, response, problem('method_not_allowed'));
  };
}
