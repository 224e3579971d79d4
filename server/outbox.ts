import type { Outcome, Signup } from './signup.ts';

/**
 * Where accepted sign-ups wait for rasa.io. Whoever adds knows nothing of who takes; what was added is kept until
 * it was delivered, across crashes and restarts.
 */
export interface Outbox {
  /** Resolves when the sign-up would survive a power cut; a second one with the same id is dropped as a duplicate. */
  add(signup: Signup): Promise<'stored' | 'duplicate'>;
  /** Up to `max` sign-ups that are due at `nowMs`, oldest first. The attempt is counted before it is made. */
  take(max: number, nowMs: number): Promise<readonly Taken[]>;
  /** What became of each that was taken: delivered ones are erased, later ones wait until due, refused ones are set aside. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  counts(): OutboxCounts;
  /** Finishes what is being written. */
  close(): Promise<void>;
}

export interface Taken {
  readonly signup: Signup;
  /** This one included. */
  readonly attempts: number;
}

export type Settlement = { readonly id: string } & (
  | { readonly is: Extract<Outcome['is'], 'delivered'> }
  | { readonly is: Extract<Outcome['is'], 'later'>; readonly dueMs: number }
  | { readonly is: Extract<Outcome['is'], 'refused'>; readonly reason: string }
);

export interface OutboxCounts {
  readonly waiting: number;
  readonly setAside: number;
}

/** Nothing can be made durable just now, with the system's error as `cause`. What was accepted before is untouched. */
export class OutboxUnavailable extends Error {
  override readonly name = 'OutboxUnavailable';
}
