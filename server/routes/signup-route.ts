import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import accepts from 'accepts';
import type { Logger } from 'pino';
import getRawBody from 'raw-body';
import { limits as sizes } from '../../shared/form.ts';
import type { Accepted, Problem } from '../../shared/signup.ts';
import type { ClientAddress } from '../http/client-ip.ts';
import { dataHeaders, pageHeaders } from '../http/headers.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { pageFor } from '../pages/signup-answer.ts';
import type { Answer, Intake } from '../signup/intake.ts';
import type { QuotaState } from '../signup/limits.ts';
import type { Body, SignupPost } from '../signup/signup-post.ts';
import { wordsFor } from './language.ts';

/**
 * `POST /forms/:form`, passed directly from node:http to the intake and back. Express serves all other
 * routes: its routing costs more than all the work of the intake (see `npm run bench:accept`), and this is
 * the request that comes in bursts.
 */
export type SignupRoute = (form: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface SignupRouteOptions {
  readonly intake: Intake;
  readonly origins: Origins;
  readonly clientAddress: ClientAddress;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
  readonly log: Logger;
}

type Received = Awaited<ReturnType<Intake['receive']>>;

/** An answer before it is written. */
interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the form on this page finally leads. */
  readonly leadsTo?: string | undefined;
}

/** The id of the form that a request is a sign-up for; `undefined` if it is not a sign-up. */
export function signupFormOf({ method, url = '' }: IncomingMessage): string | undefined {
  if (method !== 'POST') return undefined;
  const [, form] = /^\/forms\/([^/?#]+)\/?(?:$|[?#])/.exec(url) ?? [];
  try {
    return form === undefined ? undefined : decodeURIComponent(form);
  } catch {
    // An invalid URL; Express answers it.
    return undefined;
  }
}

export function createSignupRoute({
  intake,
  origins,
  clientAddress,
  sandbox,
  log,
}: SignupRouteOptions): SignupRoute {
  return async (form, request, response) => {
    try {
      const post = readPost(form, request);
      const received = await receive(post);
      // The visitor may have disconnected meanwhile.
      if (response.destroyed) return;
      const reply = post.plain ? pageReply(received, request) : dataFor(received);
      const { status, type, body, headers, leadsTo } = reply;
      const isLast = leavesMuch(request);
      if (post.plain) {
        const { sources: framedBy } = received.form?.origins ?? origins;
        pageHeaders({ framedBy, leadsTo })(request, response, () => undefined);
      }
      response.writeHead(status, {
        ...(!post.plain && dataHeaders),
        'Cache-Control': 'no-store',
        'Content-Type': type,
        'Content-Length': Buffer.byteLength(body),
        ...crossOriginHeaders(post, received.form?.origins ?? origins),
        ...rateHeaders(received.remaining),
        ...headers,
        ...(isLast && { Connection: 'close' }),
      });
      if (isLast) {
        response.write(body);
        await hearOut(request);
      }
      response.end(isLast ? undefined : body);
    } catch (error) {
      log.error({ err: error }, 'Internal error while answering a sign-up.');
      response.destroy();
    }
  };

  async function receive(post: SignupPost): Promise<Received> {
    try {
      return await intake.receive(post);
    } catch (error) {
      log.error({ err: error }, 'Internal error while receiving a sign-up.');
      return { is: 'refused', problem: problem('internal'), remaining: [] };
    }
  }

  function readPost(form: string, request: IncomingMessage): SignupPost {
    const { headers } = request;
    const [secFetchMode, secFetchSite] = [headers['sec-fetch-mode'], headers['sec-fetch-site']];
    return {
      form,
      origin: headers.origin,
      host: headers.host,
      ip: clientAddress(request),
      // Scripts and command-line tools accept anything or ask for JSON.
      plain:
        (secFetchMode === undefined || secFetchMode === 'navigate') &&
        accepts(request).types(['json', 'html']) === 'html',
      headers: {
        userAgent: headers['user-agent'],
        acceptLanguage: headers['accept-language'],
        secFetchSite: typeof secFetchSite === 'string' ? secFetchSite : undefined,
      },
      contentType: headers['content-type'],
      readBody: (maxBytes) => readBody(request, maxBytes),
    };
  }

  function pageReply(answer: Answer, request: IncomingMessage): Reply {
    const page = pageFor(answer, { words: wordsFor(request, answer.form?.languages), sandbox });
    const retryAfter = answer.is === 'refused' ? retryHeaders(answer.problem) : {};
    return { ...page, type: 'text/html; charset=utf-8', headers: { ...page.headers, ...retryAfter } };
  }

  function dataFor(answer: Answer): Reply {
    switch (answer.is) {
      case 'accepted': {
        const body = JSON.stringify({ status: 'accepted' } satisfies Accepted);
        return { status: 202, type: 'application/json; charset=utf-8', body, headers: {} };
      }
      case 'unconfirmed':
        throw new Error('unreachable: only plain forms are asked for a click');
      case 'refused':
        return {
          status: answer.problem.status,
          type: 'application/problem+json; charset=utf-8',
          body: JSON.stringify(answer.problem),
          headers: retryHeaders(answer.problem),
        };
    }
  }

  /**
   * CORS headers: only pages on the list may read the answer, and `Vary` says that the answer
   * depends on the origin.
   */
  function crossOriginHeaders({ origin, host, plain }: SignupPost, origins: Origins): Record<string, string> {
    const vary = { Vary: plain ? 'Origin, Accept, Accept-Language' : 'Origin, Accept' };
    if (origin === undefined || origin === 'null' || !origins.allow(origin, host)) return vary;
    return {
      ...vary,
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': exposedHeaders.join(', '),
    };
  }
}

/** The headers that a script on another origin may read. */
export const exposedHeaders = ['Retry-After', 'RateLimit', 'RateLimit-Policy'];

/** The headers of draft-ietf-httpapi-ratelimit-headers, for the quotas that the sender may know. */
function rateHeaders(remaining: readonly QuotaState[]): Record<string, string> {
  if (remaining.length === 0) return {};
  const policies = remaining.map(({ axis, limit, windowS }) => `"${axis}";q=${limit};w=${windowS}`);
  const states = remaining.map(({ axis, remaining, resetS }) => `"${axis}";r=${remaining};t=${resetS}`);
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: states.join(', ') };
}

function retryHeaders({ retry_after: seconds }: Problem): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

/** Reads the whole body. A body longer than `maxBytes` is not read further and gives `too_large`. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  try {
    const length = request.headers['content-length'];
    return { is: 'whole', bytes: await getRawBody(request, { limit: maxBytes, ...(length && { length }) }) };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large';
    return { is: isTooLarge ? 'too_large' : 'broken' };
  }
}

/**
 * Whether more of the body may still arrive than a sign-up can have. Node itself discards the little that an
 * early refusal left unread.
 */
function leavesMuch({ complete, headers }: IncomingMessage): boolean {
  return !complete && Number(headers['content-length'] ?? Infinity) > sizes.bodyBytes;
}

/** How long the connection stays open for reading after the answer. */
const hearOutMs = 2000;

/**
 * Reads the rest of the body for a moment and discards it. Closing a connection with unread bytes resets it,
 * and the sender loses the answer that it has not read yet (RFC 9112 9.6).
 */
async function hearOut(request: IncomingMessage): Promise<void> {
  request.resume();
  // The body ends or the time is up: in both cases the answer has been sent.
  await finished(request, { signal: AbortSignal.timeout(hearOutMs) }).catch(() => undefined);
}
