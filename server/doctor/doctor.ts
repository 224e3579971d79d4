import { ConfigError, withEnvFile, type Env } from '../config/env.ts';
import { realFiles } from '../system/files.ts';
import { checkAllowedOrigins } from './allowed-origins.ts';
import { checkConfiguration, readSetup } from './configuration.ts';
import { checkCredentials } from './credentials.ts';
import { checkDataDir } from './data-dir.ts';
import { fault, type Finding } from './finding.ts';
import { checkPage } from './page/page.ts';
import { checkPublicUrl } from './public-url.ts';
import { checkRasaIo } from './rasa-io.ts';
import { checkSecretFiles } from './secret-files.ts';
import { checkStore } from './store.ts';
import { createWeb, withoutUser } from './web.ts';

export type { Finding } from './finding.ts';

/**
 * `rasa-signup doctor`: looks at everything that sign-ups depend on, whatever state it is in, and says what to do. It
 * changes nothing, signs nobody up, and runs beside the proxy.
 */
export interface Check {
  /** What was looked at. */
  readonly about: string;
  /** Never rejects. */
  readonly findings: Promise<readonly Finding[]>;
}

export interface DoctorOptions {
  readonly env: Env;
  /** The path behind `--env-file`, of a file with secrets. */
  readonly envFile?: string | undefined;
  /** Addresses of pages with the form. */
  readonly pages: readonly string[];
  /** Of the proxy, as visitors reach it. */
  readonly publicUrl?: string | undefined;
  /** Where the build lies that pages are compared with. */
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'getuid'>;
  readonly fetch?: typeof fetch | undefined;
  readonly now?: (() => number) | undefined;
}

/** All of them run at the same time; they are listed in the order in which they are to be read. */
export function startChecks(options: DoctorOptions): readonly Check[] {
  const { envFile, pages, publicUrl, builtDir, process, fetch, now = Date.now } = options;
  const { env, unread } = readEnv(options);
  const setup = readSetup(env);
  const { dataDir, secretFiles, allowLocalhost, formOrigins } = setup;
  const web = createWeb({ fetch, now });
  const stop = new AbortController().signal;
  const allowedOrigins = allowLocalhost ? undefined : setup.allowedOrigins;
  const checks: readonly (readonly [string, () => Promise<readonly Finding[]> | readonly Finding[]])[] = [
    ['Configuration', () => [...unread, ...checkConfiguration(env, setup)]],
    ['Credentials', () => checkCredentials(setup, stop, fetch)],
    [
      'Files with secrets',
      () =>
        checkSecretFiles(envFile === undefined ? secretFiles : [envFile, ...secretFiles], dataDir, {
          files: realFiles,
          nowMs: now(),
        }),
    ],
    ['rasa.io', () => checkRasaIo(setup, web)],
    [`Data directory ${dataDir}`, () => checkDataDir(setup, { files: realFiles, process })],
    ['Database', () => checkStore(setup, realFiles)],
    ['Allowed origins', () => checkAllowedOrigins(setup, web)],
    ['The proxy from outside', () => checkPublicUrl(publicUrl, setup, { web, builtDir })],
    ...pages.map(
      (page) =>
        [
          `Page ${withoutUser(page).href}`,
          () => checkPage(page, { web, allowedOrigins, formOrigins, publicUrl, builtDir }),
        ] as const,
    ),
  ];
  return checks.map(([about, check]) => ({ about, findings: run(check) }));
}

function readEnv({ env, envFile }: DoctorOptions): {
  readonly env: Env;
  readonly unread: readonly Finding[];
} {
  try {
    return { env: withEnvFile(env, envFile), unread: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { env, unread: error.faults.map((words) => fault(words)) };
  }
}

/** The doctor's own failure must not hide what the other checks have found. */
async function run(
  check: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fault(`This could not be looked at: ${String(error)}.`)];
  }
}
