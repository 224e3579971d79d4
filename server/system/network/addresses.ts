import { BlockList, isIP } from 'node:net';

/*
 * Which addresses events and alerts may be sent to. A name can resolve to anything, at any time, so what
 * counts is the address that is connected to; and an address has many spellings, so they are compared as
 * numbers.
 */

const special = new BlockList();
const privateNetworks = new BlockList();

/** IANA's registry of special-purpose addresses; those of private networks are apart. */
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(net, bits, 'ipv4');
}
// Metadata of Alibaba Cloud, amid addresses that are shared by providers, and Azure's, amid public ones.
special.addAddress('100.100.100.200', 'ipv4');
special.addAddress('168.63.129.16', 'ipv4');
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(net, bits, 'ipv4');
}
// Metadata and credentials amid unique local addresses: of Amazon, Google, Oracle, Scaleway and Linode.
special.addSubnet('fd00:ec2::', 64, 'ipv6');
special.addAddress('fd20:ce::254', 'ipv6');
special.addAddress('fd00:c1::a9fe:a9fe', 'ipv6');
special.addAddress('fd00:42::42', 'ipv6');
special.addAddress('fd00:a9fe:a9fe::1', 'ipv6');
privateNetworks.addSubnet('fc00::', 7, 'ipv6');

/** Everything that is reachable worldwide, but what carries an IPv4 address that is not ours to see. */
const worldwide = new BlockList();
worldwide.addSubnet('2000::', 3, 'ipv6');
const tunnels = new BlockList();
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  tunnels.addSubnet(net, bits, 'ipv6');
}

/** `special`: this machine, its link, metadata of clouds, and whatever no endpoint is at. */
export type AddressKind = 'public' | 'private' | 'special';

/** An address as a resolver or `URL` writes it, without brackets. */
export function kindOfAddress(address: string): AddressKind {
  const [plain = ''] = address.split('%', 1);
  if (isIP(plain) === 4) {
    if (special.check(plain, 'ipv4')) return 'special';
    return privateNetworks.check(plain, 'ipv4') ? 'private' : 'public';
  }
  if (isIP(plain) !== 6) return 'special';
  const embedded = embeddedIpv4(plain);
  if (embedded !== undefined) return kindOfAddress(embedded);
  if (special.check(plain, 'ipv6')) return 'special';
  if (privateNetworks.check(plain, 'ipv6')) return 'private';
  return worldwide.check(plain, 'ipv6') && !tunnels.check(plain, 'ipv6') ? 'public' : 'special';
}

/** Of mapped (`::ffff:0:0/96`) and translated (`64:ff9b::/96`, RFC 6052) addresses. */
function embeddedIpv4(address: string): string | undefined {
  // `URL` writes each address in one way: RFC 5952, IPv4 at the end as two groups of hex.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high = '', low = ''] = /^(?:::ffff:|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/.exec(text) ?? [];
  if (low === '') return undefined;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** As the operator has named it. */
interface Endpoint {
  /** http or https. */
  readonly url: string;
  /** Whether it may be in a private network. */
  readonly mayBePrivate: boolean;
}

/**
 * Why it may not be at this address; `undefined` where it may. What is sent unencrypted stays on this machine
 * or in a private network.
 */
export function addressFault({ url, mayBePrivate }: Endpoint, address: string): string | undefined {
  if (namesThisMachine(url)) return undefined;
  const kind = kindOfAddress(address);
  if (kind === 'special' || (kind === 'private' && !mayBePrivate)) {
    return `the address ${address} is not allowed`;
  }
  const isPlain = new URL(url).protocol === 'http:';
  return isPlain && kind === 'public' ? `the address ${address} is public, which needs https` : undefined;
}

/** The same of the address that the URL itself has. Names have none until a connection is made. */
export function urlFault(endpoint: Endpoint): string | undefined {
  const host = hostOf(endpoint.url);
  return isIP(host) === 0 ? undefined : addressFault(endpoint, host);
}

/** Without the brackets of IPv6. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** What an operator may have meant: the way this machine is commonly written, and no other. */
const ownNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether the URL itself, as it was typed, names this machine. */
export function namesThisMachine(url: string): boolean {
  const [, host = ''] = /^https?:\/\/(\[[^\]/]*\]|[^/:?#@[]*)(?::\d+)?(?:[/?#]|$)/i.exec(url) ?? [];
  return ownNames.includes(host.toLowerCase());
}
