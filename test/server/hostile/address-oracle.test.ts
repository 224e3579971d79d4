import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { expect, it, vi } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';

/** What rasa.io or the outbox knows about an address. */
const kinds = ['new', 'known', 'unsubscribed', 'set aside'] as const;
type Kind = (typeof kinds)[number];

/** Addresses of each kind. */
const count = 300;

/** No quotas and no bot check, so that only the address can make a difference. */
const unlimited = {
  RATE_NETWORK: 'off',
  RATE_ADDRESS: 'off',
  RATE_FORM: 'off',
  RATE_SERVICE: 'off',
  BOT_MODE: 'off',
};

it('neither the answer nor its time shows whether an address has signed up', async () => {
  const { service, prepare } = await startWithContacts();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (email: string) => signUp(service.url, email, agent);
  await prepare(ask);

  const answers = new Set<string>();
  const times: Record<Kind, number[]> = { new: [], known: [], unsubscribed: [], 'set aside': [] };
  for (const [kind, email] of shuffled(
    kinds.flatMap((kind) => addresses(kind).map((email) => [kind, email] as const)),
  )) {
    const { answer, ms } = await ask(email);
    answers.add(answer);
    times[kind].push(ms);
  }
  agent.destroy();

  expect([...answers]).toEqual([expect.stringMatching(/^202 .*"accepted"/)]);
  // If two kinds cannot be told apart, one is faster half of the time, with this deviation (Mann and Whitney,
  // 1947). Five times the deviation occurs by chance once in two million comparisons.
  const deviation = Math.sqrt((1 / count + 1 / count) / 12);
  for (const [one, other] of pairsOf(kinds)) {
    const share = shareSooner(times[one], times[other]);
    expect.soft(Math.abs(share - 0.5), `${one} sooner than ${other}: ${share}`).toBeLessThan(5 * deviation);
  }
}, 60_000);

/** The product, and rasa.io with contacts, some of whom have unsubscribed; `prepare` signs up the others. */
async function startWithContacts() {
  const sandbox = await startSandbox();
  await sandbox.putFaults({ refuse: { emails: ['*@set-aside.test'] } });
  await sandbox.addPersons(...addresses('unsubscribed').map((email) => ({ email, is_active: false })));
  const env = { ...credentialsFor(sandbox), ...unlimited, RASA_MIN_INTERVAL_MS: '0' };
  const service = await startService(env);
  const prepare = async (signUp: (email: string) => Promise<unknown>) => {
    for (const email of [...addresses('known'), ...addresses('set aside')]) await signUp(email);
    await vi.waitFor(
      () => {
        expect(service.figures().outbox).toMatchObject({ waiting: 0, deadLetters: count });
      },
      { timeout: 20_000 },
    );
  };
  return { service, prepare };
}

/** All of the same length, as an attacker would choose them. */
function addresses(kind: Kind): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${String(index).padStart(20 - kind.length, '0')}@${kind.replace(' ', '-')}.test`,
  );
}

/** The whole answer except the date, and how long it took. */
async function signUp(url: string, email: string, agent: Agent) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const start = performance.now();
  const sent = request(`${url}/forms/newsletter`, { method: 'POST', agent, headers });
  sent.end(new URLSearchParams({ email }).toString());
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  const ms = performance.now() - start;
  const { date: _date, ...others } = response.headers;
  return { answer: `${response.statusCode} ${JSON.stringify(others)} ${body}`, ms };
}

/** How often a time of one kind is shorter than one of the other, over all pairs: the "AUC". */
function shareSooner(times: readonly number[], others: readonly number[]): number {
  const sooner: number[] = times.flatMap((ms) =>
    others.map((other) => (ms < other ? 1 : ms === other ? 0.5 : 0)),
  );
  return sooner.reduce((sum, one) => sum + one, 0) / sooner.length;
}

function pairsOf<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other) => [one, other] as const));
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
