import type { Logger } from 'pino';
import type { Circuit, Outbox, Acknowledgement, Claimed } from '../outbox/outbox.ts';
import type { Outcome, Contact } from '../outbox/signup.ts';
import { pause } from '../system/pause.ts';

/**
 * Carries what waits in the outbox to rasa.io: in batches, one call at a time, politely. A call that rasa.io does not
 * take opens the circuit: nothing is sent for a while that doubles with each failure, or for as long as rasa.io asks,
 * and then one sign-up goes ahead as a probe. A sign-up that was tried before goes alone, so that one that rasa.io
 * stumbles over cannot hold up others. Nothing is given up for the number of its attempts. Refused credentials are no
 * fault of rasa.io's: they leave the circuit alone, and the pause they cause ends with `resume` or the process.
 */
export interface DeliveryWorker {
  /** Says that something was added, so that it is carried now and not at the next look. */
  wake(): void;
  /** Says that the credentials are other ones, so that what waits for them is tried now. */
  resume(): void;
  stats(): DeliveryStats;
  /** Abandons the call under way after `graceMs`; what was not confirmed is delivered again after the next start. */
  stop(graceMs: number): Promise<void>;
}

/** Since the start. */
export interface DeliveryStats {
  readonly circuit: 'closed' | 'open';
  /** Sign-ups handed to rasa.io, each time it was tried. */
  readonly attempts: number;
  readonly delivered: number;
  readonly refused: number;
  /** ISO 8601, UTC. */
  readonly lastSuccess: string | undefined;
}

export interface DeliveryWorkerOptions {
  readonly outbox: Outbox;
  readonly deliver: (persons: readonly Contact[], stop: AbortSignal) => Promise<readonly Outcome[]>;
  readonly log: Logger;
  readonly batchSize?: number;
  /** Between two calls. */
  readonly minIntervalMs?: number;
  /** Older ones are set aside unsent; by default none is. */
  readonly maxAgeMs?: number | undefined;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** How long the delivery worker sleeps when nothing is due and nobody wakes it. */
const idleMs = 1000;
const firstPauseMs = 1000;
const longestBackoffMs = 15 * 60_000;
/** Nothing ever asks for more, so that a clock that was wrong for a while cannot stop deliveries for longer. */
const longestPauseMs = 60 * 60_000;

export function startDeliveryWorker({
  outbox,
  deliver,
  log,
  batchSize = 25,
  minIntervalMs = 200,
  maxAgeMs,
  now = Date.now,
  random = Math.random,
}: DeliveryWorkerOptions): DeliveryWorker {
  const stopping = new AbortController();
  const abandoning = new AbortController();
  let waking = new AbortController();
  let resuming = new AbortController();
  /** Until when no credentials are expected to work; the next call after that is a probe. */
  let noCredentialsUntilMs: number | undefined;
  const counted = { attempts: 0, delivered: 0, refused: 0 };
  let lastSuccessMs: number | undefined;
  const running = run();

  return {
    wake: () => {
      // `abort` makes an error with its stack each time that it is called, also when nobody sleeps any more.
      if (!waking.signal.aborted) waking.abort();
    },
    resume: () => {
      if (noCredentialsUntilMs !== undefined) noCredentialsUntilMs = 0;
      resuming.abort();
      resuming = new AbortController();
    },
    stats: () => ({
      ...counted,
      circuit: outbox.circuit().failures > 0 || noCredentialsUntilMs !== undefined ? 'open' : 'closed',
      lastSuccess: lastSuccessMs === undefined ? undefined : new Date(lastSuccessMs).toISOString(),
    }),
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
      try {
        await turn();
      } catch (error) {
        log.error({ err: error }, 'The outbox cannot be used; the delivery worker tries again.');
        await pause(idleMs, stopping.signal);
      }
    }
  }

  async function turn(): Promise<void> {
    const { failures, untilMs } = outbox.circuit();
    const closedForMs = Math.min(Math.max(untilMs, noCredentialsUntilMs ?? 0) - now(), longestPauseMs);
    if (closedForMs > 0) {
      await pause(closedForMs, AbortSignal.any([stopping.signal, resuming.signal]));
      return;
    }
    // From here on a wake counts, or what is added while we look would wait for the next look.
    waking = new AbortController();
    const isProbe = failures > 0 || noCredentialsUntilMs !== undefined;
    const taken = await outbox.claim(isProbe ? 1 : batchSize, now());
    if (taken.length === 0) {
      await pause(idleMs, AbortSignal.any([stopping.signal, waking.signal]));
      return;
    }
    const [due, tooOld] = split(taken, ({ signup }) => !isTooOld(signup.acceptedAt));
    if (tooOld.length > 0) await deadLetter(tooOld);
    const [again, fresh] = split(due, ({ attempts }) => attempts > 1);
    for (const batch of [fresh, again]) {
      if (batch.length > 0) await carry(batch);
    }
  }

