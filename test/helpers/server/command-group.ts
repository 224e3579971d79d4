import { Command, CommanderError } from 'commander';
import type { Env } from '../../../server/config/config.ts';
import type { Cli } from '../../../server/commands/groups/cli.ts';
import type { CliRun } from './cli.ts';

/**
 * Runs commands of one group as `runCli` does, but in this process: a process for each takes half a second.
 * What only a process has, such as its terminal, its pipes and how it starts, is not tested by it.
 */
export async function runGroup(
  declare: (cli: Cli) => void,
  args: readonly string[],
  env: Env,
): Promise<CliRun> {
  let [stdout, stderr] = ['', ''];
  const writing = (write: (text: string) => void) => ({
    isTTY: false,
    write(text: string, taken?: () => void) {
      write(text);
      taken?.();
      return true;
    },
  });
  const process = {
    env,
    exitCode: 0,
    once: () => undefined,
    stdin: { isTTY: false },
    stdout: writing((text) => (stdout += text)),
    stderr: writing((text) => (stderr += text)),
  };
  const program = new Command('rasa-signup').exitOverride().configureOutput({
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
  declare({ program, process: process as unknown as NodeJS.Process });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
  return { code: process.exitCode, stdout, stderr };
}
