import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Env } from '../../server/config.ts';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const cliPath = 'dist/server/cli.js';

/** The built command in a process of its own, its output in pipes; `input` is what it can read, by default nothing. */
export async function runCli(args: readonly string[], env: Env, input = ''): Promise<CliRun> {
  const child = spawn(process.execPath, [cliPath, ...args], { env: onlyThese(env) });
  // A command that ends without reading does not hear the rest.
  child.stdin.on('error', () => undefined).end(input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

const script = spawnSync('script', ['--version'], { encoding: 'utf8' });
/** Whether `script` of util-linux is here, which gives a command a real terminal; others have no `-c`. */
export const hasTerminal = script.status === 0 && script.stdout.includes('util-linux');

/** The built command on a real terminal, where somebody types `answers[question]` once the question stands there. */
export async function runCliOnTerminal(
  args: readonly string[],
  env: Env,
  answers: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const command = [process.execPath, cliPath, ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: onlyThese(env) });
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
