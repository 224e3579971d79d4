import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { apart } from '../helpers/ranks.ts';
import { startCli } from '../helpers/server/cli.ts';
import { challengeSecret, leastWork, openIssuer } from '../helpers/server/issuer.ts';
import { startProduct } from '../helpers/server/product.ts';
import { guardedIntake } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';
import { ask, hiddenFields, post, seenBy, solve, ways, type Answered } from '../helpers/sites/visitor.ts';

const rounds = 100;
const kinds = ['new', 'known', 'unsubscribed', 'blocked', 'set-aside', 'delivered'] as const;
type Kind = (typeof kinds)[number];
/** The work of a stranger with typing errors: it stores nothing, and takes another time. */
const control = 'invalid';

const addressOf = (kind: Kind | typeof control, index: number) =>
  kind === control ? `not an address ${index}` : `${kind}.${index}@example.com`;
/** Each visitor comes from a network of his own, so that all have the same quotas. */
let visitors = 0;
const fromAnybody = () => {
  visitors++;
  return { 'x-forwarded-for': `10.${visitors >> 16}.${(visitors >> 8) & 255}.${visitors & 255}` };
};
const issuer = openIssuer();
const prove = async () => solve(await issuer.issue('newsletter', 0));

/** The product as in production, and a sandbox for rasa.io, each in its own process. */
async function start() {
  const dir = await directoryInMemory();
  const running = startCli(['sandbox', '--json'], { DATA_DIR: dir, SANDBOX_PORT: '0' });
  const { RASA_BASE_URL, RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY } = await vi.waitFor(
    () => JSON.parse(running.output()) as Record<string, string>,
    20_000,
  );
  onTestFinished(() => running.stop());
  const product = await startProduct({
    ...guardedIntake,
    DATA_DIR: await directoryInMemory(),
    RASA_BASE_URL,
    RASA_USERNAME,
    RASA_PASSWORD,
    RASA_API_KEY,
    RASA_MIN_INTERVAL_MS: '0',
    ALLOWED_ORIGINS: 'https://www.example.com',
    CHALLENGE_SECRET: challengeSecret,
    PROOF_WORK: String(leastWork),
    PLAIN_LEAST_AGE: 'off',
    TRUST_PROXY: '1',
    RATE_FORM: 'off',
    RATE_SERVICE: 'off',
  });
  const sandbox = async (method: string, path: string, body: unknown, headers = {}) =>
    JSON.parse(
      (
        await ask(`${RASA_BASE_URL ?? ''}${path}`, {
          method,
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
      ).body,
    ) as { readonly results: readonly Record<string, string>[] };
  const basic = `Basic ${btoa(`${RASA_USERNAME ?? ''}:${RASA_PASSWORD ?? ''}`)}`;
  const { results } = await sandbox('POST', '/v1/tokens', { key: RASA_API_KEY }, { authorization: basic });
  const addPersons = (persons: readonly object[]) =>
    sandbox('POST', '/v1/persons', persons, { 'rasa-token': results[0]?.['rasa-token'] ?? '' });
  await sandbox('PUT', '/sandbox/faults', { refuse: { emails: ['blocked.*', 'set-aside.*'] } });
  for (let index = 0; index < rounds; index++) {
    await addPersons([
      { email: addressOf('known', index) },
      { email: addressOf('unsubscribed', index), is_active: false },
    ]);
  }
  return product;
}

async function signUp(url: string, email: string, proof: string): Promise<Answered> {
  return post(url, 'urlencoded', { email, id: randomUUID(), proof }, fromAnybody());
}

it('D2: nothing that a stranger sees or measures tells one address from another', async () => {
  const { url, dataDir } = await start();
  const settled = (deadLetters: number) =>
    vi.waitFor(
      async () => {
        expect(await waitingIn({ dataDir })).toEqual({ waiting: 0, deadLetters });
      },
      { timeout: 60_000, interval: 500 },
    );
  const publicly = async () =>
    Promise.all(
      ['/healthz', '/readyz', '/forms/newsletter', '/metrics', '/'].map(async (path) =>
        seenBy(await ask(url + path, { headers: fromAnybody() }), ''),
      ),
    );
  for (let index = 0; index < rounds; index++) {
    for (const kind of ['set-aside', 'delivered'] as const) {
      expect((await signUp(url, addressOf(kind, index), await prove())).status).toBe(202);
    }
  }
  await settled(rounds);
  const before = await publicly();

  const tookMs = Object.fromEntries([...kinds, control].map((kind) => [kind, [] as number[]]));
  const nextTookMs = Object.fromEntries([...kinds, control].map((kind) => [kind, [] as number[]]));
  const answers = new Set<string>();
  for (let index = 0; index < rounds; index++) {
    const shuffled = [...kinds, control]
      .map((kind) => ({ kind, place: Math.random() }))
      .sort((a, b) => a.place - b.place);
    for (const { kind } of shuffled) {
      const email = addressOf(kind as Kind, index);
      const proof = await prove();
      const startMs = performance.now();
      const answer = await signUp(url, email, proof);
      const answeredMs = performance.now();
      await ask(`${url}/readyz`);
      nextTookMs[kind]?.push(performance.now() - answeredMs);
      tookMs[kind]?.push(answeredMs - startMs);
      if (kind !== control) answers.add(seenBy(answer, email));
    }
  }
  expect([...answers]).toHaveLength(1);
  await settled(3 * rounds);
  expect(await publicly()).toEqual(before);

  const others = kinds.filter((kind) => kind !== 'new');
  // By chance alone one of these is reached in a hundred million runs.
  for (const kind of others) {
    expect([kind, Math.abs(apart(tookMs['new'] ?? [], tookMs[kind] ?? []))]).toEqual([kind, below(6)]);
    expect([kind, Math.abs(apart(nextTookMs['new'] ?? [], nextTookMs[kind] ?? []))]).toEqual([
      kind,
      below(6),
    ]);
  }
  // What takes another time is told apart on this machine, however busy it is.
  expect(apart(tookMs['new'] ?? [], tookMs[control] ?? [])).toBeGreaterThan(4);
}, 300_000);

it('D2: refusals come in the same order and words for every address, by every way in', async () => {
  const { url, dataDir } = await start();
  for (const kind of ['set-aside', 'delivered'] as const)
    await signUp(url, addressOf(kind, 0), await prove());
  await vi.waitFor(
    async () => {
      expect(await waitingIn({ dataDir })).toEqual({ waiting: 0, deadLetters: 1 });
    },
    { timeout: 60_000, interval: 500 },
  );
  const good = await Promise.all(kinds.map(prove));
  const wrong: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
    [{}, {}],
    [{ proof: 'bm8gcHJvb2Y=' }, {}],
    [{ first_name: 'x'.repeat(500) }, {}],
    [{ first_name: 'x'.repeat(500), unknown: 'x' }, {}],
    [{ your_message: 'Hello' }, {}],
    [{ first_name: 'https://spam.example' }, { origin: 'https://evil.example' }],
    [{ first_name: 'x'.repeat(20_000) }, {}],
    [{}, { 'content-type': 'text/plain' }],
    [{}, { 'content-encoding': 'gzip' }],
    [{ token: 'made up' }, {}],
    [{ redirect: 'https://evil.example' }, {}],
  ];
  for (const way of ways) {
    for (const [fields, headers] of wrong) {
      const answers = new Set<string>();
      for (const kind of kinds) {
        const email = addressOf(kind, 0);
        answers.add(
          seenBy(await post(url, way, { email, ...fields }, { ...fromAnybody(), ...headers }), email),
        );
      }
      expect([way, fields, headers, answers.size]).toEqual([way, fields, headers, 1]);
    }
  }
  const steps = new Set<string>();
  for (const [index, kind] of kinds.entries()) {
    const email = addressOf(kind, 0);
    const headers = fromAnybody();
    const page = await post(url, 'plain', { email }, headers);
    const click = await post(url, 'plain', hiddenFields(page.body), headers);
    const json = await post(url, 'json', { email, proof: good[index] ?? '' }, fromAnybody());
    steps.add([page, click, json].map((answer) => seenBy(answer, email)).join('\n'));
  }
  expect([...steps]).toHaveLength(1);
}, 120_000);

function below(limit: number): number {
  return expect.toSatisfy((value: number) => value < limit) as number;
}
