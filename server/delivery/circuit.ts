import { heldForMs, type Pause } from '../outbox/pauses.ts';
import type { Outcome } from '../outbox/signup.ts';

/** A call to rasa.io that has ended. */
export interface Call {
  readonly forms: readonly string[];
  readonly outcomes: readonly Outcome[];
  /**
   * `together`: what was never tried, or once. `alone`: one that has failed alone before, whose failure says
   * nothing about others. `form`: one that was sent to find out whether its form still fails.
   */
  readonly as: 'together' | 'alone' | 'form';
}

interface FailingForm {
  readonly failures: number;
  readonly untilMs: number;
}

export type Later = Extract<Outcome, { is: 'later' }>;

const firstPauseMs = 1000;
/**
 * A call a minute to find out whether rasa.io is back is polite, and nobody waits longer for it to be
 * noticed.
 */
const longestProbePauseMs = 60_000;
/** Between two that go alone and fail: they are many where a whole form fails. */
const longestAlonePauseMs = 2000;
/** One lost connection is none. */
const unreachableFrom = 3;
const longestBackoffMs = 15 * 60_000;
/**
 * Nothing ever asks for more, so that a clock that was wrong for a while cannot stop deliveries for longer.
 */
const longestPauseMs = 60 * 60_000;

export interface CircuitOptions {
  /** A clock that never jumps, in ms. */
  readonly monotonicMs: () => number;
  readonly random: () => number;
}

/**
 * Whether rasa.io takes sign-ups of this account now. A call that it does not take opens the circuit: nothing
 * is sent for a while that doubles with each failure, or for as long as rasa.io asks, and then one sign-up
 * goes ahead as a probe. Who failed is remembered by form: while rasa.io takes sign-ups of other forms, a
 * form that fails is tried with one sign-up now and then and holds up only itself. Refused credentials are no
 * fault of rasa.io's and have a pause of their own. All times are of a monotonic clock; `Pause` is what other
 * processes and the next start are told.
 */
export class Circuit {
  readonly #monotonicMs: () => number;
  readonly #random: () => number;
  readonly #failing = new Map<string, FailingForm>();
  /** Forms that rasa.io takes again, and until when some of theirs may be put off. */
  readonly #recovered = new Map<string, number>();
  #failures = 0;
  #untilMs = 0;
  #aloneFailures = 0;
  #aloneUntilMs = 0;
  #noCredentialsUntilMs: number | undefined;
  /** Calls in a row that got no answer. */
  #unanswered = 0;

