import type { Browser, BrowserContext } from 'playwright-core';
import { seenOn, watchLayout } from '../helpers/browser/layout-shift.ts';
import type { Subject } from './widget-pages.ts';

/** One visit with an empty cache, on a processor slowed down by a factor of four. */
export interface Visit {
  /** Processor time of the page's thread for compiling and evaluating the script after its download. */
  readonly evaluationMs: number;
  /** From the start of the visit until the frame in which the form appears. */
  readonly readyMs: number;
  /**
   * From the first click (which sends an empty form, or ticks the box) until the frame that shows the result.
   */
  readonly clickMs: number;
  /** The total time by which tasks of more than 50 ms blocked the page. */
  readonly longMs: number;
  readonly shifted: number;
}

const slowDown = 4;

export async function visit(browser: Browser, { url, script, host, target }: Subject): Promise<Visit> {
  const context = await openContext(browser);
  await context.addInitScript(watch, { host, target });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown });
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.goto(url);
  const timeOf = async (what: keyof Times) => {
    await page.waitForFunction((name) => (window as unknown as Partial<Times>)[name] !== undefined, what);
    return page.evaluate((name) => (window as unknown as Times)[name], what);
  };
  const readyMs = await timeOf('readyMs');
  const { shifted, longTasks } = await seenOn(page);
  const trace = await browser.stopTracing();
  const hosted = page.locator(host).first();
  const root = host === 'iframe' ? hosted.contentFrame() : hosted;
  await root.locator(target).first().click();
  const clickMs = await timeOf('clickMs');
  await context.close();
  const longMs = longTasks.reduce((sum, ms) => sum + ms, 0);
  return { evaluationMs: evaluationOf(trace, script), readyMs, clickMs, longMs, shifted };
}

/** A context with a phone's screen size and with measurements. */
export async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  // tsx adds calls of this helper, which pages lack, to every function that contains functions.
  await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  await watchLayout(context);
  return context;
}

interface Times {
  readonly readyMs: number;
  readonly clickMs: number;
}

/** Runs in the page and its frames, before any of their scripts. */
function watch({ host, target }: { readonly host: string; readonly target: string }): void {
  const afterFrame = (then: (ms: number) => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      // The first task after the frame.
      port1.onmessage = () => {
        then(performance.now());
      };
      port2.postMessage(undefined);
    });
  };
  const look = (): void => {
    const element = document.querySelector(host);
    const framed = element instanceof HTMLIFrameElement ? element.contentDocument : undefined;
    const root = framed ?? element?.shadowRoot ?? element;
    if (!root?.querySelector(target)) requestAnimationFrame(look);
    else afterFrame((readyMs) => Object.assign(window, { readyMs }));
  };
  if (window === top) look();
  addEventListener(
    'click',
    ({ timeStamp }) => {
      afterFrame((ms) => Object.assign(top ?? window, { clickMs: ms - timeStamp }));
    },
    { capture: true, once: true },
  );
}

interface TraceEvent {
  readonly name: string;
  readonly tdur?: number;
  readonly args: { readonly data?: { readonly url?: string } };
}

function evaluationOf(trace: Buffer, script: string): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const micros = traceEvents
    .filter(({ name, args }) => name === 'EvaluateScript' && args.data?.url?.endsWith(script))
    .reduce((sum, { tdur = 0 }) => sum + tdur, 0);
  return micros / 1000;
}
