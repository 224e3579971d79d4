import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Logger } from 'pino';
import proxyaddr from 'proxy-addr';

/** The visitor's IP address, as far as the proxies in front can be trusted to tell it. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Says once, with the remedy, where TRUST_PROXY does not fit what arrives: without it everybody behind a proxy is one
 * network, and whoever is believed too readily gets past the rates.
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
    return withoutPort(believed.at(-1) ?? '') ?? peer;
  };

  function warn(text: string): void {
    if (hasWarned) return;
    hasWarned = true;
    log.warn({ trustProxy }, text);
  }
}

const unexpected =
  'A request came with X-Forwarded-For or Forwarded, and TRUST_PROXY is off. If a proxy of yours stands in front, ' +
  'set TRUST_PROXY to the number of proxies or to their networks: until then all visitors share one budget. ' +
  'If none does, somebody is making it up, and it is ignored.';
const tooLong =
  'A request came with more addresses in X-Forwarded-For than TRUST_PROXY vouches for. Somebody made them up, and they ' +
  'are ignored; or one more proxy of yours stands in front, then TRUST_PROXY has to count it.';

function trustOf(trustProxy: TrustProxy): ((address: string, hop: number) => boolean) | undefined {
  if (trustProxy === false) return undefined;
  return typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : proxyaddr.compile(trustProxy);
}

function forwardedFor(request: IncomingMessage): readonly string[] {
  const header = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  return header === '' ? [] : header.split(',');
}

/** Some proxies add the port, which would make every connection a network of its own. `undefined` where it is no address. */
function withoutPort(text: string): string | undefined {
  const address = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address;
}

/** The number of proxies in front, or the networks they are in; what Express calls `trust proxy`. */
export type TrustProxy = false | number | string[];
