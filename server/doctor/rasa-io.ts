import type { Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';
import type { Visited, Web } from './web.ts';

/**
 * The greatest clock difference without a warning. A token's expiry is on rasa.io's clock, and the proxy
 * replaces a token a minute before it.
 */
const mostSkewMs = 60_000;

/** Checks whether rasa.io can be reached from here, how fast it answers, and whether the clocks agree. */
export async function checkRasaIo({ upstream }: Setup, web: Web): Promise<readonly Finding[]> {
  if (!upstream) return [note('Which way sign-ups go cannot be told, so nobody was asked.')];
  if (upstream.is === 'sandbox') return [await checkSandbox(`http://${upstream.host}:${upstream.port}`, web)];
  const { baseUrl } = upstream;
  // Without a token it refuses, which is an answer too.
  const path = upstream.is === 'rasa' ? '/v1/communities' : '/';
  const visit = await web.get(baseUrl.replace(/\/+$/, '') + path);
  if (visit.is === 'fault') {
    return [
      fault(
        `${baseUrl} cannot be reached: ${visit.reason}.`,
        'Let this machine speak to it (DNS, firewall, proxy). Sign-ups are accepted and wait meanwhile.',
      ),
    ];
  }
  const answers = `${baseUrl} answers within ${visit.tookMs} ms`;
  return [
    visit.status >= 500
      ? warning(`${answers}, with ${visit.status}.`, 'Sign-ups wait while it lasts; nothing is lost.')
      : fine(`${answers}.`),
    checkClock(visit),
  ];
}

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
