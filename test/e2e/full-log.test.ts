import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../helpers/server/free-port.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

// /dev/full answers every write as a full disk does (ENOSPC).
it.runIf(existsSync('/dev/full'))(
  'O5: with its log on a full disk the product goes on, says so in /healthz, and stops when asked',
  async () => {
    const port = await freePort();
    const full = openSync('/dev/full', 'w');
    const env = {
      PATH: process.env['PATH'],
      PORT: String(port),
      SANDBOX_PORT: '0',
      DATA_DIR: await temporaryDir(),
    };
    const child = spawn(process.execPath, ['dist/server/main.js'], { env, stdio: ['ignore', full, full] });
    closeSync(full);
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitFor(
      async () => {
        const health: unknown = await (await fetch(`http://localhost:${port}/healthz`)).json();
        expect(health).toMatchObject({ status: 'degraded', reasons: ['log'] });
      },
      { timeout: 30_000, interval: 200 },
    );
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  },
  60_000,
);
