import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSandbox, type Sandbox } from '../../server/sandbox/sandbox.ts';
import { fieldsOf } from '../helpers/server/sandbox.ts';
import { median } from './load.ts';
import { aim, aimsTable, table } from './report.ts';

/**
 * `npm run bench:sandbox`: what a call of the sandbox costs with a thousand contacts and with a hundred
 * thousand, and with `FULL=1` with a million; and how long it takes to start. Every round makes each call
 * once at each size, so that a disturbance affects all of them; the ratios are those of the medians.
 */
const sizes = process.env['FULL'] === undefined ? [1000, 100_000] : [1000, 100_000, 1_000_000];
const rounds = 31;

interface Cell {
  readonly size: number;
  readonly dataDir: string;
  readonly startMs: number;
  readonly url: string;
  readonly token: string;
  readonly sandbox: Sandbox;
  readonly ids: readonly string[];
  readonly emails: readonly string[];
  /** The time of the contact in the middle. */
  readonly middle: string;
  readonly ms: Map<string, number[]>;
}

const dir = await mkdtemp(join(tmpdir(), 'bench-sandbox-'));

async function open(dataDir: string): Promise<{ readonly sandbox: Sandbox; readonly startMs: number }> {
  const began = performance.now();
  const sandbox = await openSandbox({ port: 0, dataDir, builtDir: 'dist/widget' });
  return { sandbox, startMs: performance.now() - began };
}

async function ask(url: string, token: string, body?: unknown, method = body ? 'POST' : 'GET') {
  const response = await fetch(url, {
    method,
    headers: { 'rasa-token': token, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 200)}`);
  return text;
}

async function tokenOf({ url, credentials }: Sandbox): Promise<string> {
  const basic = `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`;
  const response = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: basic },
    body: JSON.stringify({ key: credentials.apiKey }),
  });
  const { results } = (await response.json()) as { results: Record<string, string>[] };
  return results[0]?.['rasa-token'] ?? '';
}

async function makeCell(size: number): Promise<Cell> {
  const dataDir = join(dir, String(size));
  const first = await open(dataDir);
  await ask(`${first.sandbox.url}/sandbox/contacts`, '', { count: size, days: 300 });
  await first.sandbox.close();

  // What it costs to start is measured with all of them there.
  const { sandbox, startMs } = await open(dataDir);
  const { url } = sandbox;
  await ask(`${url}/sandbox/faults`, '', { variants: { maxPage: 1000 } }, 'PUT');
  const token = await tokenOf(sandbox);
  const page = await ask(`${url}/v1/persons?limit=500&skip=${size / 2}`, token);
  const { metadata } = JSON.parse(page) as { metadata: { total_query_count: number } };
  if (metadata.total_query_count !== size)
    throw new Error(`${metadata.total_query_count} of ${size} are there.`);
  const persons = fieldsOf(JSON.parse(page));
  const texts = (name: string) => persons.map((person) => String(person[name]));
  const middle = String(persons[0]?.['updated']);
  return {
    size,
    dataDir,
    startMs,
    url,
    token,
    sandbox,
    ids: texts('id'),
    emails: texts('email'),
    middle,
    ms: new Map(),
  };
}

let made = 0;
const calls: Readonly<Record<string, (cell: Cell, round: number) => Promise<unknown>>> = {
  'page of 500, the first': ({ url, token }) => ask(`${url}/v1/persons?limit=500`, token),
  'page of 500, the last': ({ url, token, size }) =>
    ask(`${url}/v1/persons?limit=500&skip=${size - 500}`, token),
  'page of 500, updated since half of the time': ({ url, token, middle }) =>
    ask(`${url}/v1/persons?limit=500&updated_since=${encodeURIComponent(middle)}`, token),
  'look-up of one by its id': ({ url, token, ids }, round) =>
    ask(`${url}/v1/persons/${ids[round] ?? ''}`, token),
  'upsert of 25, 20 of them known': ({ url, token, emails }, round) => {
    const known = emails.slice(round * 10, round * 10 + 20).map((email) => ({ email, round }));
    const fresh = Array.from({ length: 5 }, () => ({ email: `new-${++made}@example.com` }));
    return ask(`${url}/v1/persons`, token, [...known, ...fresh]);
  },
  'contacts on the page': ({ url }) => ask(url, ''),
  'search on the page': ({ url, emails }, round) =>
    ask(`${url}/?q=${encodeURIComponent((emails[round] ?? '').slice(0, 12))}`, ''),
  'activities of a month': ({ url, token }) => ask(`${url}/v1/analytics/activities`, token),
};

/** The charge is about these; the others are shown. */
const bounded = Object.keys(calls).filter((name) => /^(page of|look-up|upsert)/.test(name));

const cells: Cell[] = [];
try {
  for (const size of sizes) cells.push(await makeCell(size));
  for (let round = -3; round < rounds; round++) {
    for (const [name, call] of Object.entries(calls)) {
      for (const cell of cells) {
        const began = performance.now();
        await call(cell, Math.max(0, round));
        // The first rounds warm up.
        if (round >= 0) cell.ms.set(name, [...(cell.ms.get(name) ?? []), performance.now() - began]);
      }
    }
  }
  const medianOf = (cell: Cell, name: string) => median(cell.ms.get(name) ?? []);
  const [few] = cells;
  if (!few) throw new Error('unreachable: there are sizes');
  const ratioOf = (cell: Cell, name: string) => medianOf(cell, name) / medianOf(few, name);
  const shown = (size: number) => size.toLocaleString('en');
  process.stdout.write(
    table(
      ['ms, median', ...sizes.map(shown), ...sizes.slice(1).map((size) => `× at ${shown(size)}`)],
      [
        ...Object.keys(calls).map((name) => [
          name,
          ...cells.map((cell) => medianOf(cell, name)),
          ...cells.slice(1).map((cell) => ratioOf(cell, name)),
        ]),
        [
          'start',
          ...cells.map(({ startMs }) => startMs),
          ...cells.slice(1).map((cell) => cell.startMs / few.startMs),
        ],
      ],
    ),
  );
  const many = cells.filter(({ size }) => size === 100_000);
  const aims = [
    ...many.flatMap((cell) =>
      bounded.map((name) => aim(`${name}, × at ${shown(cell.size)}`, ratioOf(cell, name), 'at most', 2)),
    ),
    ...cells.map(({ size, startMs }) => aim(`start with ${shown(size)}, ms`, startMs, 'at most', 2000)),
  ];
  process.stdout.write(`\n${aimsTable(aims)}`);
  if (aims.some(({ met }) => !met)) process.exitCode = 1;
} finally {
  for (const { sandbox } of cells) await sandbox.close();
  await rm(dir, { recursive: true, force: true });
}
