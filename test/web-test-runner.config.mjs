import { writeFile } from 'node:fs/promises';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { findBrowser } from './helpers/browser/find-browser.ts';
import { stubProxy } from './helpers/sites/stub-proxy.ts';

// Runs under tsx (see test/run.ts), which is why a TypeScript helper can be imported here.
const browser = await findBrowser();
Object.assign(process.env, browser.env);

export default {
  files: 'test/widget/**/*.test.ts',
  rootDir: '.',
  nodeResolve: { exportConditions: ['production'] },
  middleware: [stubProxy()],
  concurrency: 2,
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: 'test/tsconfig.json' })],
  browsers: [
    chromeLauncher({
      launchOptions: { executablePath: browser.path, args: [...browser.args], headless: true },
    }),
  ],
  reporters: [defaultReporter(), countingReporter()],
  testFramework: { config: { timeout: 60_000 } },
};

/** Writes how many tests passed, failed and were skipped to `WTR_COUNTS`, for the closing line of `npm test`. */
function countingReporter() {
  return {
    async onTestRunFinished({ sessions }) {
      const suites = sessions.flatMap(({ testResults }) => testResults ?? []);
      const results = suites.flatMap(testsOf);
      const counts = {
        passed: results.filter(({ passed, skipped }) => passed && !skipped).length,
        failed: results.filter(({ passed, skipped }) => !passed && !skipped).length,
        skipped: results.filter(({ skipped }) => skipped).length,
      };
      if (process.env.WTR_COUNTS) await writeFile(process.env.WTR_COUNTS, JSON.stringify(counts));
    },
  };
}

function testsOf({ suites, tests }) {
  return [...tests, ...suites.flatMap(testsOf)];
}
