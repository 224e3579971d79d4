import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { withAnySignal } from '../../../server/system/any-signal.ts';
import { pause } from '../../../server/system/pause.ts';

const hourMs = 3_600_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a signal made of several', () => {
  it.each([0, 1])('ends what waits for it when one of them aborts, with its reason (%d)', async (index) => {
    const controllers = [new AbortController(), new AbortController()];
    const signals = controllers.map(({ signal }) => signal);
    const waiting = withAnySignal(signals, async (any) => {
      await pause(hourMs, any);
      return any.reason as unknown;
    });
    controllers[index]?.abort('enough');
    expect(await waiting).toBe('enough');
  });

  it('has aborted already where one of them has', async () => {
    const signals = [new AbortController().signal, AbortSignal.abort('before')];
    expect(await withAnySignal(signals, (any) => Promise.resolve(any.reason as unknown))).toBe('before');
  });

  it('leaves no listener behind, whatever comes of it', async () => {
    const { signal } = new AbortController();
    await withAnySignal([signal], () => Promise.resolve());
    await withAnySignal([signal], () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves nothing behind in memory after 100,000 idle rounds', async () => {
    const stopping = new AbortController().signal;
    const waking = new AbortController().signal;
    const idle = async (rounds: number) => {
      for (let done = 0; done < rounds; done += 1000) {
        const round = () => withAnySignal([stopping, waking], (any) => pause(1, any));
        await Promise.all(Array.from({ length: 1000 }, round));
      }
      // Node keeps some of its own until the next turns.
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await idle(20_000);
    const grown = (await idle(100_000)) - before;
    expect(grown).toBeLessThan(1_000_000);
  }, 60_000);
});
