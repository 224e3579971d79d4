import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { commandLine } from '../../../server/commands/groups/command-line.ts';
import type { Env } from '../../../server/config/config.ts';
import { failToStart } from '../../../server/system/lifecycle.ts';
import type { CliRun } from './cli.ts';

/**
 * Runs a command as `runCli` does, but in this process: one for each takes a second. What only a process has,
 * such as its terminal, its pipes, its signals and how it starts and ends, is not tested by it.
 */
export async function runCommand(args: readonly string[], env: Env, input = ''): Promise<CliRun> {
  let [stdout, stderr] = ['', ''];
  const writing = (write: (text: string) => void) => ({
    isTTY: false,
    write(text: string, taken?: () => void) {
      write(text);
      taken?.();
      return true;
    },
  });
  const fake = {
    env,
    exitCode: 0,
    on: () => undefined,
    once: () => undefined,
    exit: (code: number) => (fake.exitCode = code),
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout: writing((text) => (stdout += text)),
    stderr: writing((text) => (stderr += text)),
  };
  const process = fake as unknown as NodeJS.Process;
  const program = new Command().exitOverride().configureOutput({
    writeOut: (text) => fake.stdout.write(text),
    writeErr: (text) => fake.stderr.write(text),
  });
  try {
    await commandLine(process, program).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) fake.exitCode = error.exitCode;
    else failToStart(process, error);
  } finally {
    for (const flag of usualHeap) setFlagsFromString(flag);
  }
  return { code: fake.exitCode, stdout, stderr };
}

/** What a command that keeps its heap small has changed, and the tests after it must not have. */
const usualHeap = [
  '--semi-space-growth-factor=2',
  '--heap-growing-percent=0',
  '--wasm-tier-up',
  '--wasm-dynamic-tiering',
];
