import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { findBrowser } from './helpers/find-browser.ts';

// Runs under tsx (see test/run.ts), which is why a TypeScript helper can be imported here.
const browser = await findBrowser();
Object.assign(process.env, browser.env);

export default {
  files: 'test/widget/**/*.test.ts',
  rootDir: '.',
  nodeResolve: true,
  concurrency: 2,
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: 'test/tsconfig.json' })],
  browsers: [
    chromeLauncher({
      launchOptions: { executablePath: browser.path, args: [...browser.args], headless: true },
    }),
  ],
  testFramework: { config: { timeout: 10_000 } },
};
