import { z } from 'zod';
import type { Setup } from '../configuration.ts';
import { fault, fine, note, warning, type Finding } from '../finding.ts';
import { checkFrontServer } from './front-server.ts';
import { checkEmbedScript } from '../page/embed-script.ts';
import { checkFormAddress, isMixedContent } from '../page/form-url.ts';
import { jsonOf, type Web } from '../web.ts';

const healthSchema = z.looseObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  reasons: z.array(z.string()),
  upstream: z.string(),
});

/**
 * Checks that the proxy answers at its public URL, by default `PUBLIC_URL`, as its own pages and those on the
 * allowed origins need it.
 */
export async function checkPublicUrl(
  address: string | undefined,
  setup: Setup,
  { web, builtDir }: { readonly web: Web; readonly builtDir: string },
): Promise<readonly Finding[]> {
  if (address === undefined) {
    return [
      note('Give its address to have it looked at: --url https://signup.example.com'),
      note(
        'PUBLIC_URL is not set. Pages print the Host header of each request; production needs the setting.',
      ),
      ...whereItListens(setup),
      ...hint(setup),
    ];
  }
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  const health = await checkHealth(
    new URL('healthz', base),
    web,
    setup.accounts[0]?.upstream.is === 'sandbox',
  );
  if (health.some(({ is }) => is === 'fault')) return health;
  const form = new URL('forms/newsletter', base);
  const { allowedOrigins } = setup;
  const [script, front, ...forms] = await Promise.all([
    checkEmbedScript({
      url: new URL('embed.js', base),
      origin: allowedOrigins[0] ?? base.origin,
      web,
      builtDir,
    }),
    checkFrontServer(base, web),
    ...[...new Set([base.origin, ...allowedOrigins])].map(async (origin) => [
      await checkFormAddress(form, origin, web),
    ]),
  ]);
  const mixed = allowedOrigins.filter((origin) => isMixedContent(new URL(origin), base));
  return [
    ...health,
    ...script,
    ...front,
    ...forms.flat(),
    ...mixed.map((origin) =>
      fault(
        `Pages on ${origin} are loaded by https and the proxy is not: browsers block that.`,
        'Have your web server speak TLS for the proxy.',
      ),
    ),
    ...whereItListens(setup),
    ...hint(setup, base),
  ];
}

async function checkHealth(url: URL, web: Web, isSandboxMeant: boolean): Promise<readonly Finding[]> {
  const visit = await web.get(url.href);
  if (visit.is === 'fault') {
    return [
      fault(`${url.href} cannot be reached: ${visit.reason}.`, 'Start the proxy, or mend the way to it.'),
    ];
  }
  const health = healthSchema.safeParse(jsonOf(visit)).data;
  if (visit.status !== 200 || !health) {
    return [
      fault(
        `${url.href} does not answer as the proxy does (status ${visit.status}).`,
        'See that this address leads to the proxy, with the path that --url has.',
      ),
    ];
  }
  const { upstream, reasons } = health;
  return [
    fine(`${url.href} answers.`),
    ...(upstream === 'sandbox' && !isSandboxMeant
      ? [
          warning(
            'The proxy there sends sign-ups to its sandbox, not to rasa.io.',
            'Give it the credentials of your account.',
          ),
        ]
      : []),
    ...reasons
      .filter((reason) => reason !== 'credentials')
      .map((reason) =>
        warning(
          `The proxy there says that something is wrong: ${reason}.`,
          'See Health and monitoring in docs/operating.md.',
        ),
      ),
    ...(reasons.includes('credentials')
      ? [fault('The proxy there says that rasa.io refuses its credentials.', 'See docs/rotating-keys.md.')]
      : []),
  ];
}

/** Only where it is a decision of the proxy: the operator knows HOST. */
function whereItListens({ production, trustProxy, isHostSet }: Setup): readonly Finding[] {
  if (!production || isHostSet) return [];
  return typeof trustProxy === 'number'
    ? [
        note(
          'The proxy listens on this machine only, since TRUST_PROXY is a number. If the web server is on another ' +
            'machine or in another container, set HOST=0.0.0.0 and let no one else reach the port.',
        ),
      ]
    : [note('The proxy listens on every interface, since HOST is not set.')];
}

/** The hint that the proxy itself logs only after the first visitors. */
function hint({ trustProxy, production }: Setup, base?: URL): readonly Finding[] {
  if (trustProxy !== false || (base ? base.protocol !== 'https:' : !production)) return [];
  return [
    warning(
      'TRUST_PROXY is off. The proxy speaks no TLS, so a web server stands in front of it, and all visitors count as one.',
      'Set TRUST_PROXY to the number of servers in front, mostly 1, or to their networks.',
    ),
  ];
}
