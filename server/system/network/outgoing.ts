import { BlockList, isIP } from 'node:net';
import { Agent, ProxyAgent, fetch as send } from 'undici';
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
 * Node's own `fetch` knows no proxy before Node 24, and undici no networks in NO_PROXY. No time limit of its
 * own applies: callers limit their calls by a signal.
 */
export function createOutgoing({ https, http, except = '' }: Proxies = {}): Outgoing {
  const [httpsProxy, httpProxy] = [addressOf(https ?? http), addressOf(http)];
  const isExcepted = readExceptions(except);
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const direct = new Agent(timeouts);
  const agents = new Map<string, ProxyAgent>();
  const addressFor = (url: string | URL): string | undefined => {
    const { protocol, hostname, port } = new URL(url);
    const proxy = protocol === 'https:' ? httpsProxy : httpProxy;
    return proxy === '' || isExcepted(hostname, port || defaultPorts[protocol]) ? undefined : proxy;
  };
  const dispatcherFor = (url: string | URL): Agent | ProxyAgent => {
    const uri = addressFor(url);
    if (uri === undefined) return direct;
    // An http address is asked for in the proxy's own way, which any proxy allows; CONNECT is for TLS.
    const agent = agents.get(uri) ?? new ProxyAgent({ uri, proxyTunnel: false, ...timeouts });
    agents.set(uri, agent);
    return agent;
  };
  const proxyFor = (url: string): string | undefined => {
    const proxy = addressFor(url);
    return proxy === undefined ? undefined : new URL(proxy).origin;
  };
  return {
    // The same interface, from another copy of the library than the one inside Node.
    fetch: ((url: string | URL, init?: RequestInit) =>
      send(url, { ...(init as object), dispatcher: dispatcherFor(url) })) as unknown as typeof fetch,
    proxyFor,
    faultOf: (error, url) => networkFault(error, proxyFor(url)),
  };
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * As curl reads NO_PROXY: a host covers its subdomains, with or without a dot or `*.` before it, a port only
 * itself, a network (CIDR) the addresses in it, and `*` everything.
 */
function readExceptions(except: string): (hostname: string, port: string | undefined) => boolean {
  const entries = except.split(/[,\s]+/).filter((entry) => entry !== '');
  const networks = new BlockList();
  for (const entry of entries) {
    const [, address = '', length = ''] = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/i.exec(entry) ?? [];
    const family = isIP(address);
    if (family > 0 && Number(length) <= (family === 4 ? 32 : 128)) {
      networks.addSubnet(address, Number(length), family === 4 ? 'ipv4' : 'ipv6');
    }
  }
  return (hostname, port) => {
    const host = bare(hostname);
    const family = isIP(host);
    if (family > 0 && networks.check(host, family === 4 ? 'ipv4' : 'ipv6')) return true;
    return entries.some((entry) => {
      const [, start = entry, only] = isIP(entry) > 0 ? [] : (/^(.+):(\d+)$/.exec(entry) ?? []);
      const name = bare(start.replace(/^\*?\./, '').toLowerCase());
      if (only !== undefined && only !== port) return false;
      return name === '*' || host === name || (family === 0 && host.endsWith(`.${name}`));
    });
  };
}

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** As for `curl`, a proxy without a scheme speaks http. */
export function proxyAddress(text: string): URL | undefined {
  const url = readUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}

function addressOf(proxy: Secret | undefined): string {
  return proxy === undefined ? '' : (proxyAddress(proxy.reveal())?.href ?? '');
}
