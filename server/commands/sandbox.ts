import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig, type Env } from '../config/config.ts';
import { builtDir } from '../http/static-files.ts';
import { openSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { onStopRequest, type ProcessLike } from '../system/lifecycle.ts';
import { toJson, type TextStream } from './terminal.ts';

export interface SandboxCommandOptions {
  readonly json?: boolean | undefined;
  readonly process: ProcessLike & { readonly stdout: TextStream };
}

/** `rasa-signup sandbox`: runs the sandbox until it is stopped, and prints the settings that lead to it. */
export async function runSandbox(env: Env, { json, process }: SandboxCommandOptions): Promise<void> {
  // Only these variables are read; the others concern the proxy.
  const names = ['SANDBOX_HOST', 'SANDBOX_PORT', 'SANDBOX_API_KEY', 'SANDBOX_API_KEY_FILE', 'DATA_DIR'];
  const { accounts, dataDir } = readConfig(Object.fromEntries(names.map((name) => [name, env[name]])));
  const [{ upstream }] = accounts;
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
  // Registered before the first output: the user may press Ctrl-C at once.
  onStopRequest(process, () => sandbox.close());
  const isGiven = sandbox.firstKey === 'given';
  const variables = {
    RASA_BASE_URL: sandbox.url,
    RASA_USERNAME: sandbox.credentials.username,
    RASA_PASSWORD: sandbox.credentials.password,
    ...keyOf(sandbox, isGiven ? env['SANDBOX_API_KEY_FILE'] : join(dataDir, 'sandbox', 'api-key')),
  };
  const where = isGiven ? 'the one in SANDBOX_API_KEY' : `make a key at ${sandbox.url}/settings/api-keys`;
  process.stdout.write(
    json ? `${toJson({ url: sandbox.url, ...variables })}\n` : textOf(sandbox.url, variables, where),
  );
}

/** Only a key that was just made is shown; one of an earlier start, or of the operator, is in a file. */
function keyOf(
  { firstKey, credentials: { apiKey } }: Sandbox,
  file: string | undefined,
): Record<string, string> {
  if (firstKey === 'made') return { RASA_API_KEY: apiKey ?? '' };
  return file !== undefined && existsSync(file) ? { RASA_API_KEY_FILE: resolve(file) } : {};
}

function textOf(url: string, variables: Readonly<Record<string, string>>, where: string): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const hasKey = 'RASA_API_KEY' in variables || 'RASA_API_KEY_FILE' in variables;
  return (
    `\nThe sandbox stands in for rasa.io at ${url}\n` +
    `To have a proxy use it, paste these lines into its shell, and set ALLOWED_ORIGINS there:\n\n` +
    `${[...lines, ...(hasKey ? [] : [`# RASA_API_KEY: ${where}`])].join('\n')}\n\n`
  );
}

/** For a POSIX shell. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
