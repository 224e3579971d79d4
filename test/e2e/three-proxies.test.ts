import { randomInt } from 'node:crypto';
import { setTimeout as until } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { formsFile } from '../helpers/forms/operators-forms.ts';
import { startCli } from '../helpers/server/cli.ts';
import { useEngines } from '../helpers/server/engines.ts';
import { startProduct } from '../helpers/server/product.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';
import { ask, browserHeaders, solve } from '../helpers/sites/visitor.ts';
import type { Challenge } from '../../shared/signup.ts';

const { engines, server } = useEngines();
/** `SOAK=1` applies the load for a minute. */
const isSoak = process.env['SOAK'] !== undefined;
const [perSecond, loadS] = [300, isSoak ? 60 : 10];
/** At once. Where the machine cannot carry the load, visitors come as fast as they are served. */
const visitors = 96;
/** What the form with a quota of its own lets through. */
const quota = isSoak ? 1000 : 100;
const leastKills = isSoak ? 20 : 3;

describe.skipIf(!engines.includes('postgres'))('three proxies on one Postgres', () => {
  it(
    'deliver all that they accept, politely and within the quotas, while they are killed at random',
    async () => {
      const sandbox = await startSandboxAlone();
      const env = {
        RASA_MIN_INTERVAL_MS: '200',
        ...credentialsFor(sandbox),
        DATABASE_URL: await server().createDatabase(),
        OUTBOX_KEY: 'ab'.repeat(32),
        TRUST_PROXY: '1',
        BOT_MODE: 'enforce',
        PROOF_WORK: '1',
        RATE_NETWORK: '30/10m',
        RATE_ADDRESS: '3/1d',
        RATE_FORM: '1000000/1d',
        RATE_SERVICE: '1000000/1d',
        ...(await formsFile({
          newsletter: { fields: ['email', 'first_name'] },
          scarce: { fields: ['email', 'first_name'], rates: { form: `${quota}/1d` } },
        })),
      };
      const dataDir = await directoryInMemory();
      const proxies = await Promise.all([startProxy(env), startProxy(env), startProxy(env)]);
      const { answers, heldPerSecond } = await underLoad(proxies);
      if (heldPerSecond < perSecond * 0.95) {
        process.stderr.write(
          `This machine carried ${Math.round(heldPerSecond)} sign-ups a second, not ${perSecond}.\n`,
        );
      }
      const of = (form: string, status: Answer['status']) =>
        answers.filter((answer) => answer.form === form && answer.status === status);
      await vi.waitFor(
        async () => {
          expect((await waitingIn({ dataDir }, env)).waiting).toBe(0);
        },
        { timeout: isSoak ? 900_000 : 240_000, interval: 1000 },
      );
      // Before anybody else calls the sandbox.
      const traffic: unknown = await (await fetch(`${sandbox.url}/sandbox/traffic`)).json();
      expect(traffic).toMatchObject({ overlapping: 0, hasty: 0 });

      const arrived = new Map<string, unknown>();
      for (const { email, first_name } of await readContacts(sandbox)) arrived.set(String(email), first_name);
      const lost = answers.filter(({ status, email, form }) => status === 202 && arrived.get(email) !== form);
      expect(lost).toEqual([]);

      // What was counted for a sign-up whose proxy was killed before it answered is lost to the quota.
      const [through, unanswered] = [of('scarce', 202).length, of('scarce', undefined).length];
      const letIn = [...arrived.values()].filter((form) => form === 'scarce').length;
      expect(letIn).toBeLessThanOrEqual(quota * 1.01);
      expect(through + unanswered).toBeGreaterThanOrEqual(quota * 0.99);
      const refused = answers.filter(
        ({ status }) => status !== undefined && ![202, 429, 503].includes(status),
      );
      expect(refused).toEqual([]);
      expect(of('newsletter', 429)).toEqual([]);
    },
    isSoak ? 1_800_000 : 400_000,
  );
});

interface Proxy {
  readonly url: () => string;
  /** Kills it, and starts it again at another port. */
  readonly restart: () => Promise<void>;
}

async function startProxy(env: Env): Promise<Proxy> {
  let product = await startProduct({ ...env, DATA_DIR: await directoryInMemory() });
  return {
    url: () => product.url,
    async restart() {
      await product.stop('SIGKILL');
      product = await startProduct({ ...env, DATA_DIR: product.dataDir });
    },
  };
}

/** In a process of its own, so that what it measures does not depend on the load of this one. */
async function startSandboxAlone() {
  const apiKey = 'a-key-of-the-sandbox';
  const { output } = startCli(['sandbox'], {
    DATA_DIR: await directoryInMemory(),
    SANDBOX_PORT: '0',
    SANDBOX_API_KEY: apiKey,
  });
  const url = await vi.waitFor(
    () => {
      const [, found] = /RASA_BASE_URL='?([^'\s]+)/.exec(output()) ?? [];
      if (found === undefined) throw new Error(output());
      return found;
    },
    { timeout: 30_000, interval: 100 },
  );
  return { url, credentials: { username: 'sandbox@example.com', password: 'sandbox', apiKey } };
}

interface Answer {
  readonly form: string;
  readonly email: string;
  /** `undefined` where the connection broke. */
  readonly status: number | undefined;
}

/** Visitors who get their challenge at one proxy and sign up at the next one. */
async function underLoad(proxies: readonly Proxy[]) {
  const answers: Answer[] = [];
  const start = performance.now();
  let came = 0;
  let kills = 0;
  // On a slow machine it lasts until there was enough of everything.
  const isEnough = () =>
    kills >= leastKills && answers.filter(({ form }) => form === 'scarce').length > quota * 1.2;
  const isOver = () => performance.now() - start > loadS * 1000 && isEnough();
  const visit = async () => {
    while (!isOver()) {
      const number = came++;
      await until(Math.max(0, start + (number * 1000) / perSecond - performance.now()));
      const [one, two] = [proxies[number % 3], proxies[(number + 1) % 3]];
      const answer = one && two && (await signUp(number, one.url(), two.url()));
      if (answer) answers.push(answer);
    }
  };
  const killing = async () => {
    for (; !isOver(); kills++) {
      await until(randomInt(500, 2000));
      await proxies[randomInt(3)]?.restart();
    }
  };
  await Promise.all([killing(), ...Array.from({ length: visitors }, visit)]);
  return { answers, heldPerSecond: (answers.length * 1000) / (performance.now() - start) };
}

/** `undefined` where there was no challenge, since that proxy is gone just now. */
async function signUp(number: number, challengeFrom: string, to: string): Promise<Answer | undefined> {
  const form = number % 3 === 0 ? 'scarce' : 'newsletter';
  const email = `visitor-${number}@example.com`;
  const headers = {
    ...browserHeaders,
    origin: 'https://www.example.com',
    'x-forwarded-for': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  };
  const challenge = await ask(`${challengeFrom}/forms/${form}/challenge`, { headers }).catch(() => undefined);
  if (challenge?.status !== 200) return undefined;
  const proof = await solve(JSON.parse(challenge.body) as Challenge);
  const body = JSON.stringify({ email, first_name: form, proof });
  const sent = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } };
  const answer = await ask(`${to}/forms/${form}`, sent).catch(() => undefined);
  return { form, email, status: answer?.status };
}
