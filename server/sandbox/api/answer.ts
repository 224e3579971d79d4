import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import { withAnySignal } from '../../system/any-signal.ts';
import { pause } from '../../system/pause.ts';
import type { Persons } from '../contacts/persons.ts';
import type { Faults } from '../control/faults.ts';
import type { Tokens } from '../tokens.ts';
import { reply, type Operation, type Reply } from './route.ts';

interface AnswerDeps {
  readonly faults: Faults;
  readonly persons: Persons;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

/** Sends a reply to a call of a kind of route. */
export type Answer = (res: Response, kind: Operation, reply: Reply) => Promise<void>;

/**
 * Creates the function that sends every answer of the API: rasa.io's envelope, with the faults that apply
 * after the work is done (delay and cut connection).
 */
export function createAnswer({ faults, persons, tokens, now, stop }: AnswerDeps): Answer {
  return async function answer(res, kind, parts) {
    const { req } = res;
    const arrived = now();
    await waitUnlessGone(res, faults.delayMs, stop);
    if (faults.takeDrop(kind, 'after')) {
      req.socket.destroy();
      return;
    }
    const { status, document, retryAfter } = parts;
    res.status(status);
    if (retryAfter !== undefined) res.set('Retry-After', retryAfter);
    if (status === 204) res.end();
    else if (document) res.type(document.type).send(document.text);
    else res.json(await envelopeOf(req, parts, now() - arrived));
  };

  async function envelopeOf(req: Request, parts: Reply, responseTime: number): Promise<object> {
    const { status, error, results = [], total, nextLink = null, beside } = parts;
    const { errors, timestamp, requestEcho, totals, tokenExpiration } = faults.variants;
    const expires = parts.tokenExpires ?? tokens.find(req.get('rasa-token'))?.expires;
    const echo = requestEcho === 'present' ? { request: { method: req.method } } : {};
    const shownTotal = totals === 'null' ? undefined : totals === 'capped' ? atMost1000(total) : total;
    return {
      code: status,
      status_code: status,
      ...echo,
      ...(requestEcho === 'present' && { event: {} }),
      metadata: {
        errors: errors === 'array' ? [error ?? []].flat() : (error ?? ''),
        next_link: nextLink,
        record_count: results.length,
        total_query_count: shownTotal ?? null,
        total_community_count: shownTotal === undefined ? null : await persons.countLive(),
        ...echo,
        response_time: responseTime,
        timestamp: timestamp === 'number' ? now() : new Date(now()).toISOString(),
        token_expiration: expires === undefined ? null : expirationIn(tokenExpiration, expires),
      },
      results,
      ...beside,
    };
  }

  function expirationIn(form: 'seconds' | 'ms' | 'left', expires: number): number {
    if (form === 'seconds') return expires;
    return form === 'ms' ? expires * 1000 : Math.max(0, expires - Math.floor(now() / 1000));
  }
}

function atMost1000(total: number | undefined): number | undefined {
  return total === undefined ? undefined : Math.min(total, 1000);
}

/** The answer that a fault puts in place of the true one. */
export function replyOf(fault: NonNullable<ReturnType<Faults['takeAnswer']>>): Reply {
  const { status, as, retryAfter } = fault;
  const words = `${status} ${STATUS_CODES[status] ?? ''}`;
  return {
    ...reply(status, fault.error ?? STATUS_CODES[status] ?? 'Error'),
    ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }),
    ...(as === 'html' && {
      document: {
        type: 'html',
        text: `<html><head><title>${words}</title></head><body><h1>${words}</h1></body></html>`,
      },
    }),
  };
}

/**
 * Answers errors: 400 for a body that cannot be read, which is the caller's fault, and 500 for anything else.
 */
export function answerErrors(answer: Answer): ErrorRequestHandler {
  return async (error: unknown, _req, res, next) => {
    if (res.headersSent) next(error);
    else if (isCallersFault(error)) await answer(res, 'other', reply(400, wordsFor(error)));
    else await answer(res, 'other', reply(500, error instanceof Error ? error.message : 'Unknown failure'));
  };
}

/** Errors that body-parser and the router throw because of a request have a 4xx status. */
function isCallersFault(error: unknown): boolean {
  return z.object({ status: z.int().min(400).max(499) }).safeParse(error).success;
}

/** body-parser's errors have a type; the router's are about the path. */
function wordsFor(error: unknown): string {
  const isAboutBody = error instanceof Error && 'type' in error;
  return isAboutBody ? 'The body is not JSON, or is too large' : 'The path cannot be decoded';
}

async function waitUnlessGone(res: Response, ms: number, stop: AbortSignal): Promise<void> {
  if (ms === 0) return;
  const hungUp = new AbortController();
  res.once('close', () => {
    hungUp.abort();
  });
  await withAnySignal([stop, hungUp.signal], (either) => pause(ms, either));
}
