import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ar } from '../../shared/messages/ar.ts';
import { en } from '../../shared/messages/en.ts';
import { faultsOf } from '../helpers/browser/axe.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { everyField } from '../helpers/forms/every-field.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const themed = '<style>:root { color-scheme: light dark; background: Canvas; color: CanvasText }</style>';

interface Look {
  readonly behaviour?: string;
  readonly attributes?: string;
  readonly words?: typeof en;
  readonly fields?: 'every' | 'few';
}

/** A page that contains only the form, in the form's language. */
async function open({ behaviour = 'trusting', attributes = '', words = en, fields = 'every' }: Look = {}) {
  const { base, form } = await stubbedProxy(behaviour);
  const { title, intro, fields: every } = everyField(words);
  const changes = { title, intro, ...(fields === 'every' && { fields: every }) };
  const src = `${form}?lang=${words.lang}&with=${encodeURIComponent(JSON.stringify(changes))}`;
  const html = `<main><h1>Letters</h1><rasa-signup src="${src.replaceAll('&', '&amp;')}" ${attributes}></rasa-signup></main><script src="${base}/embed.js"></script>`;
  const site = await serveSite({ '/': pageOf(html, themed) });
  const { page } = await openPage(browser, site);
  await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'));
  return page;
}

const sendButton = (page: Page) => page.locator('rasa-signup [part=button]');

/** The violations that axe finds in each layout and theme. */
async function violations(page: Page, layouts: readonly string[] = ['']): Promise<readonly string[]> {
  const found: string[] = [];
  for (const layout of layouts) {
    await page.locator('rasa-signup').evaluate((form, layout) => {
      form.setAttribute('layout', layout);
    }, layout);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const faults = await faultsOf(page);
      found.push(...faults.map((fault) => `${layout} ${colorScheme} ${fault}`));
    }
  }
  return found;
}

/** Each state, with the visitor's actions that lead to it. */
const states: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  empty: () => Promise.resolve(),
  'with a mistake': async (page) => {
    await sendButton(page).click();
    await page.locator('rasa-signup [aria-invalid]').first().waitFor();
  },
  refused: async (page) => {
    await page.locator('rasa-signup [name=email]').fill('ada@example.com');
    await sendButton(page).click();
    await page.locator('rasa-signup [part=status] .error').waitFor();
  },
  accepted: async (page) => {
    await page.locator('rasa-signup [name=email]').fill('ada@example.com');
    await sendButton(page).click();
    await page.locator('rasa-signup [part=mark]').waitFor();
  },
};

