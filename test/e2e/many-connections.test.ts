import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Product } from '../helpers/server/launch.ts';
import { startProduct } from '../helpers/server/product.ts';
import { guardedIntake } from '../helpers/server/service.ts';
import { signUp } from '../helpers/sites/visitor.ts';

const size = process.env['SOAK'] ? 10_000 : 2000;

it(`${size} open connections do not prevent sign-ups, and their memory is freed`, async ({ skip }) => {
  const reason = whyNot();
  if (reason !== undefined) skip(reason);
  // Behind a proxy, so that idle connections stay open for the whole test.
  const product = await startProduct({
    ...guardedIntake,
    PLAIN_LEAST_AGE: 'off',
    TRUST_PROXY: '1',
    NODE_OPTIONS: collectsOnSignal,
  });
  const alone = usageOf(product);

  const peaks: number[] = [];
  let leftMb = Infinity;
  for (const [round, name] of ['first', 'second'].entries()) {
    const crowd = await gather(product.url);
    const { files, rssMb } = usageOf(product);
    expect(files).toBeGreaterThan(alone.files + size * 0.9);
    peaks.push(rssMb);

    const started = performance.now();
    const answer = await signUp(product.url, 'urlencoded', { email: `${name}@example.com` });
    const tookMs = performance.now() - started;
    expect(answer.status).toBe(202);
    // Includes the proof of work, and allows for other tests that run at the same time.
    expect(tookMs).toBeLessThan(20_000);

    for (const socket of crowd) socket.destroy();
    await vi.waitFor(
      () => {
        expect(usageOf(product).files).toBeLessThan(alone.files + 50);
        process.kill(product.pid, 'SIGUSR2');
        // The allocator keeps about 10 kB for each connection. The next crowd reuses it and takes no more.
        expect(usageOf(product).rssMb).toBeLessThan(Math.min(alone.rssMb + 60 + size * 0.015, leftMb * 1.2));
      },
      { timeout: 15_000, interval: 200 },
    );
    const after = usageOf(product);
    leftMb = after.rssMb;
    process.stdout.write(
      `crowd ${round + 1} of ${size}: ${alone.rssMb} MB alone, ${rssMb} MB with it, ${after.rssMb} MB after it; ` +
        `a sign-up took ${Math.round(tookMs)} ms\n`,
    );
  }

  expect(Math.max(...peaks)).toBeLessThan(alone.rssMb + 60 + size * 0.03);
  expect((await signUp(product.url, 'plain', { email: 'last@example.com' })).status).toBe(202);
  expect(product.output()).not.toMatch(/"level":(50|60)/);
  expect(await product.stop()).toBe(0);
}, 120_000);

/** Opens the connections: half have sent a request and idle, half never finish their headers. */
async function gather(url: string): Promise<Socket[]> {
  const port = Number(new URL(url).port);
  const crowd: Socket[] = [];
  const open = async (index: number) => {
    const socket = connect(port, '127.0.0.1');
    crowd.push(socket);
    // Some are closed because they took too long.
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    const isSlow = index % 2 === 0;
    socket.write(`GET /healthz HTTP/1.1\r\nHost: proxy\r\n${isSlow ? 'X-Slow: ' : '\r\n'}`);
    if (!isSlow) await once(socket, 'data');
  };
  // The system queues 511 unaccepted connections and drops further ones.
  while (crowd.length < size) await Promise.all(Array.from({ length: 250 }, () => open(crowd.length)));
  let next = 0;
  const drip = setInterval(() => {
    for (let count = 0; count < size / 20; count++) {
      const socket = crowd[(next += 2) % size];
      if (socket?.writable) socket.write('a');
    }
  }, 100);
  onTestFinished(() => {
    clearInterval(drip);
    for (const socket of crowd) socket.destroy();
  });
  return crowd;
}

/**
 * Collects garbage on a signal. V8 otherwise returns memory only under memory pressure, which does not occur
 * here.
 */
const collectsOnSignal = `--import=data:text/javascript,${encodeURIComponent(`
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => collect());
`)}`;

interface Usage {
  readonly rssMb: number;
  readonly files: number;
}

function usageOf({ pid }: Product): Usage {
  const kb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMb: Math.round(kb / 1024), files: readdirSync(`/proc/${pid}/fd`).length };
}

function whyNot(): string | undefined {
  if (!existsSync('/proc/self/limits')) return 'only Linux lists the open files of a process in /proc';
  const [, limit] = /^Max open files +\d+ +(\d+) /m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  // Node raises its own limit as far as allowed.
  return Number(limit) < size + 500
    ? `a process may open only ${limit ?? ''} files: raise ulimit -Hn`
    : undefined;
}
