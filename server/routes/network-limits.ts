import type { Request, RequestHandler, Response } from 'express';
import { rateLimit, type Options } from 'express-rate-limit';
import type { Rate } from '../forms/form-spec.ts';
import type { Forms } from '../forms/forms.ts';
import { networkOf, type ClientAddress } from '../http/client-ip.ts';
import { isFromOtherPage, type Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { sendProblem } from './answers.ts';

/** A visitor who starts to fill in a form requests a challenge, and not every form started is sent. */
const challengesPerSignup = 4;

interface ChallengeLimits {
  readonly forms: Forms;
  readonly rateNetwork: Rate | 'off';
  readonly clientAddress: ClientAddress;
}

/**
 * Limits challenges, since issuing one costs the server more than refusing, and so that clients
 * cannot hoard them.
 */
export function limitChallenges({ forms, rateNetwork, clientAddress }: ChallengeLimits): RequestHandler {
  /** Limiters by rate, of which a forms file has few. A form with its own rate has its own quota. */
  const limiters = new Map<string, RequestHandler>();
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

  function openLimiter(rate: Rate, isOwn: boolean): RequestHandler {
    return rateLimit({
      ...refusing(rate),
      limit: rate.limit * challengesPerSignup,
      identifier: 'challenges',
      standardHeaders: 'draft-8',
      keyGenerator: (request) =>
        `${networkOf(clientAddress(request))}${isOwn ? ` ${String(request.params['form'])}` : ''}`,
    });
  }
}

interface PageLimits {
  readonly rate: Rate | 'off';
  readonly clientAddress: ClientAddress;
  /** The origins whose pages may use a form; of those that are listed nowhere else, for what is no form's. */
  readonly originsOf: (form: string) => Origins;
}

/**
 * Limits what is computed for each request: pages, definitions and QR codes, all together. What pages of
 * others ask for in a visitor's browser counts apart, so that it cannot use up what his own form needs. The
 * answers have no RateLimit headers, as caches may keep them for other visitors.
 */
export function limitPages({ rate, clientAddress, originsOf }: PageLimits): RequestHandler {
  if (rate === 'off') {
    return (_request, _response, next) => {
      next();
    };
  }
  return rateLimit({
    ...refusing(rate),
    keyGenerator(request) {
      const isApart = isFromOtherPage(request.headers, originsOf(String(request.params['form'])));
      return `${networkOf(clientAddress(request))}${isApart ? ' for pages of others' : ''}`;
    },
  });
}

interface RequestLimits {
  readonly rate: Rate | 'off';
  readonly keyOf: (request: Request, response: Response) => string;
  /** Which answers count. Default: all. */
  readonly isCounted?: (response: Response) => boolean;
}

/** Limits requests of applications. The answer to one too many is data. */
export function limitRequests({ rate, keyOf, isCounted }: RequestLimits): RequestHandler {
  if (rate === 'off') {
    return (_request, _response, next) => {
      next();
    };
  }
  return rateLimit({
    ...refusing(rate),
    keyGenerator: keyOf,
    ...(isCounted && {
      skipSuccessfulRequests: true,
      requestWasSuccessful: (_request: Request, response: Response) => !isCounted(response),
    }),
  });
}

function refusing({ limit, windowMs }: Rate): Partial<Options> {
  return {
    windowMs,
    limit,
    // Warnings about proxies are logged by `client-ip.ts` instead.
    validate: false,
    standardHeaders: false,
    legacyHeaders: false,
    handler(request: Request & { rateLimit?: { resetTime?: Date } }, response: Response) {
      const untilMs = request.rateLimit?.resetTime?.getTime() ?? Date.now() + windowMs;
      const retryAfterS = Math.max(1, Math.ceil((untilMs - Date.now()) / 1000));
      sendProblem(request, response, problem('rate_limited', { retryAfterS }));
    },
  };
}
