import { setMaxListeners } from 'node:events';
import { setTimeout as timeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AccountGate } from '../../../server/accounts/gate.ts';
import { Turns, type Turn } from '../../../server/accounts/turns.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';
import { useEngines, type Place } from '../../helpers/server/engines.ts';
import { deferred } from '../../helpers/deferred.ts';

const { engines, newPlace } = useEngines();
const minIntervalMs = 60;
const never = new AbortController().signal;
setMaxListeners(0, never);

/** A process: a handle of its own on the store, and a gate. */
async function openProcess(place: Place, account = 'main') {
  const database = await openTestStore(place);
  const turns = new Turns({ database, owner: 'a test', account });
  const gate = new AccountGate({ turns, minIntervalMs, log: quiet });
  onTestFinished(() => gate.close());
  return { gate, database };
}

/** What rasa.io sees: calls with their beginnings and ends. */
function watchCalls() {
  const calls: { readonly name: string; readonly fromMs: number; readonly toMs: number }[] = [];
  let inFlight = 0;
  return {
    calls,
    most: 0,
    call(name: string, ms = 5) {
      return async () => {
        this.most = Math.max(this.most, ++inFlight);
        const fromMs = performance.now();
        await timeout(ms);
        calls.push({ name, fromMs, toMs: performance.now() });
        inFlight--;
        return name;
      };
    },
    /** Between the end of each call and the beginning of the next one. */
    get gapsMs() {
      return calls.slice(1).map(({ fromMs }, index) => fromMs - (calls[index]?.toMs ?? 0));
    },
  };
}

describe.each(engines)('the gate of an account on %s', (engine) => {
  it('lets one call through at a time, with a pause after each, from all rooms of all processes', async () => {
    const place = await newPlace(engine);
    const processes = [await openProcess(place), await openProcess(place), await openProcess(place)];
    const seen = watchCalls();
    await Promise.all(
      processes.flatMap(({ gate }, process) =>
        Array.from({ length: 4 }, (_, index) => {
          const way = index % 2 === 0 ? gate.deliveries : gate.others;
          return way.turn(seen.call(`${process} ${index}`), { stop: never });
        }),
      ),
    );
    expect(seen.calls).toHaveLength(12);
    expect(seen.most).toBe(1);
    // The clock of the timers is coarse.
    expect(Math.min(...seen.gapsMs)).toBeGreaterThanOrEqual(minIntervalMs - 2);
  });

  it('lets a delivery wait for one call at most, also for those of other processes', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openProcess(place), await openProcess(place)];
    const seen = watchCalls();
    const others = [one, two, two, one, two].map(({ gate }, index) =>
      gate.others.turn(seen.call(`other ${index}`, 150), { stop: never }),
    );
    await Promise.race(others);
    // One is under way, or will be; it may end before this one comes in between.
    await one.gate.deliveries.turn(seen.call('delivery'), { stop: never });
    expect(seen.calls.findIndex(({ name }) => name === 'delivery')).toBeLessThanOrEqual(2);
    await Promise.all(others);
  });

  it('lets no process call again and again while another one waits', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openProcess(place), await openProcess(place)];
    const seen = watchCalls();
    const many = Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        one.gate.others.turn(seen.call(`one ${index}`), { stop: never }),
      ),
    );
    while (seen.calls.length === 0) await timeout(5);
    await two.gate.others.turn(seen.call('two'), { stop: never });
    expect(seen.calls.findIndex(({ name }) => name === 'two')).toBeLessThanOrEqual(4);
    await many;
  });

  it('keeps accounts apart', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openProcess(place, 'harbour'), await openProcess(place, 'engine')];
    const [begun, held] = [deferred<string>(), deferred<string>()];
    const waiting = one.gate.others.turn(
      () => {
        begun.resolve('');
        return held.promise;
      },
      { stop: never },
    );
    await begun.promise;
    await two.gate.others.turn(() => Promise.resolve('through'), { stop: never });
    held.resolve('through');
    await waiting;
  });

  it('lets nobody call for as long as rasa.io asked', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openProcess(place), await openProcess(place)];
    const seen = watchCalls();
    await one.gate.others.turn(seen.call('limited'), { stop: never, pauseAfter: () => 400 });
    await two.gate.deliveries.turn(seen.call('after'), { stop: never });
    expect(seen.gapsMs[0]).toBeGreaterThanOrEqual(398);
  });

  it('makes no call that was stopped while it waited, and lets the next one through', async () => {
    const { gate } = await openProcess(await newPlace(engine));
    const held = deferred<string>();
    const first = gate.others.turn(() => held.promise, { stop: never });
    const stopping = new AbortController();
    const second = gate.deliveries.turn(() => Promise.reject(new Error('was called')), {
      stop: stopping.signal,
    });
    const third = gate.others.turn(() => Promise.resolve('through'), { stop: never });
    stopping.abort(new Error('not wanted any longer'));
    await expect(second).rejects.toThrow('not wanted any longer');
    held.resolve('');
    await first;
    expect(await third).toBe('through');
  });

  it('passes on what a call fails with, and is free afterwards', async () => {
    const { gate } = await openProcess(await newPlace(engine));
    const failing = gate.others.turn(() => Promise.reject(new Error('a bug')), { stop: never });
    await expect(failing).rejects.toThrow('a bug');
    expect(await gate.others.turn(() => Promise.resolve('through'), { stop: never })).toBe('through');
  });
});

