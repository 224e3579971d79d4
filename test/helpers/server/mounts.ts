import type { CDPSession, Page } from 'playwright-core';

/** What a page still holds after a garbage collection. */
export interface Held {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

/**
 * How much more a page holds after an element was added, rendered and removed that many times. Resources that
 * are created only once (styles, templates, compiled code) are created before the count.
 */
export async function holdAfterMounts(page: Page, html: string, times: number): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  await mount(page, html, Math.ceil(times / 10));
  const before = await held(session);
  await mount(page, html, times);
  const after = await held(session);
  await session.detach();
  return {
    heapBytes: after.heapBytes - before.heapBytes,
    nodes: after.nodes - before.nodes,
    listeners: after.listeners - before.listeners,
  };
}

/** Ten at a time, each until it has an input, with or without a shadow root. */
async function mount(page: Page, html: string, times: number): Promise<void> {
  await page.evaluate(
    async ({ html, times }) => {
      const stage = document.body.appendChild(document.createElement('main'));
      for (let done = 0; done < times; done += 10) {
        stage.innerHTML = html.repeat(Math.min(10, times - done));
        const isDrawn = (element: Element) => (element.shadowRoot ?? element).querySelector('input') !== null;
        while (![...stage.children].every(isDrawn)) await new Promise(requestAnimationFrame);
        stage.replaceChildren();
        await new Promise(requestAnimationFrame);
      }
      stage.remove();
    },
    { html, times },
  );
}

async function held(session: CDPSession): Promise<Held> {
  // The first round may free objects that hold others.
  for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
}
