import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { complaintsOf } from '../browser/browser.ts';

/** A marketer at the builder, with a clipboard. */
export interface Marketer {
  readonly page: Page;
  /** The content of the preview. */
  readonly preview: FrameLocator;
  readonly complaints: readonly string[];
  /** Opens a group of settings. */
  readonly openGroup: (name: string) => Promise<void>;
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
  await preview.locator('.place rasa-signup').waitFor();

  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  return {
    page,
    preview,
    complaints,
    openGroup: (name) => page.getByRole('heading', { name, exact: true }).click(),
    choose: (label) => page.getByRole('radio', { name: label, exact: true }).check(),
    async copySnippet(kind) {
      if (kind !== undefined) await page.getByRole('radio', { name: kind, exact: true }).check();
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByText('Copied.').waitFor();
      return clipboard();
    },
    clipboard,
  };
}
