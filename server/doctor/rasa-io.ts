import type { NetworkFault } from '../system/network/network-fault.ts';
import type { Outgoing } from '../system/network/outgoing.ts';
import type { Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';
import type { Visited, Web } from './web.ts';

/**
 * The greatest clock difference without a warning. A token's expiry is on rasa.io's clock, and the proxy
 * replaces a token a minute before it.
 */
const mostSkewMs = 60_000;

/** Checks whether rasa.io can be reached from here, how fast it answers, and whether the clocks agree. */
export async function checkRasaIo(
  { accounts }: Setup,
  web: Web,
  { proxyFor }: Pick<Outgoing, 'proxyFor'>,
): Promise<readonly Finding[]> {
  // All are reached in the same way.
  const upstream = accounts[0]?.upstream;
  if (!upstream) return [note('Which way sign-ups go cannot be told, so nobody was asked.')];
  if (upstream.is === 'sandbox') return [await checkSandbox(`http://${upstream.host}:${upstream.port}`, web)];
  const { baseUrl } = upstream;
  // Without a token it refuses, which is an answer too.
  const path = upstream.is === 'rasa' ? '/v1/communities' : '/';
  const visit = await web.get(baseUrl.replace(/\/+$/, '') + path);
  const proxy = proxyFor(baseUrl);
  const way = proxy === undefined ? [] : [note(`Calls to it go through the proxy ${proxy}.`)];
  if (visit.is === 'fault') {
    const remedy = remedies[visit.fault ?? 'unknown'];
    return [
      ...way,
      fault(
        `${baseUrl} cannot be reached: ${visit.reason}.`,
        `${remedy} Sign-ups are accepted and wait meanwhile.`,
      ),
    ];
  }
  const answers = `${baseUrl} answers within ${visit.tookMs} ms`;
  return [
    ...way,
    visit.status >= 500
      ? warning(`${answers}, with ${visit.status}.`, 'Sign-ups wait while it lasts; nothing is lost.')
      : fine(`${answers}.`),
    checkClock(visit),
  ];
}

const remedies: Readonly<Record<NetworkFault['is'], string>> = {
  dns: 'Have this machine ask a name server that knows the Internet (/etc/resolv.conf), or set HTTPS_PROXY where only a proxy knows it.',
  refused: 'Look at RASA_BASE_URL and at the firewall.',
  unreachable:
    'Let this machine out (route, firewall), or set HTTPS_PROXY where a proxy is the only way out.',
  tls: 'If a proxy or firewall here opens TLS, give its certificate to Node as NODE_EXTRA_CA_CERTS; else look at RASA_BASE_URL.',
  proxy:
    'Look at HTTPS_PROXY and HTTP_PROXY, with their user name and password; NO_PROXY names what is reached without it.',
  cut: 'Look at the firewall, and at RASA_BASE_URL.',
  unknown: 'Let this machine speak to it (DNS, firewall, proxy).',
};

function checkClock({ headers, sentMs, tookMs }: Visited): Finding {
  const theirMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(theirMs)) return note('Its answer does not say what time it is there.');
  // rasa.io's time has whole seconds, so half a second is added.
  const skewMs = theirMs + 500 - (sentMs + tookMs / 2);
  const skewS = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= mostSkewMs) return fine(`The clocks agree (within ${skewS} s).`);
  return warning(
    `This machine's clock is ${skewS} s ${skewMs > 0 ? 'behind' : 'ahead of'} rasa.io's.`,
    'Set it by NTP (timedatectl set-ntp true): tokens would be used when they have expired, or not for long enough.',
  );
}

async function checkSandbox(url: string, web: Web): Promise<Finding> {
  const visit = await web.get(url);
  return visit.is === 'fault'
    ? note(`The sandbox does not run at ${url} just now; it starts with the proxy.`)
    : fine(`The sandbox runs at ${url}.`);
}
