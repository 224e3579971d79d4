import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { complaintsOf } from '../browser/browser.ts';

/** A marketer at the builder, with a clipboard. */
export interface Marketer {
  readonly page: Page;
  /** The content of the preview. */
  readonly preview: FrameLocator;
  readonly complaints: readonly string[];
  /** Opens a section of the settings. */
  readonly openSection: (name: string) => Promise<void>;
  readonly openAll: () => Promise<void>;
  readonly choose: (label: string) => Promise<void>;
  /** Chooses the kind of snippet, copies it, and returns the content of the clipboard. */
  readonly copySnippet: (kind?: string) => Promise<string>;
  readonly clipboard: () => Promise<string>;
}

/** Opens the builder. The page is closed after the test, and fails it if there were complaints. */
export async function openBuilder(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Marketer> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(10_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  onTestFinished(() => context.close());
  await page.goto(address);
  const preview = page.frameLocator('iframe');
  await preview.locator('.place rasa-signup').waitFor({ state: 'attached' });

  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  /** A choice is a row of radio buttons where there is room, else a list. */
  const choose = async (label: string) => {
    const radio = page.getByRole('radio', { name: label, exact: true });
    if ((await radio.count()) > 0) await radio.check();
    else
      await page
        .locator('select:visible', { has: page.locator('option', { hasText: new RegExp(`^${label}$`) }) })
        .selectOption(label);
  };
  return {
    page,
    preview,
    complaints,
    async openSection(name) {
      const section = page.locator('details', { has: page.getByRole('heading', { name, exact: true }) });
      if ((await section.getAttribute('open')) === null) await section.locator('summary').click();
    },
    async openAll() {
      const closed = page.locator('details:not([open]) > summary');
      while ((await closed.count()) > 0) await closed.first().click();
    },
    choose,
    async copySnippet(kind) {
      if (kind !== undefined) await choose(kind);
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('status').getByText('Copied', { exact: true }).waitFor();
      return clipboard();
    },
    clipboard,
  };
}
