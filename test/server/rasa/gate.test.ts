import { describe, expect, it } from 'vitest';
import { createGate } from '../../../server/rasa/gate.ts';
import { deferred } from '../../helpers/deferred.ts';
import { clientsOf, envelope, scriptRasa } from '../../helpers/server/scripted-rasa.ts';

const never = new AbortController().signal;

describe('the gate', () => {
  it('lets one call in at a time, in the order in which they came', async () => {
    const gate = createGate({ minIntervalMs: 0 });
    const order: string[] = [];
    const held = deferred();
    const turn = (name: string) =>
      gate.turn(
        async () => {
          order.push(`${name} begins`);
          if (name === 'first') await held.promise;
          order.push(`${name} ends`);
        },
        { stop: never },
      );
    const turns = ['first', 'second', 'third'].map(turn);
    await expect.poll(() => order).toEqual(['first begins']);
    held.resolve();
    await Promise.all(turns);
    expect(order).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('leaves the interval between two calls, also after one that fails, and as long as is asked', async () => {
    const waits: number[] = [];
    const gate = createGate({ minIntervalMs: 20 });
    const startedAt = async (fail: boolean, pauseMs?: number) => {
      const before = performance.now();
      await gate
        .turn(() => (fail ? Promise.reject(new Error('no')) : Promise.resolve(pauseMs)), {
          stop: never,
          pauseAfter: (ms) => ms,
        })
        .catch(() => undefined);
      waits.push(performance.now() - before);
    };
    await startedAt(true);
    await startedAt(false, 60);
    await startedAt(false);
    // A timer may be up to a millisecond early.
    expect(waits[1]).toBeGreaterThan(18);
    expect(waits[2]).toBeGreaterThan(58);
  });

  it('gives up a turn that is aborted, and the next one comes at its time', async () => {
    const gate = createGate({ minIntervalMs: 0 });
    const held = deferred();
    const first = gate.turn(() => held.promise, { stop: never });
    const stopping = new AbortController();
    const order: string[] = [];
    const second = gate.turn(() => Promise.resolve(order.push('second')), { stop: stopping.signal });
    const third = gate.turn(() => Promise.resolve(order.push('third')), { stop: never });
    const reason = new Error('enough');
    stopping.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(order).toEqual([]);
    held.resolve();
    await Promise.all([first, third]);
    expect(order).toEqual(['third']);
  });

  it('is passed by every call of a client, tokens included, and by all that share it', async () => {
    let running = 0;
    let most = 0;
    const { url, asked, tokens } = await scriptRasa(() => ({ body: envelope([]) }));
    const inner = createGate({ minIntervalMs: 0 });
    const names: string[] = [];
    const gate: typeof inner = {
      turn: (call, options) =>
        inner.turn(async (stop) => {
          names.push('turn');
          most = Math.max(most, ++running);
          return call(stop).finally(() => running--);
        }, options),
    };
    const [one, two] = [clientsOf(url, { gate }), clientsOf(url, { gate })];
    await Promise.all([
      one.rasa.communities(),
      one.rasa.analytics.topics(),
      two.rasa.persons.list().all(),
      two.v2.lists.all(),
    ]);
    await one.rasa.close();
    expect(most).toBe(1);
    expect(names).toHaveLength(asked.length + tokens.length);
    expect(tokens.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'DELETE']);
  });
});
