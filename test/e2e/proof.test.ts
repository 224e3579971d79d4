import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { connections, openInFront, otherNames, requestsOf } from '../helpers/sites/proxied-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(otherNames);
});
afterAll(() => browser.close());

describe.each(connections)('a page %s', { timeout: 20_000 }, (_name, secure) => {
  it('lets a person sign up who types at human speed, and the button responds without delay', async () => {
    const { page, context, complaints, seen } = await openInFront(browser, { behaviour: 'hard', secure });
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

  it('needs to allow only the proxy, and stores nothing', async () => {
    const policy = "default-src 'none'; script-src PROXY; connect-src PROXY";
    const { page, context, complaints, seen } = await openInFront(browser, {
      behaviour: 'accepting',
      secure,
      policy,
    });
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

describe('if no proof can be made', () => {
  it.each([
    ['its module is blocked', 'barren', true],
    ['its module for plain http is blocked', 'bare', false],
    ['the challenge has an unknown algorithm', 'strange', true],
  ] as const)(
    'the form is sent as a plain form, with all typed values: %s',
    async (_name, behaviour, secure) => {
      const { page, context, seen, base } = await openInFront(browser, { behaviour, secure });
      await page.getByLabel('Email address').fill('jörg@example.com');
      await page.getByLabel('Last name').fill('Łukasiewicz');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.waitForURL(`${base}/forms/newsletter`);
      const { posts, proofs } = await seen();
      expect(proofs).toEqual(['none']);
      expect(posts[0]).toMatchObject({
        email: 'jörg@example.com',
        last_name: 'Łukasiewicz',
        id: expect.stringMatching(/^\d+(-\d+){3}$/) as string,
      });
      await context.close();
    },
  );
});

describe('in the form', () => {
  it('the honeypot is neither reachable by keyboard nor announced', async () => {
    const { page, context } = await openInFront(browser, { behaviour: 'accepting', secure: true });
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

  it('the question after a typo does not move the button while it is pressed', async () => {
    const { page, context, seen } = await openInFront(browser, { behaviour: 'held', secure: true });
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
