import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, type Env } from '../../server/config.ts';
import type { Axis } from '../../server/limits.ts';
import type { Challenge } from '../../shared/signup.ts';
import { challengeSecret, leastWork, openIssuer, type IssuerOptions } from './issuer.ts';
import { launchProduct } from './launch.ts';
import { ask, hiddenFields, post, solve, type Answered } from './visitor.ts';

/**
 * Attacks on the door as it comes, each on a product of its own in a process of its own, and the bound that its
 * settings promise. The attacker can work without end: proofs are made with the product's own secret, at the least
 * work there is, so that no bound holds only because he got tired.
 */
export interface Attack {
  readonly name: string;
  /** Beyond the default settings. */
  readonly env?: Env;
  /** For a quick run, where it would take thousands of requests to reach the bound. */
  readonly quickEnv?: Env;
  readonly tries: { readonly full: number; readonly quick: number };
  readonly attack: (target: Target, tries: number) => Promise<readonly Answered[]>;
  /** So many, or as many as a budget allows `times` over in the windows that the attack took. */
  readonly bound: number | { readonly axis: Axis; readonly times: number };
  readonly passes: number;
  /** What a try gets that does not get through: any other answer says that another guard stood in its way. */
  readonly refusedWith: number;
  /** The same sign-up again is answered as the first one was, and kept once. */
  readonly mayRepeat?: true;
}

/** What is attacked; a restart gives it another `url`. */
interface Target {
  readonly url: string;
  readonly restart: (signal: NodeJS.Signals) => Promise<void>;
}

export interface Outcome {
  readonly settings: string;
  /** Answered as if it had got through. */
  readonly passed: number;
  readonly refused: number;
  readonly otherwise: number;
  /** What rasa.io's stand-in got in the end. */
  readonly kept: number;
  readonly bound: number;
  readonly holds: boolean;
}

const apiKey = 'known-to-the-one-who-counts';
const behindProxy: Env = { TRUST_PROXY: '1' };

export async function run(attack: Attack, size: keyof Attack['tries']): Promise<Outcome> {
  const beyond = { ...attack.env, ...(size === 'quick' && attack.quickEnv) };
  const env = {
    CHALLENGE_SECRET: challengeSecret,
    PROOF_WORK: String(leastWork),
    SANDBOX_API_KEY: apiKey,
    ...beyond,
  };
  const dir = await mkdtemp(join(tmpdir(), 'attack-'));
  let product = await launchProduct(dir, env);
  try {
    const startMs = Date.now();
    const answers = await attack.attack(
      {
        get url() {
          return product.url;
        },
        async restart(signal) {
          await product.stop(signal);
          product = await launchProduct(dir, env);
        },
      },
      attack.tries[size],
    );
    const bound = boundOf(attack, env, Date.now() - startMs);
    const kept = await countKept(product.url);
    const answeredWith = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    const [passed, refused] = [answeredWith(attack.passes), answeredWith(attack.refusedWith)];
    const otherwise = answers.length - passed - refused;
    return {
      settings: Object.entries(beyond)
        .map(([name, value]) => `${name}=${value ?? ''}`)
        .join(' '),
      passed,
      refused,
      otherwise,
      kept,
      bound,
      holds: kept <= bound && (attack.mayRepeat ?? passed <= bound) && otherwise === 0,
    };
  } finally {
    await product.stop('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
}

function boundOf({ bound }: Attack, env: Env, tookMs: number): number {
  if (typeof bound === 'number') return bound;
  const rate = readConfig(env).rates[bound.axis];
  return rate === 'off' ? Infinity : bound.times * rate.limit * Math.ceil((tookMs + 1) / rate.windowMs);
}

/** When nothing waits any more: the contacts, or the deliveries where one contact was delivered more than once. */
async function countKept(url: string): Promise<number> {
  interface Healthz {
    readonly sandbox: string;
    readonly outbox: { readonly waiting: number; readonly setAside: number };
    readonly courier: { readonly delivered: number };
  }
  for (;;) {
    const { sandbox, outbox, courier } = JSON.parse((await ask(`${url}/healthz`)).body) as Healthz;
    if (outbox.waiting === 0) {
      return Math.max(await countContacts(sandbox), courier.delivered) + outbox.setAside;
    }
    await sleep(50);
  }
}

async function countContacts(sandbox: string): Promise<number> {
  const minted = await ask(`${sandbox}/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa('sandbox@example.com:sandbox')}`,
    },
    body: JSON.stringify({ key: apiKey }),
  });
  const { results } = JSON.parse(minted.body) as { readonly results: readonly { 'rasa-token': string }[] };
  const page = await ask(`${sandbox}/v1/persons?limit=1`, {
    headers: { 'rasa-token': results[0]?.['rasa-token'] ?? '' },
  });
  const { metadata } = JSON.parse(page.body) as { readonly metadata: { readonly total_query_count: number } };
  return metadata.total_query_count;
}

/** Fifty at a time. */
async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  while (made.length < count) {
    const first = made.length;
    const wave = Array.from({ length: Math.min(50, count - first) }, (_, index) => make(first + index));
    made.push(...(await Promise.all(wave)));
  }
  return made;
}

