import { envFileWarnings, withEnvFile } from '../config/env-file.ts';
import { ConfigError, type Env } from '../config/env.ts';
import type { Database } from '../store/database.ts';
import { realFiles } from '../system/files.ts';
import { createOutgoing } from '../system/network/outgoing.ts';
import { checkAllowedOrigins } from './allowed-origins.ts';
import { checkConfiguration, readSetup, type Setup } from './configuration.ts';
import { checkCredentials } from './credentials.ts';
import { checkDataDir } from './data-dir.ts';
import { fault, warning, type Finding } from './finding.ts';
import { checkPastedSecrets } from './pasted-secrets.ts';
import { checkPage } from './page/page.ts';
import { checkMail } from './mail/mail.ts';
import { openNames } from './mail/names.ts';
import { checkPublicUrl } from './outside/public-url.ts';
import { checkRasaIo } from './rasa-io.ts';
import { checkSecretFiles } from './secret-files.ts';
import { checkStore, openUsable } from './store.ts';
import { checkSurvival } from './survival.ts';
import { checkAlerts } from './told/alerts.ts';
import { checkWebhooks } from './told/webhooks.ts';
import { createWeb, withoutUser } from './web.ts';

export type { Finding } from './finding.ts';

/**
 * `rasa-signup doctor` checks everything that sign-ups depend on, whatever state it is in, and gives
 * remedies. It changes nothing, sends no sign-up and, unless it is asked to, no mail, and can run while the
 * proxy runs.
 */
export interface Check {
  /** What was checked. */
  readonly about: string;
  /** Never rejects. */
  readonly findings: Promise<readonly Finding[]>;
}

export interface DoctorOptions {
  readonly env: Env;
  /** The path given as `--env-file`, of a file that may contain secrets. */
  readonly envFile?: string | undefined;
  /** URLs of pages with the form. */
  readonly pages: readonly string[];
  /** The proxy's public URL, as visitors reach it; `PUBLIC_URL` by default. */
  readonly publicUrl?: string | undefined;
  /** Name servers to ask in place of the machine's, such as `127.0.0.1:5353`. */
  readonly nameServers?: readonly string[] | undefined;
  /** An address that gets a mail. */
  readonly mailTo?: string | undefined;
  /** Directory of the build that pages are compared with. */
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'getuid'>;
  readonly fetch?: typeof fetch | undefined;
  readonly now?: (() => number) | undefined;
}

/** Starts all checks at the same time. The list is in reading order. */
export function startChecks(options: DoctorOptions): readonly Check[] {
  const { envFile, pages, builtDir, process, fetch, now = Date.now } = options;
  const { env, unread } = readEnv(options);
  const setup = readSetup(env);
  const { publicUrl = setup.publicUrl } = options;
  const { dataDir, secretFiles, allowLocalhost, formOrigins } = setup;
  const outgoing = createOutgoing(setup.proxies);
  const web = createWeb({ outgoing, fetch, now });
  const stop = new AbortController().signal;
  const allowedOrigins = allowLocalhost ? undefined : setup.allowedOrigins;
  const checks: readonly (readonly [string, () => Promise<readonly Finding[]> | readonly Finding[]])[] = [
    ['Configuration', () => [...unread, ...checkConfiguration(env, setup), ...checkPastedSecrets(env)]],
    [
      'Credentials',
      () => withDatabase(setup, (database) => checkCredentials(setup, stop, { database, outgoing, fetch })),
    ],
    [
      'Files with secrets',
      () =>
        checkSecretFiles(envFile === undefined ? secretFiles : [envFile, ...secretFiles], dataDir, {
          files: realFiles,
          nowMs: now(),
        }),
    ],
    ['rasa.io', () => checkRasaIo(setup, web, outgoing)],
    [`Data directory ${dataDir}`, () => checkDataDir(setup, { files: realFiles, process })],
    ['Database', () => checkStore(setup, realFiles)],
    [
      'Delivered sign-ups',
      () => withDatabase(setup, (database) => checkSurvival(setup.accounts, database, now())),
    ],
    ['Alerts', () => withDatabase(setup, (database) => checkAlerts(setup, database))],
    ['Mail', () => checkMail(setup.mail, { names: openNames(options.nameServers), to: options.mailTo })],
    ['Webhooks', () => withDatabase(setup, (database) => checkWebhooks(database))],
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

/** Each check opens it on its own: one that hangs must not hold up the others. */
async function withDatabase<T>(
  setup: Setup,
  look: (database: Database | undefined) => Promise<T>,
): Promise<T> {
  const database = await openUsable(setup, realFiles);
  try {
    return await look(database);
  } finally {
    await database?.close();
  }
}

function readEnv({ env, envFile }: DoctorOptions): {
  readonly env: Env;
  readonly unread: readonly Finding[];
} {
  try {
    const warnings = envFile === undefined ? [] : envFileWarnings(envFile);
    return { env: withEnvFile(env, envFile), unread: warnings.map((words) => warning(words)) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { env, unread: error.faults.map((words) => fault(words)) };
  }
}

/** A failure of one check must not hide the findings of the others. */
async function run(
  check: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fault(`This could not be looked at: ${String(error)}.`)];
  }
}
