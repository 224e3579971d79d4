import { describe, expect, it } from 'vitest';
import { Circuit, type Call } from '../../../server/delivery/circuit.ts';
import type { Outcome } from '../../../server/outbox/signup.ts';

const delivered: Outcome = { is: 'delivered' };
const later: Outcome = { is: 'later', reason: 'rasa.io answered 500' };

function openCircuit(random = 1) {
  const clock = { ms: 1000 };
  const circuit = new Circuit({ monotonicMs: () => clock.ms, random: () => random });
  const note = (form: string, outcome: Outcome, as: Call['as'] = 'together') => {
    circuit.note({ forms: [form], outcomes: [outcome], as });
  };
  return { circuit, note, clock };
}

describe('the circuit', () => {
  it('opens with a failure, for longer each time up to a minute, and closes with a delivery', () => {
    const { circuit, note, clock } = openCircuit();
    const pauses = Array.from({ length: 9 }, () => {
      note('newsletter', later);
      const pause = circuit.pausedForMs;
      clock.ms += pause;
      return pause / 1000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    note('newsletter', delivered);
    expect([circuit.isOpen, circuit.pausedForMs, circuit.failing.size]).toEqual([false, 0, 0]);
  });

  it('pauses no longer for a form that fails for the first time', () => {
    const { circuit, note } = openCircuit();
    for (const form of ['a', 'b', 'c']) note(form, later);
    expect([circuit.failures, circuit.pausedForMs]).toEqual([1, 2000]);
  });

  it('stays closed when one that was sent to try its form fails: the form waits alone, for longer each time', () => {
    const { circuit, note, clock } = openCircuit();
    note('broken', later);
    note('good', delivered);
    expect([circuit.isOpen, [...circuit.failing]]).toEqual([false, ['broken']]);
    const waits: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const from = clock.ms;
      while (circuit.formToTry() === undefined) clock.ms += 100;
      waits.push((clock.ms - from) / 1000);
      expect(circuit.formToTry()).toBe('broken');
      note('broken', later, 'form');
      expect(circuit.isOpen).toBe(false);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
    note('broken', delivered, 'form');
    expect(circuit.failing.size).toBe(0);
  });

  it('stays closed when one fails that has failed alone before, and makes the next of its kind wait a little', () => {
    const { circuit, note, clock } = openCircuit();
    note('newsletter', later, 'alone');
    expect([circuit.isOpen, circuit.failing.size, circuit.mayTryAlone]).toEqual([false, 0, false]);
    clock.ms += 2000;
    expect(circuit.mayTryAlone).toBe(true);
  });

  it.each(['together', 'alone', 'form'] as const)(
    'keeps to a pause that rasa.io asks for, whatever was sent: %s',
    (as) => {
      const { circuit, note } = openCircuit();
      note('newsletter', { ...later, afterMs: 90_000 }, as);
      expect([circuit.isOpen, circuit.pausedForMs]).toEqual([true, 90_000]);
      note('newsletter', { ...later, afterMs: 0 }, 'together');
      expect(circuit.pausedForMs).toBeGreaterThan(0);
    },
  );

  it('spreads pauses at random, so that not all come back at once', () => {
    const { circuit, note } = openCircuit(0.25);
    note('newsletter', later);
    expect(circuit.pausedForMs).toBe(250);
  });

  it('keeps to the pause of the process before it, for an hour at most', () => {
    const { circuit, clock } = openCircuit();
    circuit.take({ failures: 3, forMs: 5000 });
    expect([circuit.isOpen, circuit.pausedForMs]).toEqual([true, 5000]);
    circuit.take({ failures: 3, forMs: 86_400_000 });
    expect(circuit.pausedForMs).toBe(3_600_000);
    clock.ms += 3_600_000;
    expect(circuit.pausedForMs).toBe(0);
  });

  it('keeps to a pause that rasa.io asked for, also with other credentials', () => {
    const { circuit, note } = openCircuit();
    note('newsletter', { ...later, afterMs: 90_000 });
    circuit.resume();
    expect(circuit.pausedForMs).toBe(90_000);
    note('newsletter', { ...later, afterMs: 3_600_000, waitsFor: 'credentials' });
    circuit.resume();
    expect(circuit.pausedForMs).toBe(90_000);
  });

  it('ends a pause with a delivery, whatever had asked for it', () => {
    const { circuit, note } = openCircuit();
    note('newsletter', { ...later, afterMs: 90_000 });
    note('newsletter', delivered, 'alone');
    expect([circuit.isOpen, circuit.pausedForMs]).toEqual([false, 0]);
  });

  it('takes a form for a good one of which something was delivered, whatever failed beside it', () => {
    const { circuit } = openCircuit();
    const forms = ['good', 'good', 'broken'];
    circuit.note({ forms, outcomes: [delivered, later, later], as: 'together' });
    expect([...circuit.failing]).toEqual(['broken']);
  });

  it('tries failing forms by turns, and none while rasa.io takes nothing', () => {
    const { circuit, note, clock } = openCircuit();
    for (const form of ['one', 'two']) note(form, later);
    clock.ms += 3_600_000;
    expect(circuit.formToTry()).toBeUndefined();
    note('good', delivered);
    const tried: (string | undefined)[] = [];
    for (let turn = 0; turn < 4; turn++) {
      clock.ms += 3_600_000;
      const form = circuit.formToTry();
      tried.push(form);
      note(form ?? '', later, 'form');
    }
    expect(tried).toEqual(['one', 'two', 'one', 'two']);
  });

  it('lets those that go alone and fail follow each other slower and slower, up to two seconds', () => {
    const { circuit, note, clock } = openCircuit();
    const waits: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      note('newsletter', later, 'alone');
      const from = clock.ms;
      while (!circuit.mayTryAlone) clock.ms += 100;
      waits.push(clock.ms - from);
    }
    expect(waits).toEqual([1000, 2000, 2000]);
  });

  it.each([
    ['no hint', 3, undefined, 8000],
    ['a hint of nothing', 3, 0, 8000],
    ['a hint that is shorter than what we wait by ourselves', 3, 1000, 8000],
    ['a longer one', 3, 60_000, 60_000],
    ['one of more than an hour', 3, 86_400_000, 3_600_000],
    ['many attempts', 40, undefined, 900_000],
  ])('has a sign-up wait after a failure with %s', (_name, attempts, afterMs, waitMs) => {
    const { circuit } = openCircuit();
    expect(circuit.retryAfterMs(attempts, afterMs === undefined ? {} : { afterMs })).toBe(waitMs);
  });
});

describe('D2: the way to rasa.io', () => {
  const unanswered: Outcome = { is: 'later', reason: 'the connection failed', isUnanswered: true };

  it('counts as interrupted after several calls without an answer, until one comes', () => {
    const { circuit, note } = openCircuit();
    const seen = [unanswered, unanswered, unanswered, later].map((outcome) => {
      note('newsletter', outcome);
      return circuit.isUnreachable;
    });
    expect(seen).toEqual([false, false, true, false]);
  });

  it('does not count as interrupted by answers, which may depend on what was sent', () => {
    const { circuit, note } = openCircuit();
    for (let call = 0; call < 20; call++) note('newsletter', later);
    expect(circuit.isUnreachable).toBe(false);
  });
});
