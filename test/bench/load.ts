import { createHistogram } from 'node:perf_hooks';

/**
 * The result of a closed loop: a number of callers, each of which waits for its acknowledgement before the
 * next call.
 */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Latencies are counted in classes, so that the measuring takes no memory of what is measured. */
export async function closedLoop(
  call: () => Promise<unknown>,
  callers: number,
  ms: number,
): Promise<LoadFigures> {
  const micros = createHistogram();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let at = performance.now(); at < start + ms; at = performance.now()) {
        await call();
        micros.record(Math.max(1, Math.round((performance.now() - at) * 1000)));
      }
    }),
  );
  const perSecond = micros.count / ((performance.now() - start) / 1000);
  return { perSecond, p50Ms: micros.percentile(50) / 1000, p99Ms: micros.percentile(99) / 1000 };
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** The values must be in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
