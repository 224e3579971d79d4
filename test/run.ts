import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './helpers/browser/find-browser.ts';

/**
 * `npm test`: runs all tests, on Node and in the browser, and ends with a line that counts both. A runner
 * that could not run counts as a failure. With `--soak` (`npm run test:soak`) the tests for rare faults run
 * much longer.
 */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const soak = process.argv.includes('--soak') ? { SOAK: '1' } : {};
const out = join(process.cwd(), 'node_modules/.cache/test');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

try {
  const { path, is } = await findBrowser();
  process.stdout.write(`Browser: ${is}, ${path}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

const results = [
  run(
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'],
    'vitest.json',
    readVitest,
  ),
  run(
    [
      '--import',
      'tsx',
      'node_modules/@web/test-runner/dist/bin.js',
      '--config',
      'test/web-test-runner.config.mjs',
    ],
    'wtr.json',
    (text) => JSON.parse(text) as Counts,
  ),
];

const sum = (name: keyof Counts) => results.reduce((total, counts) => total + counts[name], 0);
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
process.exit(sum('failed') > 0 ? 1 : 0);

/** In production mode, so that libraries are the builds that operators run. */
function run(args: readonly string[], file: string, read: (text: string) => Counts): Counts {
  const path = join(out, file);
  const { status } = spawnSync(
    process.execPath,
    file === 'vitest.json' ? [...args, `--outputFile.json=${path}`] : args,
    { stdio: 'inherit', env: { ...process.env, ...soak, NODE_ENV: 'production', WTR_COUNTS: path } },
  );
  const counts = readCounts(path, read);
  // A runner can fail without a failed test, for example if a file does not load or a handle stays open.
  return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function readCounts(path: string, read: (text: string) => Counts): Counts {
  try {
    return read(readFileSync(path, 'utf8'));
  } catch {
    // The runner ended before it wrote its counts. Its own output is on the screen.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function readVitest(text: string): Counts {
  const report = JSON.parse(text) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
    readonly numTodoTests: number;
  };
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
