/**
 * The result of a closed loop: a number of callers, each of which waits for its acknowledgement before the
 * next call.
 */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function closedLoop(
  call: () => Promise<unknown>,
  callers: number,
  ms: number,
): Promise<LoadFigures> {
  const latencies: number[] = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let at = performance.now(); at < start + ms; at = performance.now()) {
        await call();
        latencies.push(performance.now() - at);
      }
    }),
  );
  const perSecond = latencies.length / ((performance.now() - start) / 1000);
  latencies.sort((a, b) => a - b);
  return { perSecond, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
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
