import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Logger } from 'pino';
import proxyaddr from 'proxy-addr';

/** Returns the visitor's IP address, read from behind the trusted proxies. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Logs once, with the remedy, when TRUST_PROXY does not match the requests. Without TRUST_PROXY all visitors
 * behind a proxy count as one network; with too high a value, clients can forge their address and evade the
 * quotas.
 */
export function createClientAddress(trustProxy: TrustProxy, log: Logger): ClientAddress {
  const trust = trustOf(trustProxy);
  let hasWarned = false;

  return (request) => {
    const chain = forwardedFor(request);
    const peer = request.socket.remoteAddress ?? '';
    if (trust === undefined) {
      if (chain.length > 0 || request.headers.forwarded !== undefined) warn(unexpected);
      return peer;
    }
    const [, ...believed] = proxyaddr.all(request, trust);
    if (chain.length > believed.length) warn(tooLong);
    // A hop that is no address, such as `unknown`, leaves the proxy that wrote it as the visitor.
    return believed.map(addressOf).findLast((address) => address !== undefined) ?? peer;
  };

  function warn(text: string): void {
    if (hasWarned) return;
    hasWarned = true;
    log.warn({ trustProxy }, text);
  }
}

const unexpected =
  'A request has an X-Forwarded-For or Forwarded header, but TRUST_PROXY is off, so the header is ignored. ' +
  'If this service is behind a proxy, set TRUST_PROXY to the number of proxies or to their networks: ' +
  'until then all visitors share one quota. Otherwise the client forged the header; nothing needs to be done.';
const tooLong =
  'A request has more addresses in X-Forwarded-For than TRUST_PROXY trusts, and the others are ignored. ' +
  'Either the client forged them, or one more proxy is in front of this service: then TRUST_PROXY has to count it.';

/** The other side of a Unix socket has no address: it is a program that may open the socket's file. */
type Trust = (address: string | undefined, hop: number) => boolean;

function trustOf(trustProxy: TrustProxy): Trust | undefined {
  if (trustProxy === false) return undefined;
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  const isTrusted = proxyaddr.compile(trustProxy);
  return (text, hop) => text === undefined || isTrusted(addressOf(text) ?? text, hop);
}

function forwardedFor(request: IncomingMessage): readonly string[] {
  const header = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  return header === '' ? [] : header.split(',');
}

/**
 * The IP address in one hop of the list, without the port, the brackets, the quotes and the zone that some
 * proxies write: with a port every connection would count as a network of its own, and a trusted proxy as a
 * visitor. `undefined` if there is none.
 */
function addressOf(hop: string): string | undefined {
  const text = hop.trim().replace(/^"(.*)"$/, '$1');
  const [, bare = text] = /^\[(.+)\](?::\w+)?$/.exec(text) ?? /^([\d.]+):\w+$/.exec(text) ?? [];
  const [address = ''] = bare.split('%');
  return isIP(address) === 0 ? undefined : address;
}

/** The number of proxies in front of this service, or their networks; Express calls it `trust proxy`. */
export type TrustProxy = false | number | string[];

/**
 * The network that an IP address counts for: the IPv4 address itself, or the IPv6 /56, which one customer
 * commonly gets.
 */
export function networkOf(ip: string): string {
  return ipKeyGenerator(ip, 56);
}
