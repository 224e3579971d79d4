import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function open(display: string, behaviour = 'trusting'): Promise<Page> {
  const { base, form } = await stubbedProxy(behaviour);
  const html = `<main><rasa-signup src="${form}" display="${display}"></rasa-signup></main><script src="${base}/embed.js"></script>`;
  const { page } = await openPage(browser, await serveSite({ '/': pageOf(html) }));
  await page.locator('rasa-signup :is(form, .opener, [part=link])').first().waitFor();
  return page;
}

const names = `
- text: First name (optional)
- textbox "First name (optional)":
  - /placeholder: optional
- text: Last name (optional)
- textbox "Last name (optional)":
  - /placeholder: optional
- button "Subscribe"
- status`;

const form = `
- text: Email address
- textbox "Email address"${names}`;

const wrongForm = `
- text: Email address
- textbox "Email address" [invalid]
- paragraph: Please fill in this field.${names}`;

const thanks = `
- status:
  - heading "You are signed up" [level=2]
  - paragraph: Thank you. We have your sign-up for ada@example.com.
  - paragraph: If it does not arrive, look in your spam folder.`;

const unreached = `
- text: Email address
- textbox "Email address": ada@example.com${names}: We could not be reached. Please check your connection and try again.`;

const waiting = `
- status:
  - heading "Confirm your address" [level=2]
  - paragraph: We have written to a…\u2060@gmail.com. Open the message and press its button.
  - paragraph: If it does not arrive, look in your spam folder.
- link "Open Gmail":
  - /url: https://mail.google.com/
- text: Code from the message
- textbox "Code from the message"
- button "Confirm"
- status
- text: Nothing there? Send it again in TIME
- button "Use another address"`;

const unavailable = `
- status:
  - paragraph:
    - text: The form could not be loaded.
    - link "Go to the form":
      - /url: FORM`;

const inside = (tree: string): string => tree.replaceAll('\n', '\n  ');

const dialog = `
- dialog "Sign up for our newsletter":${inside(`
- button "Close"
- heading "Sign up for our newsletter" [level=2]${form}`)}`;

const opener = '\n- button "Sign up for our newsletter"';

const trees: Readonly<Record<string, string>> = {
  inline: form,
  dialog: opener + dialog,
  'slide-in': opener + dialog,
  bar: opener + dialog,
};

it.each(Object.entries(trees))('a screen reader finds this, and nothing else: %s', async (display, tree) => {
  const page = await open(display);
  if (display !== 'inline') await page.locator('rasa-signup .opener').click();
  await page.locator('rasa-signup form').waitFor();
  expect(await treeOf(page)).toBe(tree);
});

it('and this after a mistake, and after the thanks', async () => {
  const page = await open('inline');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByText('Please fill in this field.').waitFor();
  expect(await treeOf(page)).toBe(wrongForm);
  await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByText('Thank you.').waitFor();
  expect(await treeOf(page)).toBe(thanks);
});

it('and this while it waits for its confirmation', async () => {
  const page = await open('inline', 'confirming');
  await page.getByRole('textbox', { name: 'Email address' }).fill('ada@gmail.com');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('link', { name: 'Open Gmail' }).waitFor();
  expect((await treeOf(page)).replace(/\d:\d\d/, 'TIME')).toBe(waiting);
});

it('and this where the proxy could not be reached, or the form not be loaded', async () => {
  const page = await open('inline', 'gateway');
  await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByText('could not be reached').waitFor();
  expect(await treeOf(page)).toBe(unreached);
  const other = await open('inline', 'absent');
  expect((await treeOf(other)).replace(/http:.*/, 'FORM')).toBe(unavailable);
});

/** Of the page's main part. */
async function treeOf(page: Page): Promise<string> {
  const [, ...lines] = (await page.getByRole('main').ariaSnapshot()).split('\n');
  return lines.map((line) => line.replace('  ', '\n')).join('');
}