describe('the gate of an account', () => {
  /** With a store that says what `tryTake` says. */
  const openGate = (tryTake: () => Promise<Turn | undefined>) => {
    const turns = { tryTake, observe: () => Promise.resolve(), dropWishes: vi.fn(() => Promise.resolve()) };
    return { turns, gate: new AccountGate({ turns, minIntervalMs: 0, log: quiet }) };
  };
  const turnOf = (lost: AbortSignal): Turn => ({ lost, end: () => Promise.resolve() });

  it('stops a call when another process may have the turn', async () => {
    const lost = new AbortController();
    const { gate } = openGate(() => Promise.resolve(turnOf(lost.signal)));
    const call = (stop: AbortSignal) =>
      new Promise<never>((_, reject) => {
        stop.addEventListener('abort', () => {
          reject(new Error('was stopped'));
        });
        lost.abort();
      });
    await expect(gate.deliveries.turn(call, { stop: never })).rejects.toThrow('was stopped');
  });

  it('makes no call while the store does not say whose turn it is', async () => {
    const calls: string[] = [];
    const answers = [
      () => Promise.reject(new StoreUnavailable('locked')),
      () => {
        calls.push('the store answers');
        return Promise.resolve(turnOf(never));
      },
    ];
    const { gate } = openGate(() => answers.shift()?.() ?? Promise.resolve(undefined));
    await gate.deliveries.turn(() => Promise.resolve(calls.push('call')), { stop: never });
    expect(calls).toEqual(['the store answers', 'call']);
  });

  it('keeps nobody waiting for a call that was stopped', async () => {
    const { gate, turns } = openGate(() => Promise.resolve(undefined));
    const stopping = new AbortController();
    const call = gate.deliveries.turn(() => Promise.resolve(), { stop: stopping.signal });
    stopping.abort(new Error('not wanted any longer'));
    await expect(call).rejects.toThrow('not wanted any longer');
    await gate.close();
    expect(turns.dropWishes).toHaveBeenCalled();
  });
});

