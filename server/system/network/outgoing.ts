import { EnvHttpProxyAgent, fetch as send } from 'undici';
import { networkFault, type NetworkFault } from './network-fault.ts';
import type { Secret } from '../secret.ts';
import { readUrl } from '../urls.ts';

/** The HTTP proxies between this machine and the world, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name them. */
export interface Proxies {
  readonly https?: Secret | undefined;
  readonly http?: Secret | undefined;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  readonly except?: string | undefined;
}

/** Requests to the outside: `fetch`, by way of the proxy that is set. */
export interface Outgoing {
  readonly fetch: typeof fetch;
  /** The origin of the proxy that calls to this address use, without its password; `undefined` for none. */
  readonly proxyFor: (url: string) => string | undefined;
  /** Why a call to this address failed. */
  readonly faultOf: (error: unknown, url: string) => NetworkFault;
}

/**
 * Node's own `fetch` knows no proxy before Node 24; undici's agent does. No time limit of its own applies:
 * callers limit their calls by a signal.
 */
export function createOutgoing({ https, http, except = '' }: Proxies = {}): Outgoing {
  const [httpsProxy, httpProxy] = [addressOf(https ?? http), addressOf(http)];
  const dispatcher = new EnvHttpProxyAgent({
    httpsProxy,
    httpProxy,
    noProxy: except,
    // An http address is asked for in the proxy's own way, which any proxy allows; CONNECT is for TLS.
    proxyTunnel: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const proxyFor = (url: string): string | undefined => {
    const { protocol, hostname, port } = new URL(url);
    const proxy = protocol === 'https:' ? httpsProxy : httpProxy;
    const isDirect = proxy === '' || isExcepted(except, hostname, port || defaultPorts[protocol]);
    return isDirect ? undefined : new URL(proxy).origin;
  };
  return {
    // The same interface, from another copy of the library than the one inside Node.
    fetch: ((url: string | URL, init?: RequestInit) =>
      send(url, { ...(init as object), dispatcher })) as unknown as typeof fetch,
    proxyFor,
    faultOf: (error, url) => networkFault(error, proxyFor(url)),
  };
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** As undici decides it: a host covers its subdomains, `*` everything, and a port only itself. */
function isExcepted(except: string, hostname: string, port: string | undefined): boolean {
  if (except.trim() === '*') return true;
  return except
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, host = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
      const name = host.replace(/^\*?\./, '').toLowerCase();
      return (only === undefined || only === port) && (hostname === name || hostname.endsWith(`.${name}`));
    });
}

/** As for `curl`, a proxy without a scheme speaks http. */
export function proxyAddress(text: string): URL | undefined {
  const url = readUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}

function addressOf(proxy: Secret | undefined): string {
  return proxy === undefined ? '' : (proxyAddress(proxy.reveal())?.href ?? '');
}
