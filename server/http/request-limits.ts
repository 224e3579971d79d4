import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../shared/signup.ts';
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
 * A request for `http://host/path` is one for `/path` whose Host header does not count (RFC 9112 3.2.2). It
 * is rewritten to that before Express looks at it. A target that is neither a path nor such a URL becomes the
 * host as a whole, which `refuseUnreadable` refuses.
 */
export function readTarget(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/') || url === '*') return;
  const [, authority = url, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  request.headers.host = authority;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
}

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. */
const hostPattern = /^([\w.-]{1,255}|\[[\da-f:.]{2,45}\])(:\d{0,5})?$/i;

/** Refuses ambiguous requests: too many headers, several Host headers, a host that is none. */
export function refuseUnreadable({
  rawHeaders,
  headers: { host = '' },
}: IncomingMessage): Problem | undefined {
  if (rawHeaders.length >= 2 * maxHeaders) {
    return problem('malformed', { detail: `The request has ${maxHeaders} headers or more; send fewer.` });
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (hosts.length > 1) {
    return problem('malformed', { detail: 'The request has more than one Host header (RFC 9112 3.2).' });
  }
  // HTTP/1.0 has no Host header, and one without a value is valid (RFC 9112 3.2).
  if (host === '' || hostPattern.test(host)) return undefined;
  return problem('malformed', {
    detail:
      'The Host header, or the host in the request’s target, is not a host name with or without a port.',
  });
}
