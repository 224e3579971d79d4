import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig, type Env } from '../../server/config/config.ts';
import { builtDir } from '../../server/http/static-files.ts';
import { openService } from '../../server/service.ts';
import type { Axis } from '../../server/signup/rates.ts';
import { challengeSecret, leastWork } from './server/issuer.ts';
import { launchProduct, type Product } from './server/launch.ts';
import { waitingIn } from './server/waiting.ts';
import { ask, signUp, type Answered } from './sites/visitor.ts';

/** An attack on a product, and the bound that the product's settings promise. */
export interface Attack {
  readonly name: string;
  readonly door: Door;
  /** Settings that differ from the defaults. */
  readonly env?: Env;
  /** Settings for a quick run, for attacks that need thousands of requests to reach the bound. */
  readonly quickEnv?: Env;
  readonly tries: { readonly full: number; readonly quick: number };
  readonly attack: (target: Target, tries: number) => Promise<readonly Answered[]>;
  /**
   * The number of sign-ups that may get through: fixed, or `times` the quota of an axis for each window that
   * the attack took.
   */
  readonly bound: number | { readonly axis: Axis | 'plain' | 'pages' | 'token'; readonly times: number };
  readonly passes: number;
  /** The status of a refused try. Any other status means that a different guard refused it. */
  readonly refusedWith: number;
  /** A repeated sign-up is answered like the first one, but stored only once. */
  readonly mayRepeat?: true;
  /** A visitor with a proof, from another network, is never refused meanwhile. */
  readonly sparesOthers?: true;
  /** It ends the product's process and starts it again. */
  readonly restarts?: true;
}

/** Where attacks come in. */
export type Door =
  'widget' | 'plain form' | 'click' | 'challenge' | 'pages' | 'page to leave' | 'API' | 'test addresses';

/** The attacked product. A restart changes its `url`. */
export interface Target {
  readonly url: string;
  readonly restart: (signal: NodeJS.Signals) => Promise<void>;
}

export interface Outcome {
  readonly settings: string;
  /** Tries that were answered as accepted. */
  readonly passed: number;
  readonly refused: number;
  readonly otherwise: number;
  /** Sign-ups that arrived at the sandbox in the end. */
  readonly kept: number;
  readonly bound: number;
  readonly holds: boolean;
  /** Of this process, which is the attacker's. */
  readonly cpuS: number;
  readonly seconds: number;
  /** What visitors with a proof met meanwhile; `undefined` where all count as one network. */
  readonly visitors: { readonly accepted: number; readonly refused: number } | undefined;
}

const apiKey = 'known-to-the-one-who-counts';

export async function run(attack: Attack, size: keyof Attack['tries']): Promise<Outcome> {
  const beyond = { ...attack.env, ...(size === 'quick' && attack.quickEnv) };
  const env: Env = {
    CHALLENGE_SECRET: challengeSecret,
    PROOF_WORK: String(leastWork),
    SANDBOX_API_KEY: apiKey,
    ...beyond,
  };
  // A quick run has nothing to learn from a disk, and would wait for it.
  const place = size === 'quick' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const dir = await mkdtemp(join(place, 'attack-'));
  const start = size === 'quick' && !attack.restarts ? openProduct : launchProduct;
  let product: Attacked = await start(dir, env);
  try {
    const startMs = Date.now();
    const cpuBefore = process.cpuUsage();
    const others = env['TRUST_PROXY'] === undefined ? undefined : visitOnAndOn(() => product.url);
    const answers = await attack.attack(
      {
        get url() {
          return product.url;
        },
        async restart(signal) {
          await product.stop(signal);
          product = await start(dir, env);
        },
      },
      attack.tries[size],
    );
    const tookMs = Date.now() - startMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    const visitors = await others?.stop();
    const bound = boundOf(attack, env, tookMs);
    const kept = await countKept(product);
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
      holds:
        kept <= bound &&
        (attack.mayRepeat ?? passed <= bound) &&
        otherwise === 0 &&
        !(attack.sparesOthers && visitors?.refused !== 0),
      cpuS: (user + system) / 1e6,
      seconds: tookMs / 1000,
      visitors,
    };
  } finally {
    await product.stop('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
}

type Attacked = Pick<Product, 'url' | 'dataDir' | 'stop'>;

/** The product in this process, which starts in a fraction of the time; what it delivers is counted soon. */
async function openProduct(dataDir: string, env: Env): Promise<Attacked> {
  const full = { PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, RASA_MIN_INTERVAL_MS: '0', ...env };
  const service = await openService({
    config: readConfig(full),
    readEnv: () => full,
    log: pino({ level: 'silent' }),
    builtDir,
    process,
  });
  return {
    url: service.url,
    dataDir,
    async stop() {
      await service.close();
      return 0;
    },
  };
}

function boundOf({ bound }: Attack, env: Env, tookMs: number): number {
  if (typeof bound === 'number') return bound;
  const { rates, plainRates, ratePages, rateToken } = readConfig(env);
  const rate = { ...rates, plain: plainRates.network, pages: ratePages, token: rateToken }[bound.axis];
  return rate === 'off'
    ? Infinity
    : Math.floor(bound.times * rate.limit) * Math.ceil((tookMs + 1) / rate.windowMs);
}

const ofVisitors = '@visitors.example';

/** Visitors with the widget, one after the other, each from a network of their own. At least one. */
function visitOnAndOn(url: () => string) {
  const met = { accepted: 0, refused: 0 };
  const end = new AbortController();
  const visits = (async () => {
    do {
      const from = { 'x-forwarded-for': `203.0.113.${(met.accepted + met.refused) % 250}` };
      const email = `visitor.${met.accepted + met.refused}${ofVisitors}`;
      // A restart of the product is not a refusal.
      const answer = await signUp(url(), 'urlencoded', { email }, from).catch(() => undefined);
      if (answer) met[answer.status === 202 ? 'accepted' : 'refused']++;
      await sleep(300);
    } while (!end.signal.aborted);
  })();
  return {
    async stop() {
      end.abort();
      await visits;
      return met;
    },
  };
}

/**
 * Counts the attacker's contacts after all deliveries are done, and what was set aside. A visitor's contact
 * is known by its address: where a crash took the answer, the visitor does not know whether there is one.
 */
async function countKept({ url, dataDir }: Attacked): Promise<number> {
  for (;;) {
    const { waiting, deadLetters } = await waitingIn({ dataDir });
    if (waiting === 0) {
      const { sandbox } = JSON.parse((await ask(`${url}/healthz`)).body) as { readonly sandbox: string };
      const addresses = await listAddresses(sandbox);
      return addresses.filter((address) => !address.endsWith(ofVisitors)).length + deadLetters;
    }
    await sleep(200);
  }
}

async function listAddresses(sandbox: string): Promise<readonly string[]> {
  const minted = await ask(`${sandbox}/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa('sandbox@example.com:sandbox')}`,
    },
    body: JSON.stringify({ key: apiKey }),
  });
  const { results } = JSON.parse(minted.body) as { readonly results: readonly { 'rasa-token': string }[] };
  const headers = { 'rasa-token': results[0]?.['rasa-token'] ?? '' };
  const addresses: string[] = [];
  for (;;) {
    const page = await ask(`${sandbox}/v1/persons?limit=50&skip=${addresses.length}`, { headers });
    const listed = JSON.parse(page.body) as {
      readonly results: readonly { readonly data: { readonly email: string } }[];
    };
    addresses.push(...listed.results.map(({ data }) => data.email));
    if (listed.results.length < 50) return addresses;
  }
}
