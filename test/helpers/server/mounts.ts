import type { CDPSession, Page } from 'playwright-core';

/** What a page holds on to, once everything is collected that can be. */
export interface Held {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

/**
 * How much more a page holds on to after an element was put into it, drawn its content and was taken out so many
 * times. What is made once only (styles, templates, compiled code) is made before the count.
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

/** Ten at a time, each until it has an input, in its shadow root or without one. */
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
  // What is freed by the first round may have held something else.
  for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
}
