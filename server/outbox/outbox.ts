import type { Signup } from './signup.ts';

/**
 * Where accepted sign-ups wait for rasa.io. Whoever adds knows nothing of who takes; what was added is kept until
 * it was delivered or set aside, across crashes, restarts and full disks.
 */
export interface Outbox {
  /**
   * Resolves when the sign-up would survive a power cut. A second one with the same id, or within the duplicate
   * window with the same form and address, is dropped, but takes as long and fails as a new one would: nobody can
   * tell by the answer whose address is known. Rejects with OutboxFull or OutboxUnavailable.
   */
  add(signup: Signup): Promise<'stored' | 'duplicate'>;
  /**
   * Up to `max` sign-ups that are due at `nowMs`, oldest first, of which one at most was tried before. The attempt is
   * on disk before it is made.
   */
  claim(max: number, nowMs: number): Promise<readonly Claimed[]>;
  /** What became of those that were taken, and how the delivery worker stands; both are on disk when it resolves. */
  acknowledge(acknowledgements: readonly Acknowledgement[], circuit: Circuit): Promise<void>;
  /** What the last `settle` said, also before a restart. */
  circuit(): Circuit;
  counts(): OutboxCounts;
  /** Finishes what is being written and lets another process have it. */
  close(): Promise<void>;
}

export interface Claimed {
  readonly signup: Signup;
  /** This one included. */
  readonly attempts: number;
}

/** Delivered ones are erased, later ones wait until they are due, refused ones are set aside with rasa.io's words. */
export type Acknowledgement = { readonly id: string } & (
  | { readonly is: 'delivered' }
  | { readonly is: 'later'; readonly dueMs: number }
  | { readonly is: 'refused'; readonly reason: string }
);

/** Whether rasa.io takes sign-ups: `failures` calls in a row that it did not, and no further one before `untilMs`. */
export interface Circuit {
  readonly failures: number;
  readonly untilMs: number;
}

export interface OutboxCounts {
  readonly waiting: number;
  readonly deadLetters: number;
  /** When the oldest that waits was accepted, in ms since 1970; `undefined` when none waits. */
  readonly oldestMs: number | undefined;
}

/** Nothing can be made durable just now, with the system's error as `cause`. What was accepted before is untouched. */
export class OutboxUnavailable extends Error {
  override readonly name: string = 'OutboxUnavailable';
}

/** As many wait as are allowed to. */
export class OutboxFull extends OutboxUnavailable {
  override readonly name = 'OutboxFull';
}
