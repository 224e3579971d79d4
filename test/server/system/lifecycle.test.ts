import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onStopRequest, type ProcessLike } from '../../../server/system/lifecycle.ts';

/** A process whose parent ends. Resolves with the reasons for which it was asked to stop. */
async function reasonsAfterEndOfParent(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const reasons: string[] = [];
  const parent = { pid: 100 };
  const like = {
    env,
    get ppid() {
      return parent.pid;
    },
    on: () => like,
    exit: () => undefined,
    stderr: { write: () => true },
  } as unknown as ProcessLike;
  onStopRequest(like, (reason) => {
    reasons.push(reason);
    return Promise.resolve();
  });
  parent.pid = 1;
  await vi.advanceTimersByTimeAsync(5000);
  return reasons;
}

describe('O8: the end of the parent', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['start', 'node --enable-source-maps -- dist/server/main.js'],
    ['sandbox', 'node --enable-source-maps -- dist/server/cli.js sandbox'],
    ['start', 'npm run build && node dist/server/main.js 2>&1'],
    ['sandbox', 'rasa-signup sandbox'],
  ])('stops the product where npm runs it: npm run %s = %s', async (event, script) => {
    const env = { npm_lifecycle_event: event, npm_lifecycle_script: script };
    expect(await reasonsAfterEndOfParent(env)).toEqual(['the end of npm']);
  });

  it.each([
    ['deploy', 'nohup node dist/server/main.js &'],
    ['deploy', './deploy.sh'],
    ['start', 'nohup node dist/server/main.js >log 2>&1 &'],
    ['start', 'node dist/server/main.js & echo $! >pid'],
    ['start', 'setsid node dist/server/main.js'],
    ['start', './start.sh'],
    ['start', 'sh -c ./run-in-background'],
    ['start', 'pm2 start dist/server/main.js'],
    ['start', 'forever start dist/server/main.js'],
    ['start', 'daemonize /usr/bin/node /srv/dist/server/main.js'],
    ['sandbox', 'node launcher.cjs'],
    ['postinstall', 'node dist/server/main.js'],
    [undefined, undefined],
  ])('stops nothing else: npm run %s = %s', async (event, script) => {
    const env = { npm_lifecycle_event: event, npm_lifecycle_script: script };
    expect(await reasonsAfterEndOfParent(env)).toEqual([]);
  });
});
