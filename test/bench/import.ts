import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Env } from '../../server/config/config.ts';
import { openSandbox, type Sandbox } from '../../server/sandbox/sandbox.ts';
import { launchProduct } from '../helpers/server/launch.ts';
import { aim, aimsTable, table } from './report.ts';

/**
 * `npm run bench:import [-- --quick]`: how long a file takes until all of it is at rasa.io (the sandbox, with
 * its default pace of a call in 200 ms), beside a plain loop of one row a call at the same pace and against
 * the floor, 25 rows in 200 ms; and how much memory reading a million rows takes.
 */
const quick = process.argv.includes('--quick');
const rows = quick ? 2000 : 10_000;
const read = quick ? 100_000 : 1_000_000;
const paceMs = 200;
const [perCall, looped] = [25, 50];

const dir = await mkdtemp(join(tmpdir(), 'bench-import-'));
const sandbox = await openSandbox({ port: 0, builtDir: 'dist/widget', dataDir: join(dir, 'sandbox') });
try {
  await run();
} finally {
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const { username, password, apiKey } = sandbox.credentials;
  const env: Env = {
    DATA_DIR: join(dir, 'proxy'),
    RASA_BASE_URL: sandbox.url,
    RASA_USERNAME: username,
    RASA_PASSWORD: password,
    RASA_API_KEY: apiKey ?? '',
    ALLOWED_ORIGINS: 'https://www.example.com',
    CONTACTS_REFRESH: 'off',
  };
  const product = await launchProduct(join(dir, 'proxy'), env);
  try {
    const file = await makeFile(rows);
    const imported = await runImport(env, [file, '--yes', '--json']);
    const floorMs = Math.ceil(rows / perCall) * paceMs;
    const loopMs = (await loop(sandbox)) * (rows / looped);
    const reading = await runImport(env, [await makeFile(read), '--plan', '--json']);
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    process.stdout.write(
      `\n${table(
        ['', 'seconds', 'of the floor'],
        [
          [`floor: ${perCall} of ${rows} rows in ${paceMs} ms`, seconds(floorMs), '1.00'],
          ['contacts import, until delivered', seconds(imported.ms), (imported.ms / floorMs).toFixed(2)],
          [`one row a call (${looped} made)`, seconds(loopMs), (loopMs / floorMs).toFixed(1)],
        ],
      )}\nMemory while ${read} rows are read: ${reading.peakMb} MB, in ${seconds(reading.ms)} s.\n\n`,
    );
    process.stdout.write(
      aimsTable([
        aim('import: time of the floor', imported.ms / floorMs, 'at most', 1.05),
        aim(`MB while ${read} rows are read`, reading.peakMb, 'at most', 150),
      ]),
    );
  } finally {
    await product.stop();
  }
}

async function makeFile(count: number): Promise<string> {
  const path = join(dir, `${count}.csv`);
  const file = createWriteStream(path);
  file.write('email,first_name,last_name\n');
  for (let row = 0; row < count; row++) {
    if (!file.write(`person-${row}@example.com,Name ${row},Last ${row}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return path;
}

/** Runs the built command. The kernel keeps the highest resident memory of a process. */
async function runImport(env: Env, args: readonly string[]) {
  const began = performance.now();
  const child = spawn(process.execPath, ['--', 'dist/server/cli.js', 'contacts', 'import', ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMb = 0;
  const look = setInterval(() => {
    void readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').then(
      // A process that has just ended still has a status, without this line.
      (status) => (peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)),
      () => undefined,
    );
  }, 200);
  const [, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  clearInterval(look);
  if (code !== 0) throw new Error(`The import ended with ${code ?? 'a signal'}: ${stderr}`);
  return { ms: performance.now() - began, peakMb: Math.round(peakMb) };
}

/** What a program does that knows no batches: one row a call, a call in 200 ms. In ms. */
async function loop({ url, credentials }: Sandbox): Promise<number> {
  const { username, password, apiKey } = credentials;
  const minted = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key: apiKey }),
  });
  const token = /"rasa-token":\s*"([^"]+)"/.exec(await minted.text())?.[1] ?? '';
  const began = performance.now();
  for (let row = 0; row < looped; row++) {
    const nextMs = performance.now() + paceMs;
    const answer = await fetch(`${url}/v1/persons`, {
      method: 'POST',
      headers: { 'rasa-token': token, 'content-type': 'application/json' },
      body: JSON.stringify([{ email: `looped-${row}@example.com` }]),
    });
    await answer.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextMs - performance.now())));
  }
  return performance.now() - began;
}
