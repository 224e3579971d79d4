import { describe, expect, it } from 'vitest';
import { Circuit, type Call } from '../../../server/delivery/circuit.ts';
import type { Outcome } from '../../../server/outbox/signup.ts';

const delivered: Outcome = { is: 'delivered' };
const later: Outcome = { is: 'later', reason: 'rasa.io answered 500' };

function openCircuit() {
  const clock = { ms: 1000 };
  const circuit = new Circuit({ monotonicMs: () => clock.ms, random: () => 1 });
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
});
