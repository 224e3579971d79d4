import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, type Env } from '../../server/config/config.ts';
import type { Axis } from '../../server/signup/rates.ts';
import { challengeSecret, leastWork } from './server/issuer.ts';
import { launchProduct } from './server/launch.ts';
import { ask, type Answered } from './sites/visitor.ts';

/** An attack on a product in a separate process, and the bound that the product's settings promise. */
export interface Attack {
  readonly name: string;
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
  readonly bound: number | { readonly axis: Axis; readonly times: number };
  readonly passes: number;
  /** The status of a refused try. Any other status means that a different guard refused it. */
  readonly refusedWith: number;
  /** A repeated sign-up is answered like the first one, but stored only once. */
  readonly mayRepeat?: true;
}

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
}

const apiKey = 'known-to-the-one-who-counts';

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

/**
 * Counts after all deliveries are done: the contacts, or the deliveries if one contact was delivered more
 * than once.
 */
async function countKept(url: string): Promise<number> {
  interface Healthz {
    readonly sandbox: string;
    readonly outbox: { readonly waiting: number; readonly deadLetters: number };
    readonly delivery: { readonly delivered: number };
  }
  for (;;) {
    const { sandbox, outbox, delivery } = JSON.parse((await ask(`${url}/healthz`)).body) as Healthz;
    if (outbox.waiting === 0) {
      return Math.max(await countContacts(sandbox), delivery.delivered) + outbox.deadLetters;
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
