import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Env } from '../../../server/config/config.ts';

/** The built product in a separate process, started like `npm start`. */
export interface Product {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** All output so far, of both streams. */
  readonly output: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when the process has ended for any reason. */
  readonly exited: Promise<unknown>;
  /** Sends the signal and resolves with the exit code, or with the name of the signal that killed it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
}

/** Starts the product on free ports with otherwise default settings. It runs until it is stopped. */
export async function launchProduct(
  dataDir: string,
  env: Env,
  args: readonly string[] = [],
): Promise<Product> {
  const child = spawn(process.execPath, ['--', 'dist/server/main.js', ...args], {
    env: { PATH: process.env['PATH'], PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: string[] = [];
  const listening = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (!line.includes('"msg":"Listening."')) return;
      resolve((JSON.parse(line) as { url: string }).url);
    });
    createInterface(child.stderr).on('line', (line) => lines.push(line));
    void exited.then(() => {
      reject(new Error(`It did not start:\n${lines.join('\n')}`));
    });
  });

  return {
    url: await listening,
    pid: child.pid ?? 0,
    dataDir,
    exited,
    output: () => lines.join('\n'),
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code, killedBy] = await exited;
      return code ?? killedBy;
    },
  };
}
