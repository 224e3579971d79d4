import type { Request, RequestHandler, Response } from 'express';
import type { Problem } from '../../shared/signup.ts';
import { problem } from '../http/problem.ts';
import { renderProblem } from '../pages/form-pages.ts';
import { wordsFor } from './language.ts';

/**
 * Whether the answer is shown to a person. Scripts and command-line tools accept anything or ask for JSON.
 */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

/** Sends a problem: as a page for people, as a problem detail (RFC 9457) for programs. */
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

/** The proxy's public URL as this request used it. */
export function publicUrlOf(request: Request): string {
  return `${request.protocol}://${request.host}`;
}

/** Refuses all methods that a route does not handle, with 405 and `Allow`. */
export function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allow);
    sendProblem(request, response, problem('method_not_allowed'));
  };
}
