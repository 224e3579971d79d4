import { Command } from 'commander';
import { ConfigError, readConfig, type Config, type Env } from './config/config.ts';
import { envFileWarnings, withEnvFile } from './config/env-file.ts';
import { misspeltHints } from './config/spelling.ts';
import { warnOfReadable } from './config/secret-files.ts';
import { builtDir } from './http/static-files.ts';
import { openService, type Service } from './service.ts';
import { reportStart } from './start-report.ts';
import { failToStart, onStopRequest } from './system/lifecycle.ts';
import { createLog, openLogOutput } from './system/log.ts';
import { readVersion } from './system/product.ts';

/**
 * `npm start`: reads the environment, runs the product until it is asked to stop, and logs what it does. It
 * can also be loaded with `require`, as application servers do: nothing is awaited while it loads.
 */
const program = new Command('rasa-signup proxy')
  .description(
    'Runs the sign-up proxy until it is stopped. Its settings are variables: docs/configuration.md.',
  )
  .usage('[options]')
  .version(readVersion(), '-V, --version', 'print the version')
  .option('--env-file <path>', 'also read variables from this file; the environment takes precedence')
  .helpOption('-h, --help', 'print this help')
  .showHelpAfterError('(Use --help for details.)')
  .configureOutput({
    outputError: (text, write) => {
      write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase()));
    },
  })
  .parse();
start(program.opts<{ envFile?: string }>()).catch((error: unknown) => failToStart(process, error));

async function start({ envFile }: { readonly envFile?: string }): Promise<void> {
  const readEnv = () => withEnvFile(process.env, envFile);
  const warnings = [...misspeltHints(readEnv()), ...(envFile === undefined ? [] : envFileWarnings(envFile))];
  const config = readConfigOrExplain(readEnv(), warnings);
  const logOutput = openLogOutput(process);
  const log = createLog(config.logLevel, logOutput);
  for (const words of warnings) log.warn(words);
  const service = await openService({
    config,
    readEnv,
    log,
    isLogFailing: () => logOutput.isFailing,
    builtDir,
    process,
  });
  // Registered before the first output: a program that reads it may send a signal at once.
  process.on('SIGHUP', () => {
    service.reload();
  });
  onStopRequest(process, async (reason) => {
    log.info({ reason }, 'Stopping after open requests are answered. Send the signal again to stop at once.');
    await service.close();
    log.info('Stopped.');
  });

  if (!config.production) process.stdout.write(welcome(service, config));
  if (service.sandbox) log.warn({ sandbox: service.sandbox.url }, 'Sandbox: sign-ups do not reach rasa.io.');
  log.info(
    { url: service.url, host: config.host ?? 'every interface', publicUrl: config.publicUrl },
    'Listening.',
  );
  if (service.builderLink !== undefined) {
    log.info(
      { link: service.builderLink },
      'Open the builder with this link. It also works at your own address.',
    );
  }
  if (envFile !== undefined) void warnOfReadable([envFile], log);
  if (config.production) await reportStart({ ...service, config, log });
}

/** What was read differently from how it looks may be why something is missing. */
function readConfigOrExplain(env: Env, warnings: readonly string[]): Config {
  try {
    return readConfig(env);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.faults, warnings) : error;
  }
}

function welcome(service: Service, { builder, forms }: Config): string {
  const { sandbox } = service;
  // Without the builder there is no page at `/`.
  const ownPage = `${service.url}/forms/${forms.specs[0]?.id ?? ''}`;
  const url = builder === 'off' ? ownPage : (service.builderLink ?? service.url);
  const lines = sandbox
    ? [
        'No rasa.io credentials are set, so a sandbox stands in for rasa.io: sign-ups stay on this machine.',
        '',
        `  Your form          ${url}`,
        `  Sandbox contacts   ${sandbox.url}`,
        ...(sandbox.firstKey === 'made'
          ? [`  Sandbox API key    ${sandbox.credentials.apiKey ?? ''} (shown once)`]
          : []),
        '',
        'To send sign-ups to rasa.io, set RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY and ALLOWED_ORIGINS.',
      ]
    : ['Sign-ups go to rasa.io.', '', `  Your form   ${url}`];
  return `\n${lines.join('\n')}\n\n`;
}
