import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../shared/signup.ts';
import { readUrl } from '../system/urls.ts';
import type { TrustProxy } from './client-ip.ts';
import { problem } from './problem.ts';

/**
 * Limits on the time and size of requests, under the option names of `node:http`. Times are in ms, sizes in
 * bytes.
 */
export type Impatience = ReturnType<typeof impatienceFor>;

/**
 * The limits for a public service. A phone on a bad connection sends its 2 KiB within seconds; a slower
 * sender occupies a connection that others need.
 */
export function impatienceFor(trustProxy: TrustProxy) {
  return {
    /** From the connection, or the first byte of a further request, to the end of the headers. */
    headersTimeout: 10_000,
    /** From the same moment to the end of the body. */
    requestTimeout: 20_000,
    /** How often the two limits above are checked, and so the most by which they can be exceeded. */
    connectionsCheckingInterval: 2000,
    /** For clients that send requests and do not read the answers, which the limits above do not cover. */
    timeout: 30_000,
    /**
     * Without a proxy, each visitor needs the connection once. With a proxy, the proxy must be the one to
     * close an idle connection, or a sign-up that it is just sending is lost; proxies commonly keep one for
     * one to two minutes.
     */
    keepAliveTimeout: trustProxy === false ? 10_000 : 125_000,
    /**
     * The request target and all header names and values together: leaves room for the cookies of the
     * domain's other sites.
     */
    maxHeaderSize: 16 * 1024,
    maxHeadersCount: maxHeaders,
    // No maxRequestsPerSocket: a proxy sends the requests of all visitors over a few connections, and Node
    // would answer 503 beyond the limit.
  };
}

/**
 * The number of headers that Node reads. It silently drops the others, among them the X-Forwarded-For that a
 * proxy adds at the end. Browsers send about twenty.
 */
export const maxHeaders = 200;

/**
 * Refuses requests whose meaning is ambiguous: too many headers, several Host headers, a target that is not a
 * path. A request for `http://host/path` is one for `/path` whose Host header does not count (RFC 9112
 * 3.2.2); it is rewritten to that.
 */
export function refuseUnreadable(request: IncomingMessage): Problem | undefined {
  const { url = '', rawHeaders } = request;
  if (rawHeaders.length >= 2 * maxHeaders) {
    return problem('malformed', { detail: `The request has ${maxHeaders} headers or more; send fewer.` });
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (hosts.length > 1) {
    return problem('malformed', { detail: 'The request has more than one Host header (RFC 9112 3.2).' });
  }
  if (url.startsWith('/') || url === '*') return undefined;
  const target = /^https?:/i.test(url) ? readUrl(url) : undefined;
  if (!target) {
    return problem('malformed', { detail: 'The request’s target is neither a path nor an http(s) URL.' });
  }
  const { host, pathname, search } = target;
  request.headers.host = host;
  request.url = pathname + search;
  return undefined;
}