  /** Hands one batch to rasa.io, unless one before it in this turn has just opened the circuit. */
  async function carry(batch: readonly Claimed[]): Promise<void> {
    const circuit = outbox.circuit();
    const untilMs = Math.max(circuit.untilMs, noCredentialsUntilMs ?? 0);
    if (untilMs > now() || stopping.signal.aborted) {
      await outbox.acknowledge(
        batch.map(({ signup: { id } }) => ({ id, is: 'later', dueMs: circuit.untilMs })),
        circuit,
      );
      return;
    }
    counted.attempts += batch.length;
    const before = resuming;
    const outcomes = await attempt(batch);
    noteCredentials(outcomes, before !== resuming);
    const next = afterwards(circuit, outcomes);
    await outbox.acknowledge(
      batch.map((taken, index) => acknowledgement(taken, outcomes[index])),
      next,
    );
    report(circuit, next, outcomes);
    await pause(minIntervalMs, stopping.signal);
  }

  async function attempt(batch: readonly Claimed[]): Promise<readonly Outcome[]> {
    try {
      const persons = batch.map(({ signup }) => signup.contact);
      return await deliver(persons, abandoning.signal);
    } catch (error) {
      log.error({ err: error }, 'A delivery met a bug; its sign-ups wait.');
      return batch.map(() => ({ is: 'later', reason: 'a bug' }));
    }
  }

  function afterwards({ failures }: Circuit, outcomes: readonly Outcome[]): Circuit {
    const later = outcomes.filter(isLater).filter(({ waitsFor }) => waitsFor === undefined);
    if (later.length === 0) return { failures: 0, untilMs: 0 };
    const pauseMs = Math.max(...later.map(({ afterMs }) => afterMs ?? backoffMs(failures)));
    return { failures: failures + 1, untilMs: now() + Math.min(pauseMs, longestPauseMs) };
  }

  /** Where they changed during the attempt, it may have met the old ones: then there is no pause, but one more probe. */
  function noteCredentials(outcomes: readonly Outcome[], haveChanged: boolean): void {
    const waiting = outcomes.filter(isLater).filter(({ waitsFor }) => waitsFor !== undefined);
    const pauseMs = Math.max(...waiting.map(({ afterMs = firstPauseMs }) => afterMs));
    if (waiting.length === 0) noCredentialsUntilMs = undefined;
    else noCredentialsUntilMs = haveChanged ? 0 : now() + Math.min(pauseMs, longestPauseMs);
  }

  function acknowledgement(
    { signup: { id }, attempts }: Claimed,
    outcome: Outcome | undefined,
  ): Acknowledgement {
    switch (outcome?.is) {
      case 'delivered':
        counted.delivered++;
        lastSuccessMs = now();
        return { id, is: 'delivered' };
      case 'refused':
        counted.refused++;
        return { id, is: 'refused', reason: outcome.reason };
      case 'later':
      case undefined:
        // What waits for credentials is due as soon as there are any.
        if (outcome?.waitsFor !== undefined) return { id, is: 'later', dueMs: now() };
        return { id, is: 'later', dueMs: now() + (outcome?.afterMs ?? backoffMs(attempts - 1)) };
    }
  }

  /** Full jitter: somewhere between nothing and a span that doubles with each failure. */
  function backoffMs(failures: number): number {
    return Math.ceil(random() * Math.min(longestBackoffMs, firstPauseMs * 2 ** failures));
  }

  function isTooOld(acceptedAt: string): boolean {
    return maxAgeMs !== undefined && now() - Date.parse(acceptedAt) > maxAgeMs;
  }

  async function deadLetter(batch: readonly Claimed[]): Promise<void> {
    counted.refused += batch.length;
    log.warn({ count: batch.length }, 'Sign-ups are older than OUTBOX_MAX_AGE; they are set aside.');
    const reason = 'It waited for longer than OUTBOX_MAX_AGE.';
    await outbox.acknowledge(
      batch.map(({ signup: { id } }) => ({ id, is: 'refused', reason })),
      outbox.circuit(),
    );
  }

  /** One line when the circuit opens, one when it closes, and one for those that were refused; never an address. */
  function report(before: Circuit, after: Circuit, outcomes: readonly Outcome[]): void {
    const refused = outcomes.filter(({ is }) => is === 'refused').length;
    if (refused > 0) log.warn({ refused }, 'rasa.io refused sign-ups; they are set aside.');
    if (before.failures === 0 && after.failures > 0) {
      const reason = outcomes.find(isLater)?.reason;
      const until = new Date(after.untilMs).toISOString();
      log.warn({ reason, until }, 'rasa.io does not take sign-ups now; they wait.');
    }
    if (before.failures > 0 && after.failures === 0) {
      log.info({ failures: before.failures }, 'rasa.io takes sign-ups again.');
    }
  }
}

function isLater(outcome: Outcome): outcome is Extract<Outcome, { is: 'later' }> {
  return outcome.is === 'later';
}

function split<T>(items: readonly T[], belongs: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
