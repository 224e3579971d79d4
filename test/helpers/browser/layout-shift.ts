import type { BrowserContext, Page } from 'playwright-core';

/** Watches every page of a context for its layout moving under the visitor (CLS), and for tasks that hold it up. */
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
  /** As the sum of all shifts without a recent input; https://web.dev/articles/cls calls more than 0.1 not good. */
  shifted: number;
  /** Each of more than 50 ms, in ms. */
  readonly longTasks: number[];
}

/** What was seen up to the frame after the next. */
export function seenOn(page: Page): Promise<Seen> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return (window as unknown as { readonly seen: Seen }).seen;
  });
}

/** Not in TypeScript's own library yet. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}
