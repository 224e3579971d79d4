import type { Signup } from './signup.ts';

/**
 * Where accepted sign-ups wait for delivery to rasa.io. The intake adds, the delivery worker claims, and
 * neither knows the other. A sign-up is kept until it was delivered or made a dead letter, across crashes,
 * restarts and full disks.
 */
export interface Outbox {
  /**
   * Resolves when the sign-up would survive a power cut. A second one with the same id, or with the same form
   * and address within the duplicate window, is dropped, but takes as long and fails in the same way as a new
   * one, so that the answer does not reveal whose address is known. Rejects with OutboxFull or
   * OutboxUnavailable.
   */
  add(signup: Signup): Promise<'stored' | 'duplicate'>;
  /**
   * Returns up to `max` sign-ups that are due at `nowMs`, oldest first, at most one of which was tried
   * before. The attempt is on disk before this resolves.
   */
  claim(max: number, nowMs: number): Promise<readonly Claimed[]>;
  /**
   * Records the outcomes of claimed sign-ups and the state of the circuit; both are on disk when it resolves.
   */
  acknowledge(acknowledgements: readonly Acknowledgement[], circuit: Circuit): Promise<void>;
  /** The circuit of the last `acknowledge`, also from before a restart. */
  circuit(): Circuit;
  counts(): OutboxCounts;
  /** Finishes running writes and releases the outbox for another process. */
  close(): Promise<void>;
}

export interface Claimed {
  readonly signup: Signup;
  /** The number of attempts, this one included. */
  readonly attempts: number;
}

/**
 * The outcome of a claimed sign-up: `delivered` erases it, `later` keeps it until it is due again, `refused`
 * makes it a dead letter with rasa.io's reason.
 */
export type Acknowledgement = { readonly id: string } & (
  | { readonly is: 'delivered' }
  | { readonly is: 'later'; readonly dueMs: number }
  | { readonly is: 'refused'; readonly reason: string }
);

/**
 * State of the circuit breaker: the number of failed calls in a row, and the time (ms since 1970) before
 * which no further call is made.
 */
export interface Circuit {
  readonly failures: number;
  readonly untilMs: number;
}

export interface OutboxCounts {
  readonly waiting: number;
  readonly deadLetters: number;
  /** When the oldest waiting sign-up was accepted, in ms since 1970; `undefined` if none waits. */
  readonly oldestMs: number | undefined;
}

/**
 * Nothing can be stored durably at the moment; `cause` is the system's error. Sign-ups accepted before are
 * unaffected.
 */
export class OutboxUnavailable extends Error {
  override readonly name: string = 'OutboxUnavailable';
}

/** The maximum number of waiting sign-ups is reached. */
export class OutboxFull extends OutboxUnavailable {
  override readonly name = 'OutboxFull';
}
