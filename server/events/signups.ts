import type { NewEvent } from './events.ts';

/** A sign-up, as far as events tell of it. */
export interface ToldSignup {
  readonly id: string;
  readonly form: string;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
}

/** What became of sign-ups in one write. */
export interface ToldOutcomes {
  readonly delivered: readonly ToldSignup[];
  /** `sinceMs`: since when it had waited, which tells a second refusal after a replay from the first. */
  readonly refused: readonly {
    readonly signup: ToldSignup;
    readonly code: string;
    readonly sinceMs: number;
  }[];
  /** Ids of those that cannot be read. */
  readonly damaged: readonly string[];
}

/**
 * What is told when sign-ups are acknowledged: for each that it was accepted, unless that is told already,
 * and what became of it. So nothing has to be written while a visitor waits.
 */
export function outcomeEvents(
  { delivered, refused, damaged }: ToldOutcomes,
  account: string,
  nowMs: number,
): readonly NewEvent[] {
  const about = ({ id, form }: ToldSignup) => ({ account, subject: id, data: { id, form } });
  return [
    ...[...delivered, ...refused.map(({ signup }) => signup)].map((signup) =>
      acceptedEvent({ ...signup, acceptedMs: Date.parse(signup.acceptedAt) }, account),
    ),
    ...delivered.map((signup): NewEvent => ({
      ...about(signup),
      type: 'signup.delivered',
      atMs: nowMs,
    })),
    ...refused.map(({ signup, code, sinceMs }): NewEvent => ({
      ...about(signup),
      type: 'signup.dead_lettered',
      atMs: nowMs,
      turn: sinceMs.toString(36),
      data: { id: signup.id, form: signup.form, reason: code },
    })),
    ...damaged.map((id): NewEvent => ({
      type: 'signup.dead_lettered',
      account,
      subject: id,
      atMs: nowMs,
      turn: 'damaged',
      data: { id, reason: 'damaged' },
    })),
  ];
}

export function acceptedEvent(
  signup: { readonly id: string; readonly form: string; readonly acceptedMs: number },
  account: string,
): NewEvent {
  const { id, form, acceptedMs } = signup;
  return { type: 'signup.accepted', account, subject: id, atMs: acceptedMs, data: { id, form } };
}

/** The mail of a sign-up that has to be confirmed was written. */
export function pendingEvent(
  signup: { readonly id: string; readonly form: string; readonly pendingMs: number },
  account: string,
): NewEvent {
  const { id, form, pendingMs } = signup;
  return { type: 'signup.pending', account, subject: id, atMs: pendingMs, data: { id, form } };
}

export function confirmedEvent(
  signup: { readonly id: string; readonly form: string; readonly confirmedMs: number },
  account: string,
): NewEvent {
  const { id, form, confirmedMs } = signup;
  return { type: 'signup.confirmed', account, subject: id, atMs: confirmedMs, data: { id, form } };
}
