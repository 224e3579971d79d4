import type { Logger } from 'pino';
import type { Outbox, Settlement, Taken } from './outbox.ts';
import { pause } from './pause.ts';
import type { Outcome, Person } from './signup.ts';

/**
 * Carries what waits in the outbox to rasa.io: in batches, one call at a time, politely. While rasa.io is away it
 * tries one batch after growing pauses; nothing is ever given up for its age or for the number of its attempts.
 */
export interface Courier {
  /** Says that something was added, so that it is carried now and not at the next look. */
  wake(): void;
  /** Abandons the call under way after `graceMs`; what was not confirmed is delivered again after the next start. */
  stop(graceMs: number): Promise<void>;
}

export interface CourierOptions {
  readonly outbox: Outbox;
  readonly deliver: (persons: readonly Person[], stop: AbortSignal) => Promise<readonly Outcome[]>;
  readonly log: Logger;
  readonly batchSize?: number;
  /** Between two batches. */
  readonly minIntervalMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** How long the courier sleeps when nothing is due and nobody wakes it. */
const idleMs = 1000;
const firstPauseMs = 1000;
const longestPauseMs = 15 * 60_000;

export function startCourier({
  outbox,
  deliver,
  log,
  batchSize = 25,
  minIntervalMs = 200,
  now = Date.now,
  random = Math.random,
}: CourierOptions): Courier {
  const stopping = new AbortController();
  const abandoning = new AbortController();
  let waking = new AbortController();
  /** Batches in a row that rasa.io did not take. */
  let failures = 0;
  const running = run();

  return {
    wake: () => {
      waking.abort();
    },
    async stop(graceMs) {
      stopping.abort();
      const grace = setTimeout(() => {
        abandoning.abort();
      }, graceMs);
      await running;
      clearTimeout(grace);
    },
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      // From here on a wake counts, or what is added while we look would wait for the next look.
      waking = new AbortController();
      try {
        const batch = await outbox.take(batchSize, now());
        if (batch.length === 0) await pause(idleMs, AbortSignal.any([stopping.signal, waking.signal]));
        else await pause(await carry(batch), stopping.signal);
      } catch (error) {
        log.error({ err: error }, 'The outbox cannot be used; the courier tries again.');
        await pause(idleMs, stopping.signal);
      }
    }
  }

  /** Resolves with the pause to keep before the next batch. */
  async function carry(batch: readonly Taken[]): Promise<number> {
    const outcomes = await attempt(batch);
    const later = outcomes.filter((outcome) => outcome.is === 'later');
    const pauseMs = Math.max(
      minIntervalMs,
      ...later.map(({ afterMs }) => afterMs ?? backoffMs(failures, random)),
    );
    await outbox.settle(
      batch.map(({ signup }, index) => settlement(signup.id, outcomes[index], now() + pauseMs)),
    );
    report(outcomes, later[0]?.reason, pauseMs);
    failures = later.length > 0 ? failures + 1 : 0;
    return pauseMs;
  }

  async function attempt(batch: readonly Taken[]): Promise<readonly Outcome[]> {
    try {
      const persons = batch.map(({ signup }) => signup.person);
      return await deliver(persons, abandoning.signal);
    } catch (error) {
      log.error({ err: error }, 'A delivery met a bug; its sign-ups wait.');
      return batch.map(() => ({ is: 'later', reason: 'a bug' }));
    }
  }

  /** One line when rasa.io goes away, one when it is back, and one for each that it refused; never an address. */
  function report(outcomes: readonly Outcome[], reason: string | undefined, pauseMs: number): void {
    const refused = outcomes.filter(({ is }) => is === 'refused').length;
    if (refused > 0) log.warn({ refused }, 'rasa.io refused sign-ups; they are set aside.');
    if (reason !== undefined && failures === 0) {
      log.warn({ reason, pauseMs }, 'rasa.io does not take sign-ups now; they wait.');
    }
    if (reason === undefined && failures > 0) log.info({ failures }, 'rasa.io takes sign-ups again.');
  }
}

/** Exponential backoff with full jitter: somewhere between nothing and a span that doubles with each failure. */
function backoffMs(failures: number, random: () => number): number {
  return random() * Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
}

function settlement(id: string, outcome: Outcome | undefined, dueMs: number): Settlement {
  switch (outcome?.is) {
    case 'delivered':
      return { id, is: 'delivered' };
    case 'refused':
      return { id, is: 'refused', reason: outcome.reason };
    case 'later':
    case undefined:
      return { id, is: 'later', dueMs };
  }
}
