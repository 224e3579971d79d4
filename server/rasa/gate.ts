import { pause } from '../system/pause.ts';

/** Says when it is a call's turn. Every call to rasa.io passes one, requests for tokens included. */
export interface Gate {
  /** Rejects with the reason of `stop` if that aborts before the call begins. */
  turn<T>(call: (stop: AbortSignal) => Promise<T>, options: TurnOptions<T>): Promise<T>;
}

export interface TurnOptions<T> {
  readonly stop: AbortSignal;
  /** For how long rasa.io asks that nobody calls after this one, in ms. */
  readonly pauseAfter?: (result: T) => number | undefined;
}

export interface GateOptions {
  /**
   * From the end of a call to the beginning of the next one, in ms; 200 by default. rasa.io publishes no
   * limit, and its other clients keep 200 ms.
   */
  readonly minIntervalMs?: number;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs?: () => number;
}

/**
 * A gate for one account in one process: one call at a time, in the order in which they came. Where rasa.io
 * asks for a pause, an hour at most, all calls wait for it; each can be aborted.
 */
export function createGate({
  minIntervalMs = 200,
  monotonicMs = () => performance.now(),
}: GateOptions = {}): Gate {
  let last: Promise<unknown> = Promise.resolve();
  let opensAtMs = 0;

  /** A timer may end a little early, and one waits for a day at most. */
  async function opened(stop: AbortSignal): Promise<void> {
    for (let leftMs = opensAtMs - monotonicMs(); leftMs > 0; leftMs = opensAtMs - monotonicMs()) {
      await pause(Math.min(Math.ceil(leftMs), 86_400_000), stop);
      stop.throwIfAborted();
    }
  }

  return {
    async turn(call, { stop, pauseAfter }) {
      const before = last;
      let leave = () => {
        // Replaced at once, below.
      };
      const left = new Promise<void>((resolve) => (leave = resolve));
      last = before.then(() => left);
      try {
        await settledOrAborted(before, stop);
        await opened(stop);
        let pauseMs = minIntervalMs;
        try {
          const result = await call(stop);
          pauseMs = Math.max(minIntervalMs, pauseAfter?.(result) ?? 0);
          return result;
        } finally {
          opensAtMs = monotonicMs() + pauseMs;
        }
      } finally {
        leave();
      }
    },
  };
}

async function settledOrAborted(before: Promise<unknown>, stop: AbortSignal): Promise<void> {
  let abort = () => {
    // Replaced at once, below.
  };
  const aborted = new Promise<void>((resolve) => (abort = resolve));
  stop.addEventListener('abort', abort);
  try {
    if (!stop.aborted) await Promise.race([before, aborted]);
    stop.throwIfAborted();
  } finally {
    stop.removeEventListener('abort', abort);
  }
}
