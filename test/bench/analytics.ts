import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { aim, aimsTable, table } from './report.ts';

/**
 * `npm run bench:analytics`: what an export costs, in time next to a plain loop over the same pages, and in
 * memory next to an export of a tenth. The pages come from this process, and are made up while they are
 * sent. Memory is what each process has had at most (VmHWM, which Node calls maxRSS).
 */
const actions = 1_000_000;
const members = 100_000;
const pageSize = 1000;

interface Upstream {
  actions: number;
  members: number;
}

const upstream: Upstream = { actions, members };

function action(index: number): object {
  const data = {
    id: index + 1,
    person_id: `p${index % upstream.members}`,
    external_id: `m-${index % upstream.members}`,
    email: `p${index % upstream.members}@personal.example`,
    type: index % 5 === 0 ? 'click' : 'open',
    created: new Date(Date.UTC(2026, 9, 1) + (index * 31 * 86_400_000) / upstream.actions).toISOString(),
  };
  return { data, links: {} };
}

function person(index: number): object {
  const data = {
    id: `p${index}`,
    external_id: `m-${index}`,
    email: `p${index}@personal.example`,
    is_subscribed: true,
  };
  return { data, links: {} };
}

const server = createServer((request, response) => {
  request.resume();
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const answer = (results: readonly object[], status = 200, more: object = {}) => {
    const metadata = { errors: '', next_link: null, record_count: results.length, ...more };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: status, status_code: status, metadata, results }));
  };
  if (pathname.startsWith('/v1/tokens')) {
    if (request.method === 'DELETE') response.writeHead(204).end();
    else answer([{ 'rasa-token': 'token' }], 201);
    return;
  }
  const skip = Number(searchParams.get('skip') ?? 0);
  const page = (total: number, make: (index: number) => object) =>
    Array.from({ length: Math.max(0, Math.min(pageSize, total - skip)) }, (_, index) => make(skip + index));
  if (pathname === '/v1/insights/actions') answer(page(upstream.actions, action));
  else if (pathname === '/v1/persons') answer(page(upstream.members, person));
  else answer([]);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const dir = await mkdtemp(join(tmpdir(), 'bench-analytics-'));

/** The same pages, read one after the other and written as CSV without any care. */
const plainLoop = `
  for (let skip = 0; ; ) {
    const answer = await fetch('${url}/v1/insights/actions?limit=${pageSize}&skip=' + skip);
    const { results } = await answer.json();
    if (results.length === 0) break;
    skip += results.length;
    const lines = results.map(({ data }) => [data.id, data.person_id, data.external_id, data.type, data.created].join(','));
    process.stdout.write(lines.join('\\r\\n') + '\\r\\n');
  }
`;
await writeFile(join(dir, 'plain.mjs'), plainLoop);
const atExit = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stderr.write('maxRSS ' + process.resourceUsage().maxRSS + '\\n'))`,
)}`;

interface Run {
  readonly seconds: number;
  readonly peakMb: number;
}

async function run(args: readonly string[]): Promise<Run> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', atExit, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      RASA_BASE_URL: url,
      RASA_USERNAME: 'bench',
      RASA_PASSWORD: 'bench',
      RASA_API_KEY: 'bench',
      RASA_MIN_INTERVAL_MS: '0',
      DATA_DIR: dir,
    },
  });
  const words = text(child.stderr);
  const [code] = (await once(child, 'close')) as [number];
  const [, kilobytes] = /maxRSS (\d+)/.exec(await words) ?? [];
  if (code !== 0 || kilobytes === undefined) throw new Error(await words);
  return { seconds: (performance.now() - began) / 1000, peakMb: Number(kilobytes) / 1024 };
}

async function runAt(size: Upstream, args: readonly string[]): Promise<Run> {
  Object.assign(upstream, size);
  return run(args);
}

const cli = (...args: readonly string[]) => [
  'dist/server/cli.js',
  'analytics',
  ...args,
  ...['--to', '2026-10-31', '--page-size', String(pageSize), '--format', 'csv'],
];
const month = ['--from', '2026-10-01'];
const few = { actions: actions / 10, members: members / 10 };
const many = { actions, members };
const plain = await runAt(many, [join(dir, 'plain.mjs')]);
const fewActions = await runAt(few, cli('actions', ...month));
const manyActions = await runAt(many, cli('actions', ...month));
const fewMembers = await runAt(few, cli('members'));
const manyMembers = await runAt(many, cli('members'));
const chart = await runAt(many, [
  'dist/server/cli.js',
  ...['analytics', 'actions', ...month, '--to', '2026-10-31', '--svg'],
]);

const rowOf = (name: string, { seconds, peakMb }: Run) => [name, seconds, peakMb];
process.stdout.write(
  `${table(
    ['export', 'seconds', 'peak MB'],
    [
      rowOf(`plain loop over ${actions} actions`, plain),
      rowOf(`actions, ${few.actions}`, fewActions),
      rowOf(`actions, ${actions}`, manyActions),
      rowOf(`actions, ${actions}, as a chart`, chart),
      rowOf(`members, ${few.members} with ${few.actions} actions`, fewMembers),
      rowOf(`members, ${members} with ${actions} actions`, manyMembers),
    ],
  )}\n`,
);
process.stdout.write(
  aimsTable([
    aim('actions: peak MB beyond a tenth of them', manyActions.peakMb - fewActions.peakMb, 'at most', 20),
    aim('members: peak MB beyond a tenth of them', manyMembers.peakMb - fewMembers.peakMb, 'at most', 30),
    aim('actions: time of a plain loop', manyActions.seconds / plain.seconds, 'at most', 5),
  ]),
);
server.close();
await rm(dir, { recursive: true });
