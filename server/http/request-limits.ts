import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../shared/signup.ts';
import { readUrl } from '../system/urls.ts';
import type { TrustProxy } from './client-ip.ts';
import { problem } from './problem.ts';

/** How long and how much of a sender is waited for, as `node:http` calls it; all in ms but the sizes. */
export type Impatience = ReturnType<typeof impatienceFor>;

/**
 * A phone on a bad line sends its 2 KiB within seconds; whoever takes longer holds a connection that somebody else
 * waits for.
 */
export function impatienceFor(trustProxy: TrustProxy) {
  return {
    /** From the connection, or the first byte of a further request, to the end of the headers. */
    headersTimeout: 10_000,
    /** From there too, to the end of the body. */
    requestTimeout: 20_000,
    /** How often those two are looked at, and with it how late they may be. */
    connectionsCheckingInterval: 2000,
    /** For whoever asks and does not read the answers, which those two do not see. */
    timeout: 30_000,
    /**
     * Visitors come once. A proxy in front must be the one that closes, or a sign-up that it just sends is lost to its
     * visitor; proxies commonly keep an idle connection for one to two minutes.
     */
    keepAliveTimeout: trustProxy === false ? 10_000 : 125_000,
    /** Of the target, and of all names and values: room for the cookies of the domain's other sites. */
    maxHeaderSize: 16 * 1024,
    maxHeadersCount: maxHeaders,
    // No maxRequestsPerSocket: a proxy's few connections carry everybody, and Node would answer 503 beyond it.
  };
}

/**
 * Node reads as many and leaves out the others without a word, among them the X-Forwarded-For that a proxy adds at the
 * end; browsers send about twenty.
 */
export const maxHeaders = 200;

/**
 * What nobody can tell the meaning of. A request for `http://host/path` is one for `/path` whose Host header does not
 * count (RFC 9112 3.2.2), and becomes that here.
 */
export function refuseUnreadable(request: IncomingMessage): Problem | undefined {
  const { url = '', rawHeaders } = request;
  if (rawHeaders.length >= 2 * maxHeaders) {
    return problem('malformed', { detail: `The request has ${maxHeaders} headers or more.` });
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (hosts.length > 1) {
    return problem('malformed', { detail: 'The request has more than one Host header (RFC 9112 3.2).' });
  }
  if (url.startsWith('/') || url === '*') return undefined;
  const target = /^https?:/i.test(url) ? readUrl(url) : undefined;
  if (!target) {
    return problem('malformed', { detail: 'The request’s target is neither a path nor an http address.' });
  }
  const { host, pathname, search } = target;
  request.headers.host = host;
  request.url = pathname + search;
  return undefined;
}
