import type { Browser, Page } from 'puppeteer-core';
import { onTestFinished, vi } from 'vitest';
import { pageOf, serveSite, stubbedProxy, type StubbedProxy } from '../sites/site.ts';

interface Host {
  readonly behaviour?: string;
  readonly head?: string;
  readonly lang?: string;
  readonly query?: string;
  /** Before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/**
 * A page of others, open in Firefox until the test is over. `FORM` stands for the URL of the form, `BASE` for
 * that of the proxy, and `SCRIPT` for the tag of the script.
 */
export async function openPageOf(
  browser: Browser,
  body: string,
  { behaviour = 'trusting', head = '', lang = 'en', query = '', prepare }: Host = {},
): Promise<StubbedProxy & { readonly page: Page; readonly site: string }> {
  const proxy = await stubbedProxy(behaviour);
  const fill = (text: string) =>
    text
      .replaceAll('SCRIPT', '<script src="BASE/embed.js"></script>')
      .replaceAll('FORM', proxy.form)
      .replaceAll('BASE', proxy.base);
  const html = pageOf(fill(body), fill(head)).replace('lang="en"', lang && `lang="${lang}"`);
  const site = await serveSite({ '/': html, '/bought': pageOf('Bought') });
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  // Above what a busy machine takes for a page in Firefox.
  page.setDefaultTimeout(40_000);
  await prepare?.(page);
  // Not the whole of it: a test may hold a part.
  await page.goto(`${site}/${query}`, { waitUntil: 'domcontentloaded' });
  return { ...proxy, page, site };
}

/** A selector for elements in the form's shadow root. */
export const inForm = (selector: string) => `rasa-signup >>> ${selector}`;

export async function fillIn(page: Page, email = 'ada@example.com'): Promise<void> {
  const field = page.locator(inForm('[name=email]')).setTimeout(5000);
  // A router may put another document in place just now, in which nobody answers the first question.
  await vi.waitFor(() => field.fill(email), { timeout: 40_000 });
}

export const press = (page: Page) => page.locator(inForm('[part=button]')).click();

/** Waits until the form shows the text. */
export async function shows(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('rasa-signup')?.shadowRoot?.textContent.includes(text),
    {},
    words,
  );
}

/** Signs up like a visitor, and waits for the thanks. */
export async function signUpIn(page: Page): Promise<void> {
  await fillIn(page);
  await press(page);
  await shows(page, 'Thank you.');
}

/** Whether the first form of the page is open over it. Runs in the page. */
export function isOpen(): boolean {
  const dialog = document.querySelector('rasa-signup')?.shadowRoot?.querySelector('dialog');
  return dialog?.matches(':modal, :popover-open') ?? false;
}
