import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { withAnySignal } from '../../system/any-signal.ts';
import { pause } from '../../system/pause.ts';
import type { Faults, Operation } from '../faults.ts';
import type { Persons } from '../persons.ts';
import type { Tokens } from '../tokens.ts';

/** The parts that differ between answers. The rest of rasa.io's envelope follows from them and the status. */
export interface AnswerParts {
  readonly results?: readonly object[];
  readonly error?: string;
  /** The total number of results, if `results` is one page of them. */
  readonly total?: number;
  readonly nextLink?: string;
  /** Seconds since 1970; default: the expiry of the caller's token. */
  readonly tokenExpires?: number;
  /** Sends an HTML page instead of the envelope, as a gateway in front of rasa.io would. */
  readonly asGatewayPage?: boolean;
  /** Further members of the body, next to the envelope's own. */
  readonly beside?: object;
}

interface AnswerDeps {
  readonly faults: Faults;
  readonly persons: Persons;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

export type Answer = (res: Response, status: number, parts?: AnswerParts) => Promise<void>;

/**
 * Creates the function that sends every answer of the API: rasa.io's envelope, with the faults that apply
 * after the work is done (delay and cut connection).
 */
export function createAnswer({ faults, persons, tokens, now, stop }: AnswerDeps): Answer {
  return async function answer(res, status, parts = {}) {
    const { req } = res;
    const arrived = now();
    await waitUnlessGone(res, faults.delayMs, stop);
    if (faults.takeDrop(operationOf(req), 'after')) {
      req.socket.destroy();
      return;
    }
    res.status(status);
    if (status === 204) {
      res.end();
    } else if (parts.asGatewayPage) {
      const words = `${status} ${STATUS_CODES[status] ?? ''}`;
      res
        .type('html')
        .send(`<html><head><title>${words}</title></head><body><h1>${words}</h1></body></html>`);
    } else {
      res.json({
        code: status,
        status_code: status,
        metadata: {
          errors: faults.variants.errors === 'array' ? [parts.error ?? []].flat() : (parts.error ?? ''),
          next_link: parts.nextLink ?? null,
          record_count: parts.results?.length ?? 0,
          total_query_count: parts.total ?? null,
          total_community_count: parts.total === undefined ? null : await persons.countLive(),
          response_time: now() - arrived,
          timestamp: new Date(now()).toISOString(),
          token_expiration: parts.tokenExpires ?? tokens.find(req.get('rasa-token'))?.expires ?? null,
        },
        results: parts.results ?? [],
        ...parts.beside,
      });
    }
  };
}

/**
 * Applies the faults that come before any work is done: a cut connection, or another answer instead
 * of the true one.
 */
export function playFaults(faults: Faults, answer: Answer): RequestHandler {
  return async function playFault(req, res, next) {
    if (faults.takeDrop(operationOf(req), 'before')) {
      req.socket.destroy();
      return;
    }
    const fault = faults.takeAnswer(operationOf(req));
    if (!fault) {
      next();
      return;
    }
    if (fault.retryAfter !== undefined) res.set('Retry-After', String(fault.retryAfter));
    const error = fault.error ?? STATUS_CODES[fault.status] ?? 'Error';
    await answer(res, fault.status, { error, asGatewayPage: fault.as === 'html' });
  };
}

/**
 * Answers errors: 400 for a body that cannot be read, which is the caller's fault, and 500 for anything else.
 */
export function answerErrors(answer: Answer): ErrorRequestHandler {
  return async (error: unknown, _req, res, next) => {
    if (res.headersSent) next(error);
    else if (isCallersFault(error))
      await answer(res, 400, { error: 'The body is not JSON, or is too large' });
    else await answer(res, 500, { error: error instanceof Error ? error.message : 'Unknown failure' });
  };
}

/** The kind of calls that a request belongs to, for faults that affect only some. */
function operationOf({ originalUrl }: Request): Operation {
  if (/^\/v[12]\/tokens/.test(originalUrl)) return 'tokens';
  if (/^\/(v1\/persons|v2\/contacts|signup\/)/.test(originalUrl)) return 'persons';
  return 'other';
}

export function isAboutPersons(req: Request): boolean {
  return operationOf(req) === 'persons';
}

/** Errors that body-parser and the router throw because of a request have a 4xx status. */
function isCallersFault(error: unknown): boolean {
  return z.object({ status: z.int().min(400).max(499) }).safeParse(error).success;
}

async function waitUnlessGone(res: Response, ms: number, stop: AbortSignal): Promise<void> {
  if (ms === 0) return;
  const hungUp = new AbortController();
  res.once('close', () => {
    hungUp.abort();
  });
  await withAnySignal([stop, hungUp.signal], (either) => pause(ms, either));
}
