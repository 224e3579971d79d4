import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Env } from '../../server/config/config.ts';
import type { Challenge } from '../../shared/signup.ts';
import type { Attack } from './attack.ts';
import { openIssuer, type IssuerOptions } from './server/issuer.ts';
import { ask, hiddenFields, post, solve, type Answered } from './sites/visitor.ts';

const behindProxy: Env = { TRUST_PROXY: '1' };
/** So that thousands of clicks take no hours. The attacker who waits has an attack of his own. */
const impatient: Env = { ...behindProxy, PLAIN_LEAST_AGE: 'off' };

/** Runs fifty at a time. */
async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  while (made.length < count) {
    const first = made.length;
    const wave = Array.from({ length: Math.min(50, count - first) }, (_, index) => make(first + index));
    made.push(...(await Promise.all(wave)));
  }
  return made;
}

/** The header that the single trusted proxy in front adds for a visitor with this address. */
function from(address: string): Record<string, string> {
  return { 'x-forwarded-for': address };
}

/** An address in a different network for each index, IPv4 and IPv6 in turn. */
function networkNumber(index: number): string {
  const [high, low] = [index >> 8, index & 255];
  return index % 2 === 0
    ? `10.20.${high}.${low}`
    : `2001:db8:${high.toString(16)}:${(low << 8).toString(16)}::1`;
}

const anybody = (index: number) => `ada.${index}@example.com`;

const issuer = openIssuer();

async function proof(options?: IssuerOptions, form = 'newsletter'): Promise<string> {
  return solve(await (options ? openIssuer(options) : issuer).issue(form, 0));
}

async function signUp(url: string, email: string, headers: Record<string, string> = {}): Promise<Answered> {
  return post(url, 'urlencoded', { email, id: randomUUID(), proof: await proof() }, headers);
}

/** Limited by a quota. */
const rated = { passes: 202, refusedWith: 429 } as const;

/** Changes the contents of a proof, like an attacker who knows the format. */
async function forged(rewrite: (carried: Carried) => void, real = proof()): Promise<string> {
  const carried = JSON.parse(Buffer.from(await real, 'base64').toString()) as Carried;
  rewrite(carried);
  return Buffer.from(JSON.stringify(carried)).toString('base64');
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };
type Carried = Writable<{
  readonly challenge: Challenge;
  readonly solution: { readonly counter: number; readonly derivedKey: string };
}>;

/** What is computed for each request without any sign-up. */
const pages: readonly (readonly [name: string, path: string, headers: Record<string, string>])[] = [
  ['the hosted page', '', { accept: 'text/html' }],
  ['the definition', '', { accept: 'application/json' }],
  ['the QR code', '/qr.svg', {}],
  ['QR codes that differ', '/qr.svg?lang=de', {}],
];

const longAgo: IssuerOptions = { now: () => Date.now() - 30 * 60_000 };

const forgeries: readonly (() => Promise<string>)[] = [
  // Signed with another secret.
  () => proof({ secret: 'which the attacker has made up, of right length' }),
  // Expired, and expired with a later expiry written in.
  () => proof(longAgo),
  () => forged(({ challenge }) => (challenge.parameters.expiresAt += 3600), proof(longAgo)),
  // For another form, and for another form with this one written in.
  () => proof({}, 'another'),
  () => forged(({ challenge }) => (challenge.parameters.data.form = 'newsletter'), proof({}, 'another')),
  // Less work.
  () => forged(({ challenge }) => (challenge.parameters.cost = 1)),
  () => forged(({ challenge }) => (challenge.parameters.keyPrefix = '00')),
  // Unsolved.
  () => forged(({ solution }) => (solution.derivedKey = '00'.repeat(32))),
  () => forged(({ challenge, solution }) => (solution.derivedKey = challenge.parameters.keyPrefix)),
  () => forged(({ solution }) => (solution.derivedKey = '')),
  () => Promise.resolve('bm8gcHJvb2Y='),
];

/**
 * Attacks on the intake with its default settings, and the bound that the settings promise. Each attack has a
 * product of its own. The attacker's work is unlimited: proofs are made with the product's own secret and the
 * least possible work, so that no bound holds only because the attacker is slow.
 */