/** The header that the one trusted proxy in front would add for a visitor from this address. */
function from(address: string): Record<string, string> {
  return { 'x-forwarded-for': address };
}

/** Networks that are all different, IPv4 and IPv6 in turn. */
function networkNumber(index: number): string {
  const [high, low] = [index >> 8, index & 255];
  return index % 2 === 0
    ? `10.20.${high}.${low}`
    : `2001:db8:${high.toString(16)}:${(low << 8).toString(16)}::1`;
}

const anybody = (index: number) => `ada.${index}@example.com`;

const issuer = await openIssuer();

async function proof(options?: IssuerOptions, form = 'newsletter'): Promise<string> {
  return solve(await (options ? await openIssuer(options) : issuer).issue(form, 0));
}

async function signUp(url: string, email: string, headers: Record<string, string> = {}): Promise<Answered> {
  return post(url, 'urlencoded', { email, id: randomUUID(), proof: await proof() }, headers);
}

const kept = { passes: 202, refusedWith: 429 } as const;

/** Rewrites what a proof carries, as somebody would who found out how it is made. */
async function forged(rewrite: (carried: Carried) => void): Promise<string> {
  const carried = JSON.parse(Buffer.from(await proof(), 'base64').toString()) as Carried;
  rewrite(carried);
  return Buffer.from(JSON.stringify(carried)).toString('base64');
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };
type Carried = Writable<{
  readonly challenge: Challenge;
  readonly solution: { readonly counter: number; readonly derivedKey: string };
}>;

const forgeries: readonly (() => Promise<string>)[] = [
  // Signed with a secret of one's own.
  () => proof({ secret: 'which the attacker has made up, of right length' }),
  // Expired, and the same with a later expiry written in.
  () => proof({ now: () => Date.now() - 30 * 60_000 }),
  () => forged(({ challenge }) => (challenge.parameters.expiresAt += 3600)),
  // For another form, and with this one written in.
  () => proof({}, 'another'),
  () => forged(({ challenge }) => (challenge.parameters.data.form = 'another')),
  // Less work.
  () => forged(({ challenge }) => (challenge.parameters.cost = 1)),
  () => forged(({ challenge }) => (challenge.parameters.keyPrefix = '00')),
  // Not solved.
  () => forged(({ solution }) => (solution.derivedKey = '00'.repeat(32))),
  () => forged(({ challenge, solution }) => (solution.derivedKey = challenge.parameters.keyPrefix)),
  () => forged(({ solution }) => (solution.derivedKey = '')),
  () => Promise.resolve('bm8gcHJvb2Y='),
];

export const attacks: readonly Attack[] = [
  {
    name: 'many addresses from one network',
    tries: { full: 5000, quick: 100 },
    attack: ({ url }, tries) => many(tries, (index) => signUp(url, anybody(index))),
    bound: { axis: 'network', times: 1 },
    ...kept,
  },
  {
    name: 'one network that makes up X-Forwarded-For, no proxy in front',
    tries: { full: 2000, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'network', times: 1 },
    ...kept,
  },
  {
    name: 'one network that makes up the start of X-Forwarded-For, one proxy in front',
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
    ...kept,
  },
  {
    name: 'one network that changes its address inside its IPv6 /56',
    env: behindProxy,
    tries: { full: 2000, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => {
        const address = `2001:db8:0:${(0x4200 + (index & 255)).toString(16)}::${index.toString(16)}`;
        return signUp(url, anybody(index), from(address));
      }),
    bound: { axis: 'network', times: 1 },
    ...kept,
  },
  {
    name: 'one mailbox in all its spellings, from as many networks',
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
    ...kept,
  },
  {
    name: 'one mailbox with an international domain, in all its spellings',
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
    ...kept,
  },
  {
    name: 'one proof again and again: at once, in turn, after a stop, after a crash',
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
    passes: 202,
    refusedWith: 403,
  },
  {
    name: 'one click without script again and again',
    env: behindProxy,
    tries: { full: 1000, quick: 60 },
    async attack({ url }, tries) {
      const fields = hiddenFields((await post(url, 'plain', { email: 'ada@example.com' })).body);
      return many(tries, (index) => post(url, 'plain', fields, from(networkNumber(index))));
    },
    bound: 1,
    mayRepeat: true,
    ...kept,
  },
  {
    name: 'a click without script for other fields than were confirmed',
    env: behindProxy,
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
    // The page that asks for a click, for these fields.
    refusedWith: 200,
  },
  {
    name: `forged proofs, in ${forgeries.length} ways`,
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
    env: behindProxy,
    quickEnv: { RATE_FORM: '40/1m' },
    tries: { full: 1500, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'form', times: 1 },
    ...kept,
  },
  {
    name: 'a flood of everything from as many networks',
    env: { ...behindProxy, RATE_FORM: 'off' },
    quickEnv: { RATE_SERVICE: '60/1m' },
    tries: { full: 2500, quick: 100 },
    attack: ({ url }, tries) =>
      many(tries, (index) => signUp(url, anybody(index), from(networkNumber(index)))),
    bound: { axis: 'service', times: 1 },
    ...kept,
  },
];
