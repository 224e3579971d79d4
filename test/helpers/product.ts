import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Env } from '../../server/config.ts';
import { openDoor } from './service.ts';
import { temporaryDir } from './temporary-dir.ts';

/** The built product in a process of its own, as `npm start` runs it, with an open door unless `env` says otherwise. */
export interface Product {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Everything it has printed so far, on either stream. */
  readonly output: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended, by itself too. */
  readonly exited: Promise<unknown>;
  /** Sends the signal and resolves with the exit code, or the name of the signal that killed it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
}

export async function startProduct(env: Env = {}, args: readonly string[] = []): Promise<Product> {
  const dataDir = env['DATA_DIR'] ?? (await temporaryDir());
  const child = spawn(process.execPath, ['dist/server/main.js', ...args], {
    env: { PATH: process.env['PATH'], PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, ...openDoor, ...env },
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

  const stop: Product['stop'] = async (signal = 'SIGTERM') => {
    child.kill(signal);
    const [code, killedBy] = await exited;
    return code ?? killedBy;
  };
  onTestFinished(async () => {
    await stop('SIGKILL');
  });
  return {
    url: await listening,
    pid: child.pid ?? 0,
    dataDir,
    exited,
    output: () => lines.join('\n'),
    signal: (signal) => child.kill(signal),
    stop,
  };
}