export const attacks: readonly Attack[] = [
  {
    name: 'many addresses from one network',
    door: 'widget',
    tries: { full: 5000, quick: 100 },
    attack: ({ url }, tries) => many(tries, (index) => signUp(url, anybody(index))),
    bound: { axis: 'network', times: 1 },
    ...rated,
  },
  {
    name: 'one network that makes up X-Forwarded-For, no proxy in front',
    door: 'widget',
    tries: { full: 2000, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'network', times: 1 },
    ...rated,
  },
  {
    name: 'one network that makes up the start of X-Forwarded-For, one proxy in front',
    door: 'widget',
    env: behindProxy,
    tries: { full: 2000, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) =>
        signUp(
          url,
          anybody(index),
          from(`${networkNumber(index)}, ${networkNumber(index + 1)}, 198.51.100.7`),
        ),
      ),
    bound: { axis: 'network', times: 1 },
    ...rated,
  },
  {
    name: 'one network that changes its address inside its IPv6 /56',
    door: 'widget',
    env: behindProxy,
    tries: { full: 2000, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const address = `2001:db8:0:${(0x4200 + (index & 255)).toString(16)}::${index.toString(16)}`;
        return signUp(url, anybody(index), from(address));
      }),
    bound: { axis: 'network', times: 1 },
    ...rated,
  },
  {
    name: 'one mailbox in all its spellings, from as many networks',
    door: 'widget',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const spellings = ['adalovelace', 'ada.lovelace', 'ADA.LOVELACE', 'a.d.a.lovelace', 'Ada.Love.Lace'];
        const domain = ['gmail.com', 'GoogleMail.com', 'GMAIL.COM.'][index % 3] ?? '';
        const local = `${spellings[index % spellings.length] ?? ''}+${index}`;
        return signUp(url, `${local}@${domain}`, from(networkNumber(index)));
      }),
    bound: { axis: 'address', times: 1 },
    ...rated,
  },
  {
    name: 'one mailbox with an international domain, in all its spellings',
    door: 'widget',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const domains = [
          'bücher.example',
          'xn--bcher-kva.example',
          'BÜCHER.example',
          'bu\u0308cher.example.',
        ];
        const domain = domains[index % domains.length] ?? '';
        return signUp(url, `Ada+${index}@${domain}`, from(networkNumber(index)));
      }),
    bound: { axis: 'address', times: 1 },
    ...rated,
  },
  {
    name: 'one proof again and again: at once, in turn, after a stop, after a crash',
    door: 'widget',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    async attack(target, tries) {
      const one = await proof();
      const answers: Answered[] = [];
      let sent = 0;
      const replay = async (count: number) => {
        const wave = await many(count, () => {
          const fields = { email: anybody(sent), id: randomUUID(), proof: one };
          return post(target.url, 'urlencoded', fields, from(networkNumber(sent++)));
        });
        answers.push(...wave);
      };
      await replay(tries / 4);
      for (let times = 0; times < tries / 4; times++) await replay(1);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await target.restart(signal);
        await replay(tries / 4);
      }
      return answers;
    },
    bound: 1,
    restarts: true,
    passes: 202,
    refusedWith: 403,
  },
  {
    name: 'one click without script again and again',
    door: 'click',
    env: impatient,
    tries: { full: 1000, quick: 60 },
    async attack({ url }, tries) {
      const fields = hiddenFields((await post(url, 'plain', { email: 'ada@example.com' })).body);
      return many(tries, (index) => post(url, 'plain', fields, from(networkNumber(index))));
    },
    bound: 1,
    mayRepeat: true,
    ...rated,
  },
  {
    name: 'a click without script for other fields than were confirmed',
    door: 'click',
    env: impatient,
    tries: { full: 500, quick: 60 },
    async attack({ url }, tries) {
      const fields = hiddenFields((await post(url, 'plain', { email: 'ada@example.com' })).body);
      return many(tries, (index) => {
        const other = [{ email: anybody(index) }, { id: randomUUID() }, { first_name: 'Eve' }][index % 3];
        return post(url, 'plain', { ...fields, ...other }, from(networkNumber(index)));
      });
    },
    bound: 0,
    passes: 202,
    // The confirmation page for these fields.
    refusedWith: 200,
  },
  {
    name: `forged proofs, in ${forgeries.length} ways`,
    door: 'widget',
    env: behindProxy,
    tries: { full: 50 * forgeries.length, quick: 4 * forgeries.length },
    attack: ({ url }, tries) =>
      many(tries, async (index) => {
        const forgery = await forgeries[index % forgeries.length]?.();
        const fields = { email: anybody(index), id: randomUUID(), proof: forgery ?? '' };
        return post(url, 'urlencoded', fields, from(networkNumber(index)));
      }),
    bound: 0,
    passes: 202,
    refusedWith: 403,
  },
  {
    name: 'challenges hoarded by one network',
    door: 'challenge',
    env: behindProxy,
    tries: { full: 2000, quick: 200 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const address = `2001:db8:0:42${(index & 255).toString(16).padStart(2, '0')}::1`;
        return ask(`${url}/forms/newsletter/challenge`, { headers: from(address) });
      }),
    bound: { axis: 'network', times: 4 },
    passes: 200,
    refusedWith: 429,
  },
  {
    name: 'a flood of one form from as many networks',
    door: 'widget',
    env: behindProxy,
    quickEnv: { RATE_FORM: '40/1m' },
    tries: { full: 1500, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'form', times: 1 },
    ...rated,
  },
  {
    name: 'a flood of everything from as many networks',
    door: 'widget',
    env: { ...behindProxy, RATE_FORM: 'off' },
    quickEnv: { RATE_SERVICE: '60/1m' },
    tries: { full: 2500, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'service', times: 1 },
    ...rated,
  },
  {
    name: 'plain sign-ups with fresh fields from as many networks, by one who waits',
    door: 'plain form',
    env: behindProxy,
    tries: { full: 400, quick: 60 },
    attack: ({ url }, tries) =>
      patiently(url, tries, (index) => [{ email: anybody(index) }, networkNumber(index)]),
    bound: { axis: 'form', times: 0.1 },
    sparesOthers: true,
    ...rated,
  },
  {
    name: 'plain sign-ups with fresh fields from one IPv6 /56, by one who waits',
    door: 'plain form',
    env: behindProxy,
    // Pages and clicks are twice as many requests, of which the network has twelve.
    tries: { full: 6, quick: 6 },
    attack: ({ url }, tries) =>
      patiently(url, tries, (index) => [{ email: anybody(index) }, `2001:db8:0:42${10 + index}::1`]),
    bound: { axis: 'plain', times: 1 },
    sparesOthers: true,
    ...rated,
  },
  {
    name: 'plain sign-ups with fresh fields from as many networks, at once',
    door: 'plain form',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, async (index) => {
        const headers = from(networkNumber(index));
        const page = await post(url, 'plain', { email: anybody(index) }, headers);
        return post(url, 'plain', hiddenFields(page.body), headers);
      }),
    bound: 0,
    sparesOthers: true,
    passes: 202,
    // The same page again.
    refusedWith: 200,
  },
  {
    name: 'pages that ask for a click, and no click, from one network',
    door: 'plain form',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, (index) => post(url, 'plain', { email: anybody(index) }, from('198.51.100.7'))),
    bound: { axis: 'plain', times: 4 },
    sparesOthers: true,
    passes: 200,
    refusedWith: 429,
  },
  {
    name: 'clicks that are sent as the widget sends',
    door: 'click',
    env: impatient,
    tries: { full: 500, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, async (index) => {
        const headers = from(networkNumber(index));
        const page = await post(url, 'plain', { email: anybody(index) }, headers);
        return post(url, index % 2 === 0 ? 'urlencoded' : 'json', hiddenFields(page.body), headers);
      }),
    bound: 0,
    sparesOthers: true,
    passes: 202,
    refusedWith: 403,
  },
  {
    name: 'a hundred unknown names again and again, from one network',
    door: 'widget',
    env: behindProxy,
    tries: { full: 1000, quick: 200 },
    attack: ({ url }, tries) => {
      const names = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`name_${index}`, 'x']));
      return many(tries, () => post(url, 'json', names, from('198.51.100.7')));
    },
    bound: { axis: 'network', times: 4 },
    sparesOthers: true,
    passes: 422,
    refusedWith: 429,
  },
  {
    name: 'sign-ups without a proof, from as many networks',
    door: 'widget',
    env: { ...behindProxy, RATE_SERVICE: '100/1m' },
    tries: { full: 2000, quick: 200 },
    attack: ({ url }, tries) =>
      many(tries, (index) =>
        post(url, 'json', { email: anybody(index), id: randomUUID() }, from(networkNumber(index))),
      ),
    bound: 0,
    sparesOthers: true,
    passes: 202,
    refusedWith: 403,
  },
  {
    name: 'challenges that pages of others ask for in the browser of a visitor',
    door: 'challenge',
    env: behindProxy,
    tries: { full: 1000, quick: 200 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const other = index % 2 === 0 ? { origin: 'https://evil.example' } : { 'sec-fetch-mode': 'no-cors' };
        const headers = { 'sec-fetch-site': 'cross-site', ...other, ...from('203.0.113.0') };
        return ask(`${url}/forms/newsletter/challenge`, { headers });
      }),
    bound: 0,
    sparesOthers: true,
    passes: 200,
    refusedWith: 403,
  },
  ...pages.map(([name, path, headers]): Attack => ({
    name: `${name} again and again, from one IPv6 /56`,
    door: 'pages',
    env: behindProxy,
    quickEnv: { RATE_PAGES: '100/1m' },
    tries: { full: 3000, quick: 200 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const address = `2001:db8:0:42${(index & 255).toString(16).padStart(2, '0')}::1`;
        return ask(`${url}/forms/newsletter${path}`, { headers: { ...headers, ...from(address) } });
      }),
    bound: { axis: 'pages', times: 1 },
    sparesOthers: true,
    passes: 200,
    refusedWith: 429,
  })),
  {
    name: 'links to leave for as many addresses, from one IPv6 /56',
    door: 'page to leave',
    env: behindProxy,
    tries: { full: 500, quick: 60 },
    attack: ({ url }, tries) =>
      many(tries, (index) =>
        ask(`${url}/leave`, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            ...from(`2001:db8:0:42${(index & 255).toString(16).padStart(2, '0')}::1`),
          },
          body: String(new URLSearchParams({ email: anybody(index) })),
        }),
      ),
    bound: { axis: 'plain', times: 1 },
    sparesOthers: true,
    passes: 200,
    refusedWith: 429,
  },
  {
    name: 'tokens that are guessed, from one network',
    door: 'API',
    env: behindProxy,
    quickEnv: { RATE_TOKEN: '100/1m' },
    tries: { full: 2000, quick: 200 },
    attack: ({ url }, tries) =>
      many(tries, (index) =>
        ask(`${url}/api/contacts`, {
          method: 'POST',
          headers: {
            authorization: `Bearer rst_${String(index).padStart(43, 'x')}`,
            'content-type': 'application/json',
            ...from('198.51.100.7'),
          },
          body: '{}',
        }),
      ),
    bound: { axis: 'token', times: 1 },
    sparesOthers: true,
    passes: 401,
    refusedWith: 429,
  },
  {
    name: 'a test address of the sandbox, from as many networks',
    door: 'test addresses',
    env: behindProxy,
    quickEnv: { RATE_FORM: '40/1m' },
    tries: { full: 500, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, 'accepted@sandbox.test', from(networkNumber(index)))),
    bound: { axis: 'form', times: 1 },
    ...rated,
  },
];

/** How old the page must be for its click to count, and a little more. */
const leastPageAgeMs = 3100;

/** Plain sign-ups whose clicks come when they count: as cheap as a robot can make them. */
async function patiently(
  url: string,
  tries: number,
  visitor: (index: number) => readonly [fields: Record<string, string>, address: string],
): Promise<readonly Answered[]> {
  const pages = await many(tries, async (index) => {
    const [fields, address] = visitor(index);
    return { headers: from(address), page: await post(url, 'plain', fields, from(address)) };
  });
  await sleep(leastPageAgeMs);
  return many(tries, async (index) => {
    const { headers, page } = pages[index] ?? {};
    if (page?.status !== 200) return page ?? { status: 0, headers: {}, body: '' };
    return post(url, 'plain', hiddenFields(page.body), headers);
  });
}
