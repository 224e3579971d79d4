import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';
import { Tokens } from '../../../server/contacts/tokens.ts';
import type { Impatience } from '../../../server/http/request-limits.ts';
import { sameSql } from '../../../server/store/database.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 20_000, interval: 50 };

interface Result {
  readonly ref: number | null;
  readonly id: string | null;
  readonly status: string;
}

/** A proxy whose rasa.io is away, so that everything waits, and an application with a token. */
async function start(env: Readonly<Record<string, string>> = {}, impatience: Partial<Impatience> = {}) {
  const dataDir = await directoryInMemory();
  const service = await startService(
    {
      DATA_DIR: dataDir,
      RASA_BASE_URL: 'http://127.0.0.1:9',
      RASA_USERNAME: 'you@example.com',
      RASA_PASSWORD: 'a password',
      RASA_API_KEY: 'a key',
      ALLOWED_ORIGINS: 'https://www.example.com',
      ...env,
    },
    impatience,
  );
  const database = await openTestStore({ dataDir });
  const token = await new Tokens({ database }).create({
    name: 'shop',
    account: 'main',
    scopes: ['contacts:write'],
    validForMs: undefined,
  });
  const open = (headers: Readonly<Record<string, string>> = {}): ClientRequest => {
    const sent = request(`${service.url}/api/contacts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token ?? ''}`,
        'content-type': 'application/x-ndjson',
        accept: 'application/x-ndjson',
        ...headers,
      },
    });
    sent.on('error', () => undefined);
    return sent;
  };
  const stored = async () =>
    Number((await database.read({ sql: sameSql('select count(*) as n from sent_contacts') }))[0]?.['n']);
  return { ...service, open, stored };
}

const answered = async (sent: ClientRequest) => ((await once(sent, 'response')) as [IncomingMessage])[0];

/** Collects the results as they arrive. */
function resultsOf(answer: IncomingMessage): Result[] {
  const results: Result[] = [];
  answer.on('error', () => undefined);
  createInterface({ input: answer })
    .on('line', (line) => {
      results.push(JSON.parse(line) as Result);
    })
    .on('error', () => undefined);
  return results;
}

const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, at) => `${JSON.stringify({ ref: from + at, email: `p${from + at}@example.com` })}\n`,
  ).join('');

it('answers NDJSON as it stores it, 50,000 lines in one request, in order', async () => {
  const { open, stored } = await start();
  const sent = open();
  sent.write(lines(0, 700));
  const answer = await answered(sent);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([
    200,
    'application/x-ndjson; charset=utf-8',
  ]);
  const results = resultsOf(answer);
  // The first ones are answered while the last ones are not even made.
  await vi.waitFor(() => {
    expect(results.length).toBeGreaterThanOrEqual(500);
  }, soon);
  for (let from = 700; from < 50_000; from += 4930) {
    if (!sent.write(lines(from, from + 4930))) await once(sent, 'drain');
  }
  sent.end('{"ref":"last"');
  await once(answer, 'end');
  expect(results.map(({ ref }) => ref)).toEqual([...Array.from({ length: 50_000 }, (_, at) => at), null]);
  expect(results.filter(({ status }) => status !== 'accepted')).toEqual([
    { ref: null, id: null, status: 'invalid', issue: 'malformed' },
  ]);
  expect(new Set(results.map(({ id }) => id)).size).toBe(50_001);
  expect(await stored()).toBe(50_000);
}, 120_000);

it('takes longer than other requests may, where something moves', async () => {
  const short = { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 };
  const { open, stored } = await start({}, short);
  const sent = open({ accept: 'application/json' });
  sent.write(lines(0, 500));
  const results = await answered(sent);
  let text = '';
  results.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // A request with another type of body, begun later, is over its time now.
  const other = open({ 'content-type': 'application/json', 'content-length': '100' });
  other.write('[');
  expect((await answered(other)).statusCode).toBe(408);
  sent.end(lines(500, 700));
  await once(results, 'end');
  expect((JSON.parse(text) as { results: Result[] }).results.map(({ status }) => status)).toEqual(
    Array<string>(700).fill('accepted'),
  );
  expect(await stored()).toBe(700);
});

it('keeps whole items of a connection that breaks, and no half one; sent again, each is there once', async () => {
  const { open, stored } = await start();
  const sent = open();
  sent.write(lines(0, 700) + '{"ref":700,"email":"p700@exam');
  const first = resultsOf(await answered(sent));
  // The first batch, and the rest after a pause.
  await vi.waitFor(() => {
    expect(first.length).toBe(700);
  }, soon);
  sent.destroy();
  expect(await stored()).toBe(700);
  const again = open();
  again.end(lines(0, 701));
  const answer = await answered(again);
  const results = resultsOf(answer);
  await once(answer, 'end');
  expect(results.map(({ status }) => status)).toEqual([...Array<string>(700).fill('duplicate'), 'accepted']);
  expect(await stored()).toBe(701);
});

it('leaves room for visitors: what would take it waits, and a visitor does not', async () => {
  const { open, stored, url } = await start({ OUTBOX_MAX: '2000' });
  const sent = open();
  sent.end(lines(0, 1500));
  const results = resultsOf(await answered(sent));
  await vi.waitFor(() => {
    expect(results.length).toBe(1000);
  }, soon);
  const form = await fetch(`${url}/forms/newsletter`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'visitor@example.com' }),
  });
  expect(form.status).toBe(202);
  expect(await stored()).toBe(1000);
  sent.destroy();
});

it('an empty body has no results, and a wrong token gets no stream', async () => {
  const { open } = await start();
  const empty = open({ accept: '*/*' });
  empty.end();
  const answer = await answered(empty);
  expect(answer.statusCode).toBe(200);
  const chunks = await answer.toArray();
  expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('{"results":[]}');
  const wrong = open({ authorization: `Bearer rst_${'a'.repeat(43)}` });
  wrong.end(lines(0, 10));
  expect((await answered(wrong)).statusCode).toBe(401);
});
