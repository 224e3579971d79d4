/** rasa.io publishes no limit. Its other clients leave 200 ms between two calls. */
const politeGapMs = 200;

/** How clients treat the API, measured over all their calls about persons and figures. */
interface Traffic {
  readonly calls: number;
  /** Calls that began while another one was not answered yet. */
  readonly overlapping: number;
  /** Calls that began less than 200 ms after the answer to the one before. */
  readonly hasty: number;
  /** From an answer to the next call, in ms; `null` before the second call. */
  readonly shortestGapMs: number | null;
}

const nothing: Traffic = { calls: 0, overlapping: 0, hasty: 0, shortestGapMs: null };

/** Measures whether clients are polite: one call at a time, and a pause between two. */
export class TrafficMeter {
  readonly #monotonicMs: () => number;
  #traffic = nothing;
  #running = 0;
  #endedAtMs: number | undefined;

  constructor({ monotonicMs = () => performance.now() }: { readonly monotonicMs?: () => number } = {}) {
    this.#monotonicMs = monotonicMs;
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /** Begins anew; calls under way still count as such. */
  clear(): void {
    this.#traffic = nothing;
    this.#endedAtMs = undefined;
  }

  /** Notes the beginning of a call, and returns what notes its end. */
  begin(): () => void {
    const { calls, overlapping, hasty, shortestGapMs } = this.#traffic;
    const isOverlapping = this.#running > 0;
    const gapMs =
      isOverlapping || this.#endedAtMs === undefined ? Infinity : this.#monotonicMs() - this.#endedAtMs;
    const shortestMs = Math.min(gapMs, shortestGapMs ?? Infinity);
    this.#traffic = {
      calls: calls + 1,
      overlapping: overlapping + Number(isOverlapping),
      hasty: hasty + Number(gapMs < politeGapMs),
      shortestGapMs: shortestMs === Infinity ? null : shortestMs,
    };
    this.#running++;
    return () => {
      this.#running--;
      this.#endedAtMs = this.#monotonicMs();
    };
  }
}
