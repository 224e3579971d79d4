import type { BrowserContext, Page } from 'playwright-core';

/** Records layout shifts (CLS) and long tasks on every page of a context. */
export async function watchLayout(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen: Seen = { shifted: 0, longTasks: [] };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[])
        if (!entry.hadRecentInput) seen.shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      seen.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask', buffered: true });
  });
}

export interface Seen {
  /**
   * The sum of all shifts without recent input. https://web.dev/articles/cls rates more than 0.1 as not good.
   */
  shifted: number;
  /** The duration of each task of more than 50 ms, in ms. */
  readonly longTasks: number[];
}

/** The records up to the frame after the next. */
export function seenOn(page: Page): Promise<Seen> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return (window as unknown as { readonly seen: Seen }).seen;
  });
}

/** Missing in TypeScript's own library. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}
