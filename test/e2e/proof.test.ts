import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, launchBrowser } from '../helpers/browser.ts';
import { servePage } from '../helpers/one-answer.ts';
import { serveStub } from '../helpers/serve-stub.ts';

let browser: Browser;
beforeAll(async () => {
  // Names that are not this machine's, so that their pages over plain http are no secure context.
  browser = await launchBrowser(['--host-resolver-rules=MAP *.example 127.0.0.1']);
});
afterAll(() => browser.close());

interface Seen {
  readonly posts: readonly Record<string, string>[];
  readonly proofs: readonly string[];
  readonly asked: readonly string[];
}

interface Setting {
  readonly behaviour: string;
  readonly secure: boolean;
  readonly policy?: string;
}

/** A page with the form, on an origin of its own, in front of a proxy of its own. */
async function open({ behaviour, secure, policy = '' }: Setting) {
  const host = (name: string) => (secure ? 'localhost' : name);
  const port = await serveStub();
  const proxy = `http://${host('signup.example')}:${port}`;
  const base = `${proxy}/stub/${behaviour}/room`;
  const origin = await servePage(
    `<!doctype html><html lang="en"><title>A page</title>
      <body><rasa-signup src="${base}/forms/newsletter"></rasa-signup>
      <script async src="${base}/embed.js"></script></body></html>`,
    policy === '' ? {} : { 'content-security-policy': policy.replaceAll('PROXY', proxy) },
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.addInitScript(watchPage);
  await page.goto(origin.replace('localhost', host('www.example')));
  await page.getByLabel('Email address').waitFor();
  expect(await page.evaluate(() => isSecureContext)).toBe(secure);
  const seen = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/stub/${behaviour}/room/seen`)).json()) as Seen;
  return { page, context, complaints, seen, base };
}

/** In the page: notes every request, and whether it left in the turn of the last click. */
function watchPage(): void {
  const requests: string[] = [];
  Object.assign(globalThis, { requests });
  let turn = 'before the click';
  addEventListener(
    'click',
    () => {
      turn = 'in the same turn';
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (turn = 'later');
      port2.postMessage(undefined);
    },
    { capture: true },
  );
  const { fetch } = globalThis;
  globalThis.fetch = (...args) => {
    const [url, init] = args;
    const path = new URL(url instanceof Request ? url.url : url).pathname.split('/').pop() ?? '';
    requests.push(`${init?.method ?? 'GET'} ${path} ${turn}`);
    return fetch(...args);
  };
}

const requestsOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { readonly requests: readonly string[] }).requests);

/**
 * The milliseconds that the page's main thread worked on its longest task. A `PerformanceObserver` for long tasks
 * goes by the clock on the wall, by which any task is long on a machine that is busy with other tests.
 */
function longestTaskIn(trace: Buffer): number {
  const { traceEvents: events } = JSON.parse(trace.toString()) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasks = events.filter(
    ({ name, pid, tid }) =>
      name === 'ThreadControllerImpl::RunTask' &&
      threads.some((thread) => thread.pid === pid && thread.tid === tid),
  );
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** How long the thread worked, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

const connections = [
  ['that is a secure context', true],
  ['over plain http', false],
] as const;

describe.each(connections)('a page %s', { timeout: 20_000 }, (_name, secure) => {
  it('lets a person sign up who types at human speed, and the button waits for nothing', async () => {
    const { page, context, complaints, seen } = await open({ behaviour: 'hard', secure });
    await page.getByLabel('Email address').pressSequentially('ada@example.com', { delay: 120 });
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ada', { delay: 120 });
    await page.keyboard.press('Tab');
    await page.keyboard.type('Lovelace', { delay: 120 });
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    expect(await requestsOf(page)).toEqual([
      'GET newsletter before the click',
      'GET challenge before the click',
      'POST newsletter in the same turn',
    ]);
    expect((await seen()).proofs).toEqual(['valid']);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('stays free while a phone works on the hardest challenge: no task is long', async () => {
    const { page, context, seen } = await open({ behaviour: 'hard', secure });
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await browser.startTracing(page, { categories: ['toplevel'] });
    await page.getByLabel('Email address').focus();
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    expect(longestTaskIn(await browser.stopTracing())).toBeLessThan(50);
    expect((await seen()).proofs).toEqual(['valid']);

    // It would be seen.
    await browser.startTracing(page, { categories: ['toplevel'] });
    await page.evaluate(async () => {
      const nextTask = () => new Promise((resolve) => setTimeout(resolve));
      await nextTask();
      const end = performance.now() + 200;
      while (performance.now() < end);
      await nextTask();
    });
    expect(longestTaskIn(await browser.stopTracing())).toBeGreaterThan(50);
    await context.close();
  });

  it('needs to allow nothing but the proxy, and keeps nothing', async () => {
    const policy = "default-src 'none'; script-src PROXY; connect-src PROXY";
    const { page, context, complaints, seen } = await open({ behaviour: 'accepting', secure, policy });
    await page.getByLabel('Email address').fill('ada@gmial.com');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Yes, change it' }).click();
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    const { posts, proofs, asked } = await seen();
    expect(posts[0]).toMatchObject({ email: 'ada@gmail.com' });
    expect(proofs).toEqual(['valid']);
    expect([...asked].sort()).toEqual([
      'challenge',
      'embed.js',
      ...(secure ? [] : ['pbkdf2.js']),
      'proof.js',
    ]);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    expect(await context.cookies()).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('where nothing can be proved', () => {
  it.each([
    ['its module is blocked', 'barren', true],
    ['its module for plain http is blocked', 'bare', false],
    ['the challenge is one of the future', 'strange', true],
  ] as const)(
    'the form goes the plain way, with all that was typed: %s',
    async (_name, behaviour, secure) => {
      const { page, context, seen, base } = await open({ behaviour, secure });
      await page.getByLabel('Email address').fill('jörg@example.com');
      await page.getByLabel('Last name').fill('Łukasiewicz');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.waitForURL(`${base}/forms/newsletter`);
      const { posts, proofs } = await seen();
      expect(proofs).toEqual(['none']);
      expect(posts[0]).toMatchObject({
        email: 'jörg@example.com',
        last_name: 'Łukasiewicz',
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        page: expect.stringMatching(/^http/) as string,
      });
      await context.close();
    },
  );
});

describe('what stands in the form for others', () => {
  it('the honeypot is neither reached by the keyboard nor read to anybody', async () => {
    const { page, context } = await open({ behaviour: 'accepting', secure: true });
    const reached: string[] = [];
    await page.getByLabel('Email address').focus();
    for (let i = 0; i < 6; i++) {
      reached.push(
        await page.evaluate(() => {
          const focused = document.activeElement?.shadowRoot?.activeElement;
          return focused?.getAttribute('name') ?? focused?.getAttribute('type') ?? 'the page';
        }),
      );
      await page.keyboard.press('Tab');
    }
    expect(reached).toContain('submit');
    expect(reached).not.toContain('your_message');
    const session = await context.newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const names = nodes.filter(({ ignored }) => !ignored).map(({ name }) => String(name?.value));
    expect(names).toContain('Email address');
    expect(names).not.toContain('Leave this field empty');
    await context.close();
  });

  it('the question after a slip does not move the button away from under a finger', async () => {
    const { page, context, seen } = await open({ behaviour: 'held', secure: true });
    await page.getByLabel('Email address').fill('ada@gmial.com');
    const button = page.getByRole('button', { name: 'Subscribe' });
    await button.hover();
    await page.mouse.down();
    const before = await button.boundingBox();
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))),
    );
    expect(await button.boundingBox()).toEqual(before);
    await page.mouse.up();
    await expect.poll(async () => (await seen()).posts.length).toBe(1);
    expect((await seen()).posts[0]).toMatchObject({ email: 'ada@gmial.com' });
    await context.close();
  });
});