describe('the turn of an account', () => {
  const clockOf = () => {
    const clock = { ms: 1000 };
    return { clock, monotonicMs: () => clock.ms };
  };

  it('of a process that died is free ten seconds later, by the clock of the one who waits', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    const dead = new Turns({ database, owner: 'dead', account: 'main' });
    expect(await dead.tryTake('other')).toBeDefined();
    const { clock, monotonicMs } = clockOf();
    const waiting = new Turns({ database, owner: 'waiting', account: 'main', monotonicMs });
    let looks = 0;
    for (; looks < 30 && !(await waiting.tryTake('other')); looks++) clock.ms += 500;
    expect(looks * 500).toBeGreaterThanOrEqual(10_000);
    expect(looks * 500).toBeLessThanOrEqual(11_000);
  });

  it('of a process that died is free at once for one that has looked on for ten seconds', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    await new Turns({ database, owner: 'dead', account: 'main' }).tryTake('delivery');
    const { clock, monotonicMs } = clockOf();
    const waiting = new Turns({ database, owner: 'waiting', account: 'main', monotonicMs });
    for (let second = 0; second <= 10; second++) {
      await waiting.observe();
      clock.ms += 1000;
    }
    expect(await waiting.tryTake('delivery')).toBeDefined();
  });

  it('is not kept from others by the wish of a delivery whose process died', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    const turn = await new Turns({ database, owner: 'one', account: 'main' }).tryTake('other');
    const dead = new Turns({ database, owner: 'dead', account: 'main' });
    expect(await dead.tryTake('delivery')).toBeUndefined();
    await turn?.end();
    const { clock, monotonicMs } = clockOf();
    const waiting = new Turns({ database, owner: 'waiting', account: 'main', monotonicMs });
    expect(await waiting.tryTake('other')).toBeUndefined();
    for (let look = 0; look < 25; look++) {
      clock.ms += 500;
      if (await waiting.tryTake('other')) return;
    }
    expect.unreachable('The turn was never free.');
  });

  it('is lost where it could not be confirmed for eight seconds', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    const { clock, monotonicMs } = clockOf();
    const turn = await new Turns({ database, owner: 'one', account: 'main', monotonicMs }).tryTake('other');
    if (!turn) throw new Error('The turn was not free.');
    const silence = vi.spyOn(database, 'write').mockRejectedValue(new StoreUnavailable('timed_out'));
    clock.ms += 8000;
    await vi.waitFor(
      () => {
        expect(turn.lost.aborted).toBe(true);
      },
      { timeout: 15_000 },
    );
    silence.mockRestore();
    await turn.end();
  });

  it('is for a delivery that waits, however long it has waited', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    const { clock, monotonicMs } = clockOf();
    const [holder, name] = [new Leases({ database, owner: 'holder', monotonicMs }), 'call main'];
    const held = await holder.look(name);
    if (!held) throw new Error('The turn was not free.');
    const [delivery, other] = ['delivery', 'other'].map(
      (owner) => new Turns({ database, owner, account: 'main', monotonicMs }),
    );
    for (let look = 0; look < 30; look++) {
      clock.ms += 500;
      await holder.look(name);
      expect(await delivery?.tryTake('delivery')).toBeUndefined();
      expect(await other?.tryTake('other')).toBeUndefined();
    }
    await holder.release(held);
    expect(await other?.tryTake('other')).toBeUndefined();
    const turn = await delivery?.tryTake('delivery');
    expect(turn).toBeDefined();
    await turn?.end();
  });

  it('is free for all once the delivery that waited has had it, or is not wanted any longer', async () => {
    const database = await openTestStore(await newPlace('sqlite'));
    const one = new Turns({ database, owner: 'one', account: 'main' });
    const two = new Turns({ database, owner: 'two', account: 'main' });
    const first = await one.tryTake('other');
    expect(await two.tryTake('delivery')).toBeUndefined();
    await first?.end();
    await (await two.tryTake('delivery'))?.end();
    const second = await one.tryTake('other');
    expect(second).toBeDefined();
    expect(await two.tryTake('delivery')).toBeUndefined();
    await second?.end();
    await two.dropWishes();
    const third = await one.tryTake('other');
    expect(third).toBeDefined();
    await third?.end();
  });
});
