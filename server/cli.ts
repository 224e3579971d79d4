#!/usr/bin/env node
import { Command } from 'commander';
import { builtDir } from './assets.ts';
import { readConfig } from './config.ts';
import { failToStart, onStopRequest } from './lifecycle.ts';
import { openSandbox } from './sandbox/sandbox.ts';

/** The `rasa-signup` command. */
const program = new Command('rasa-signup').description('Tools for whoever runs the sign-up proxy.');

program
  .command('sandbox')
  .description('run the stand-in for rasa.io alone (SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR)')
  .action(runSandbox);

await program.parseAsync().catch((error: unknown) => failToStart(process, error));

async function runSandbox(): Promise<void> {
  const { SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR } = process.env;
  // Whatever else is set is the proxy's business.
  const { upstream, dataDir } = readConfig({ SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR });
  if (upstream.is !== 'sandbox')
    throw new Error('unreachable: without credentials the upstream is the sandbox');
  const { host, port, apiKey } = upstream;
  const sandbox = await openSandbox({
    host,
    port,
    dataDir,
    builtDir,
    ...(apiKey && { apiKey: apiKey.reveal() }),
  });

  const { username, password } = sandbox.credentials;
  const key =
    sandbox.firstKey === 'made'
      ? `${sandbox.credentials.apiKey ?? ''} (shown once)`
      : `as before; another one: ${sandbox.url}/settings/api-keys`;
  process.stdout.write(
    `\nThe sandbox stands in for rasa.io at ${sandbox.url}\n\n` +
      `  RASA_BASE_URL   ${sandbox.url}\n  RASA_USERNAME   ${username}\n  RASA_PASSWORD   ${password}\n  RASA_API_KEY    ${key}\n\n`,
  );
  onStopRequest(process, () => sandbox.close());
}