describe('axe finds no fault in any theme', () => {
  describe.each([en, ar])('in $lang', (words) => {
    it.each(Object.keys(states))('with a form that is %s, in every layout', async (state) => {
      const page = await open({
        words,
        behaviour: state === 'refused' ? 'limited' : 'trusting',
        fields: state === 'empty' || state === 'with a mistake' ? 'every' : 'few',
      });
      await states[state]?.(page);
      expect(await violations(page, ['stacked', 'inline', 'compact'])).toEqual([]);
    });
  });

  it.each(['dialog', 'slide-in', 'bar'])('with a %s', async (display) => {
    const page = await open({ attributes: `display="${display}"` });
    await page.locator('rasa-signup .opener').click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  // Criteria that axe does not check: borders, and the focused element.
  it.each(['light', 'dark'] as const)(
    'and every text, border and button has enough contrast: %s',
    async (colorScheme) => {
      const page = await open({ attributes: 'debug' });
      // The report is at the bottom of the window.
      await page.setViewportSize({ width: 1280, height: 2600 });
      await page.emulateMedia({ colorScheme });
      await states['with a mistake']?.(page);
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.waitForFunction(
        () => document.querySelector<HTMLElement>('rasa-signup')?.dataset['debug'] === 'ok',
      );
    },
  );
});

describe('by keyboard alone', () => {
  it('a mistake gets the focus, is announced with its field, can be corrected, and the form is sent', async () => {
    const page = await open({ fields: 'few' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const email = page.getByRole('textbox', { name: 'Email address' });
    await expect.poll(() => email.evaluate((input) => input.matches(':focus-visible'))).toBe(true);
    expect(await email.ariaSnapshot()).toContain('Email address');
    const described = await email.evaluate((input: HTMLInputElement) => {
      const ids = (input.getAttribute('aria-describedby') ?? '').split(' ');
      const root = input.getRootNode() as ShadowRoot;
      return ids.map((id) => root.getElementById(id)?.textContent);
    });
    expect(described).toContain('Please fill in this field.');
    await page.keyboard.type('ada@example.com');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('status').innerText()).toContain('Thank you');
    expect(await page.locator('rasa-signup').evaluate((form) => form.shadowRoot?.activeElement?.role)).toBe(
      'status',
    );
  });

  it.each([
    ['limited', 'Too many sign-ups at the moment.'],
    ['gateway', 'We could not be reached.'],
    ['suspicious', 'We could not tell that you are a person.'],
  ])('a refusal is announced, and everything typed is still there: %s', async (behaviour, words) => {
    const page = await open({ behaviour, fields: 'few' });
    const live = page.getByRole('status');
    // The live region must exist before its message, or it would not be announced.
    await live.waitFor({ state: 'attached' });
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.keyboard.press('Enter');
    await expect.poll(() => live.innerText()).toContain(words);
    expect(await page.locator('rasa-signup').ariaSnapshot()).toContain('ada@example.com');
  });

  it('a screen reader announces each field with its name, its role, and whether it is required', async () => {
    const page = await open();
    const tree = await page.locator('rasa-signup').ariaSnapshot();
    expect(tree).not.toContain(en.texts.leaveEmpty);
    for (const field of everyField(en).fields) {
      if (field.type !== 'hidden') expect(tree).toContain(field.label);
    }
    for (const role of [
      'textbox',
      'combobox',
      'radiogroup',
      'radio',
      'checkbox',
      'spinbutton',
      'button',
      'status',
    ])
      expect(tree, role).toContain(`- ${role}`);
  });
});

describe('for every way of viewing the form', () => {
  it('at 400 % nothing is cut off or scrolls sideways', async () => {
    for (const attributes of ['', 'layout="inline"', 'layout="compact"']) {
      const page = await open({ attributes });
      await page.setViewportSize({ width: 320, height: 256 });
      await states['with a mistake']?.(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    }
  });

  // https://www.w3.org/TR/WCAG22/#text-spacing
  it('with more text spacing nothing overlaps or is cut off', async () => {
    const page = await open();
    await page.setViewportSize({ width: 320, height: 640 });
    await page.addStyleTag({
      content: 'rasa-signup { line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em }',
    });
    await states['with a mistake']?.(page);
    const cutOff = await page
      .locator('rasa-signup')
      .evaluate((form) =>
        [...(form.shadowRoot?.querySelectorAll<HTMLElement>('label, legend, p, button') ?? [])]
          .filter((part) => !part.matches('.honeypot') && part.scrollWidth > part.clientWidth + 1)
          .map((part) => part.textContent),
      );
    expect(cutOff).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });

  it('in forced colours every control has a border, and the focused one a ring', async () => {
    const page = await open();
    await page.emulateMedia({ forcedColors: 'active' });
    await sendButton(page).focus();
    const drawn = await page.locator('rasa-signup').evaluate((form) => {
      const controls = [
        ...(form.shadowRoot?.querySelectorAll<HTMLElement>(
          'form [part=input]:not([type=checkbox], [type=radio]), [part=button]',
        ) ?? []),
      ];
      return controls.map((control) => {
        const { borderTopStyle, borderTopWidth } = getComputedStyle(control);
        return `${borderTopStyle} ${borderTopWidth}`;
      });
    });
    expect(new Set(drawn)).toEqual(new Set(['solid 1px']));
    expect(await sendButton(page).evaluate((button) => getComputedStyle(button).outlineStyle)).toBe('solid');
  });

  it('with reduced motion nothing moves', async () => {
    const page = await open({ fields: 'few', attributes: 'display="dialog"' });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.locator('rasa-signup .opener').click();
    await states['accepted']?.(page);
    const running = await page.evaluate(
      () => document.querySelector('rasa-signup')?.shadowRoot?.getAnimations().length,
    );
    expect(running).toBe(0);
  });
});
