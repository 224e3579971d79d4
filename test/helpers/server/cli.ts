import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Env } from '../../../server/config/config.ts';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const cliPath = 'dist/server/cli.js';

/**
 * Runs the built command in a separate process with piped output. `input` is its standard input, empty by
 * default.
 */
export async function runCli(args: readonly string[], env: Env, input = ''): Promise<CliRun> {
  const child = spawn(process.execPath, ['--', cliPath, ...args], { env: onlyThese(env) });
  // A command that ends without reading closes its standard input early.
  child.stdin.on('error', () => undefined).end(input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

export interface RunningCli {
  readonly pid: number;
  readonly output: () => string;
  /** With SIGTERM by default; one that has ended by itself is ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a built command that runs until it is stopped. */
export function startCli(args: readonly string[], env: Env): RunningCli {
  const child = spawn(process.execPath, ['--', cliPath, ...args], { env: onlyThese(env) });
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await closed;
    },
  };
}

/**
 * Making a terminal needs a native module; instead, `script` of util-linux makes one (other versions have no
 * `-c`), or Python.
 */
const terminals: readonly {
  readonly test: readonly string[];
  readonly says: string;
  readonly run: (command: readonly string[]) => readonly string[];
}[] = [
  {
    test: ['script', '--version'],
    says: 'util-linux',
    // `exec`, so that no shell receives Ctrl-C and turns it into an exit code.
    run: (command) => ['script', '-qec', `exec ${command.map((part) => `'${part}'`).join(' ')}`, '/dev/null'],
  },
  {
    test: ['python3', '-c', 'import os, pty; print(os.waitstatus_to_exitcode(0))'],
    says: '0',
    run: (command) => [
      'python3',
      '-c',
      'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))',
      ...command,
    ],
  },
];

const terminal = terminals.find(({ test: [program = '', ...args], says }) => {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 && stdout.includes(says);
});

export const hasTerminal = terminal !== undefined;
if (!hasTerminal) {
  process.stderr.write(
    'No terminal for the tests: neither script of util-linux nor Python 3.9. They are skipped.\n',
  );
}

/** Runs the built command on a real terminal, and types `answers[question]` when the question appears. */
export async function runCliOnTerminal(
  args: readonly string[],
  env: Env,
  answers: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const [program = '', ...rest] = terminal?.run([process.execPath, '--', cliPath, ...args]) ?? [];
  const child = spawn(program, rest, { env: onlyThese(env) });
  let screen = '';
  const open = new Map(Object.entries(answers));
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    for (const [question, answer] of open) {
      if (screen.includes(question) && open.delete(question)) child.stdin.write(answer);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, screen: screen.replaceAll('\r\n', '\n') };
}

function onlyThese(env: Env): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm', ...env };
}