  constructor({ monotonicMs, random }: CircuitOptions) {
    this.#monotonicMs = monotonicMs;
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Only one sign-up may be sent at first. */
  get isOpen(): boolean {
    return this.#failures > 0 || this.#noCredentialsUntilMs !== undefined;
  }

  /**
   * Not from failures alone: an answer may depend on the sign-up that was sent, and the network does not know
   * about it.
   */
  get isUnreachable(): boolean {
    return this.#unanswered >= unreachableFrom;
  }

  get pausedForMs(): number {
    const untilMs = Math.max(this.#untilMs, this.#noCredentialsUntilMs ?? 0);
    return Math.max(0, untilMs - this.#monotonicMs());
  }

  get failing(): ReadonlySet<string> {
    return new Set(this.#failing.keys());
  }

  get mayTryAlone(): boolean {
    return this.#aloneUntilMs <= this.#monotonicMs();
  }

  /** A failing form whose turn it is to be tried, while rasa.io takes others. */
  formToTry(): string | undefined {
    if (this.isOpen) return undefined;
    const nowMs = this.#monotonicMs();
    for (const [form, { untilMs }] of this.#failing) if (untilMs <= nowMs) return form;
    return undefined;
  }

  /** Which of these forms had failed a while ago, so that some of theirs are put off needlessly. */
  recovered(forms: readonly string[]): readonly string[] {
    const nowMs = this.#monotonicMs();
    for (const [form, untilMs] of this.#recovered) if (untilMs < nowMs) this.#recovered.delete(form);
    return [...new Set(forms)].filter((form) => this.#recovered.has(form) && !this.#failing.has(form));
  }

  /** Nothing of it waits any more. */
  forgetForm(form: string): void {
    this.#failing.delete(form);
  }

  /** As another process, or this one before a restart, has left it. */
  take({ failures, forMs }: { readonly failures: number; readonly forMs: number }): void {
    this.#failures = failures;
    this.#untilMs = this.#monotonicMs() + Math.min(forMs, longestPauseMs);
  }

  /** There are other credentials. */
  resume(): void {
    if (this.#noCredentialsUntilMs !== undefined) this.#noCredentialsUntilMs = 0;
  }

  /** `areOthers`: the credentials were exchanged during the call, which may have met the old ones. */
  note({ forms, outcomes, as }: Call, areOthers = false): void {
    this.#noteCredentials(outcomes, areOthers);
    const isUnanswered = outcomes.some((outcome) => isLater(outcome) && outcome.isUnanswered === true);
    this.#unanswered = isUnanswered ? this.#unanswered + 1 : 0;
    const later = outcomes.filter(isLater).filter(({ waitsFor }) => waitsFor === undefined);
    const isDone = (_: string, index: number) => outcomes[index]?.is !== 'later';
    const done = new Set(forms.filter(isDone));
    for (const form of done)
      if (this.#failing.delete(form)) this.#recovered.set(form, this.#monotonicMs() + heldForMs);
    if (done.size > 0) {
      this.#failures = 0;
      this.#aloneFailures = 0;
    }
    if (later.length === 0) {
      if (done.size > 0) this.#untilMs = 0;
      return;
    }
    const asked = later.flatMap(({ afterMs = 0 }) => (afterMs > 0 ? afterMs : []));
    if (asked.length > 0) this.#open(Math.max(...asked));
    else if (as === 'alone' && !this.isOpen) this.#pauseAlone();
    else {
      const failed = forms.filter((form, index) => outcomes[index]?.is === 'later' && !done.has(form));
      const areKnown = failed.every((form) => this.#failing.has(form));
      for (const form of failed) this.#fail(form);
      if (as !== 'form') this.#open(this.#backoffMs(this.#failures, longestProbePauseMs), areKnown);
    }
  }

  /** Full jitter: somewhere between nothing and a span that doubles with each attempt. */
  retryAfterMs(attempts: number, { afterMs }: Partial<Later>): number {
    const backoffMs = this.#backoffMs(attempts, longestBackoffMs);
    return Math.min(Math.max(afterMs ?? 0, backoffMs), longestPauseMs);
  }

  /** In the words of the wall clock, for the store. */
  pauseAt(nowMs: number, reason: string): Pause {
    const untilMs = Math.ceil(nowMs + Math.max(0, this.#untilMs - this.#monotonicMs()));
    return { failures: this.#failures, untilMs: this.#failures === 0 ? 0 : untilMs, reason };
  }

  /**
   * Failures of forms that had not failed yet do not make the pauses longer: each is asked for the first
   * time.
   */
  #open(pauseMs: number, isRepeated = true): void {
    if (isRepeated || this.#failures === 0) this.#failures++;
    this.#untilMs = this.#monotonicMs() + Math.min(pauseMs, longestPauseMs);
  }

  #pauseAlone(): void {
    this.#aloneUntilMs = this.#monotonicMs() + this.#backoffMs(this.#aloneFailures++, longestAlonePauseMs);
  }

  #fail(form: string): void {
    const failures = (this.#failing.get(form)?.failures ?? 0) + 1;
    const untilMs = this.#monotonicMs() + this.#backoffMs(failures - 1, longestProbePauseMs);
    // At the end, so that each failing form has its turn.
    this.#failing.delete(form);
    this.#failing.set(form, { failures, untilMs });
  }

  #noteCredentials(outcomes: readonly Outcome[], areOthers: boolean): void {
    const waiting = outcomes.filter(isLater).filter(({ waitsFor }) => waitsFor !== undefined);
    const pauseMs = Math.max(...waiting.map(({ afterMs = firstPauseMs }) => afterMs));
    if (waiting.length === 0) this.#noCredentialsUntilMs = undefined;
    else this.#noCredentialsUntilMs = areOthers ? 0 : this.#monotonicMs() + Math.min(pauseMs, longestPauseMs);
  }

  #backoffMs(failures: number, longestMs: number): number {
    return Math.ceil(this.#random() * Math.min(longestMs, firstPauseMs * 2 ** failures));
  }
}

export function isLater(outcome: Outcome): outcome is Later {
  return outcome.is === 'later';
}
