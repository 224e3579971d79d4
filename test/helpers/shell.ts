import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { temporaryDir } from './server/temporary-dir.ts';

export interface Shell {
  /**
   * Runs a script to its end; resolves with its standard output, rejects unless it exits with one of `codes`.
   */
  readonly run: (script: string, codes?: readonly number[]) => Promise<string>;
  /** Runs a script that goes on until the test is over; tells what it has printed so far. */
  readonly start: (script: string) => () => string;
}

/**
 * The shell of a reader of the documents, in the directory of the product. It is built already: `npm ci`,
 * `npm run build` and `npm prune` do nothing here, and `npm start` and `npm run sandbox` do not build again.
 */
export async function openShell(env: Readonly<Record<string, string>>): Promise<Shell> {
  const bin = join(await temporaryDir(), 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'npm'), await npmWithoutBuilding());
  await chmod(join(bin, 'npm'), 0o755);
  const spawnScript = (script: string) => {
    const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\n${script}`], {
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it has started ends with it.
      detached: true,
    });
    onTestFinished(() => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It has ended.
      }
    });
    return child;
  };

  return {
    async run(script, codes = [0]) {
      const child = spawnScript(script);
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      const code = await closed;
      if (code === null || !codes.includes(code)) {
        throw new Error(`It ended with ${String(code)}:\n${script}\n${stdout}\n${stderr}`);
      }
      return stdout;
    },
    start(script) {
      const child = spawnScript(script);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      return () => output;
    },
  };
}

async function npmWithoutBuilding(): Promise<string> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return `#!/bin/sh
case "$*" in
  'ci' | 'run build' | 'prune --omit=dev') ;;
  'start') exec ${scripts['start'] ?? ''} ;;
  'run sandbox') exec ${scripts['sandbox'] ?? ''} ;;
  *) echo "The documents call: npm $*" >&2; exit 1 ;;
esac
`;
}
