import { fault, fine, note, type Finding } from '../finding.ts';
import type { Web } from '../web.ts';

/**
 * Checks what the web server in front makes of requests: whether the pages print the address at which they
 * are reached, and whether visitors can choose the address that they are counted under.
 */
export async function checkFrontServer(base: URL, web: Web): Promise<readonly Finding[]> {
  return (await Promise.all([checkPrinted(base, web), checkForged(base, web)])).flat();
}

async function checkPrinted(base: URL, web: Web): Promise<readonly Finding[]> {
  const page = new URL('forms/newsletter', base);
  const visit = await web.get(page.href, { accept: 'text/html' });
  if (visit.is === 'fault' || visit.status !== 200) return [];
  const [, printed] = /<link rel="canonical" href="([^"]*)"/.exec(visit.body.toString()) ?? [];
  if (printed === undefined) return [];
  if (printed === page.href) return [fine(`Pages print ${base.href} as the address of the proxy.`)];
  return [
    fault(
      `The page at ${page.href} says that it is at ${printed}: snippets, QR codes and the page's own form lead there.`,
      `Set PUBLIC_URL=${base.href} and start the proxy again.`,
    ),
  ];
}

/** Reserved for documentation (RFC 5737): no visitor has them. */
const madeUp = ['192.0.2.1', '198.51.100.1'] as const;

/** Each network has a quota of challenges of its own, which the RateLimit headers tell apart. */
async function checkForged(base: URL, web: Web): Promise<readonly Finding[]> {
  const challenge = new URL('forms/newsletter/challenge', base).href;
  const visits = await Promise.all(
    madeUp.map((address) => web.get(challenge, { 'x-forwarded-for': address })),
  );
  const networks = visits.map((visit) =>
    visit.is === 'answer'
      ? /;\s*pk=([^;,]+)/.exec(visit.headers.get('ratelimit-policy') ?? '')?.[1]
      : undefined,
  );
  const [first, second] = networks;
  if (first === undefined || second === undefined) {
    return [note('Whether visitors can forge their address cannot be seen: challenges have no quota.')];
  }
  if (first === second) return [fine('Visitors cannot forge the address that they are counted under.')];
  return [
    fault(
      `The web server in front passes on X-Forwarded-For as visitors send it, and TRUST_PROXY believes it: visitors can ` +
        'take any address and evade the quotas.',
      'Have the web server set the header (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`; Apache and Caddy do ' +
        'by default), or lower TRUST_PROXY to the number of servers in front.',
    ),
  ];
}
