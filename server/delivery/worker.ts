import type { Logger } from 'pino';
import type { Circuit, Outbox, Acknowledgement, Claimed } from '../outbox/outbox.ts';
import type { Outcome, Contact } from '../outbox/signup.ts';
import { pause } from '../system/pause.ts';

/**
 * Delivers the sign-ups in the outbox to rasa.io in batches, one call at a time with a pause between calls.
 *
 * A failed call opens the circuit: nothing is sent for a pause that doubles with each failure, or for as long
 * as rasa.io asks; then a single sign-up is sent as a probe. A sign-up that was tried before is sent alone,
 * so that one that makes rasa.io fail cannot hold up others. No sign-up is abandoned because of its number of
 * attempts. Refused credentials do not open the circuit, since rasa.io itself works; their pause ends with
 * `resume` or a restart.
 */
export interface DeliveryWorker {
  /** Call after adding a sign-up: it is delivered now, not at the next check of the outbox. */
  wake(): void;
  /** Call after the credentials have changed: sign-ups that wait for them are tried now. */
  resume(): void;
  stats(): DeliveryStats;
  /**
   * Stops after the current call, which is aborted after `graceMs`. Sign-ups that were not confirmed are
   * delivered again after the next start.
   */
  stop(graceMs: number): Promise<void>;
}

/** Counters since the start of the process. */
export interface DeliveryStats {
  readonly circuit: 'closed' | 'open';
  /** Sign-ups sent to rasa.io, counted once per attempt. */
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
  /** Minimum time between two calls; default 200. */
  readonly minIntervalMs?: number;
  /** Older sign-ups are set aside unsent; default: no limit. */
  readonly maxAgeMs?: number | undefined;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** How long the delivery worker sleeps if nothing is due, unless `wake` is called. */
const idleMs = 1000;
const firstPauseMs = 1000;
const longestBackoffMs = 15 * 60_000;
/** The longest pause of any kind. It limits the effect of a clock that was wrong for a while. */
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
  /** Time until which the credentials are not tried; the next call after it is a probe. */
  let noCredentialsUntilMs: number | undefined;
  const counted = { attempts: 0, delivered: 0, refused: 0 };
  let lastSuccessMs: number | undefined;
  const running = run();

  return {
    wake: () => {
      // `abort` creates an error with a stack trace on every call, even when no one is waiting.
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
        log.error({ err: error }, 'The outbox cannot be read or written; the delivery worker tries again.');
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
    // Set before the outbox is read: a sign-up added from here on must wake the worker.
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

  /** Sends one batch to rasa.io, unless an earlier batch of this turn has opened the circuit. */
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
      log.error({ err: error }, 'Internal error in a delivery; its sign-ups wait and are tried again.');
      return batch.map(() => ({ is: 'later', reason: 'internal error' }));
    }
  }

  function afterwards({ failures }: Circuit, outcomes: readonly Outcome[]): Circuit {
    const later = outcomes.filter(isLater).filter(({ waitsFor }) => waitsFor === undefined);
    if (later.length === 0) return { failures: 0, untilMs: 0 };
    const pauseMs = Math.max(...later.map(({ afterMs }) => afterMs ?? backoffMs(failures)));
    return { failures: failures + 1, untilMs: now() + Math.min(pauseMs, longestPauseMs) };
  }

  /**
   * If the credentials changed during the attempt, it may have used the old ones. Then there is no pause,
   * but one more probe.
   */
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
        // Sign-ups that wait for credentials are due as soon as the credentials work.
        if (outcome?.waitsFor !== undefined) return { id, is: 'later', dueMs: now() };
        return { id, is: 'later', dueMs: now() + (outcome?.afterMs ?? backoffMs(attempts - 1)) };
    }
  }

  /** Backoff with full jitter: a random time between zero and a span that doubles with each failure. */
  function backoffMs(failures: number): number {
    return Math.ceil(random() * Math.min(longestBackoffMs, firstPauseMs * 2 ** failures));
  }

  function isTooOld(acceptedAt: string): boolean {
    return maxAgeMs !== undefined && now() - Date.parse(acceptedAt) > maxAgeMs;
  }

  async function deadLetter(batch: readonly Claimed[]): Promise<void> {
    counted.refused += batch.length;
    log.warn({ count: batch.length }, 'Sign-ups older than OUTBOX_MAX_AGE are set aside.');
    const reason = 'It waited for longer than OUTBOX_MAX_AGE.';
    await outbox.acknowledge(
      batch.map(({ signup: { id } }) => ({ id, is: 'refused', reason })),
      outbox.circuit(),
    );
  }

  /**
   * Logs one line when the circuit opens, one when it closes, and one for refused sign-ups. Never
   * logs an address.
   */
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
