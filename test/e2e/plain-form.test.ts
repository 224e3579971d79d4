import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ar } from '../../shared/messages/ar.ts';
import { de } from '../../shared/messages/de.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { everyKind, formsFile } from '../helpers/forms/operators-forms.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { guardedIntake, readContact, readContacts, startService } from '../helpers/server/service.ts';
import { servePage } from '../helpers/sites/one-answer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const form = readmeBlocks('docs/embedding.md', 'html').find((block) => block.startsWith('<form')) ?? '';
const document = (body: string) =>
  `<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`;

/**
 * The product, and a page elsewhere with the plain form of docs/embedding.md, whose thank-you page is on that
 * page's site too.
 */
async function start(env: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const thanks = await servePage(document('<h1>Thanks from our own page</h1>'));
  const service = await startService({ ...guardedIntake, THANK_YOU_PAGES: `${thanks}/`, ...env });
  const body = form
    .replace('https://signup.example.com', service.url)
    .replace('https://www.example.com/thanks', `${thanks}/thanks`);
  const { sandbox } = service;
  if (!sandbox) throw new Error('no sandbox');
  return {
    ...service,
    thanks,
    body,
    page: await servePage(document(body), headers),
    contacts: () => readContacts(sandbox),
    contact: (id: unknown) => readContact(sandbox, id),
  };
}

async function withoutScripts(run: (page: Page) => Promise<void>, locale = 'en-GB'): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false, locale });
  await run(await context.newPage());
  await context.close();
}

describe('a browser without scripts, at a plain form elsewhere', () => {
  it('signs up with one more click, and ends on the thank-you page of that site', async () => {
    const { page: address, thanks, contacts } = await start();
    await withoutScripts(async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(address);
      await page.getByLabel('Email address').fill('plain@example.com');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('heading', { name: 'One more click' }).waitFor();
      await page.getByText('plain@example.com').waitFor();
      expect(await contacts()).toEqual([]);
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByRole('heading', { name: 'Thanks from our own page' }).waitFor();
      expect(page.url()).toBe(`${thanks}/thanks`);
      expect(complaints).toEqual([]);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'plain@example.com' }]);
    });
  });

  it('gets its values back with their errors, and continues from there', async () => {
    const { page: address, thanks, contacts } = await start({ DISPOSABLE: 'refuse' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await page.getByLabel('Email address').fill('ada@mailinator.com');
      await page.getByRole('button').click();
      await page.getByText('Please use an address that you will keep.').waitFor();
      expect(await page.getByLabel('Email address').inputValue()).toBe('ada@mailinator.com');
      await page.getByLabel('Email address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.waitForURL(`${thanks}/thanks`);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('signs up once when it clicks twice', async () => {
    const { page: address, contacts } = await start({ THANK_YOU_PAGES: '' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await page.getByLabel('Email address').fill('twice@example.com');
      await page.getByRole('button').click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).dblclick();
      await page.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });
});

describe('a browser without scripts, at a form of the operator’s own', () => {
  /** As a page's own developer might write it, with a field and the required attributes forgotten. */
  const plain = (action: string) => `
    <form method="post" action="${action}">
      <label>Email <input name="email" type="email"></label>
      <label>Nickname <input name="nickname"></label>
      <label>Boats <input name="boats"></label>
      <label>Coast <select name="coast"><option value=""></option><option value="s">South</option></select></label>
      <label><input type="radio" name="how_often" value="30"> Once a month</label>
      <label><input type="checkbox" name="offers" value="yes"> Offers too</label>
      <input type="hidden" name="campaign" value="spring">
      <button>Go</button>
    </form>`;

  it("signs up from a plain form elsewhere, with every answer, and ends at the form's redirect", async () => {
    const ending = await servePage(document('<h1>Ahoy</h1>'));
    const { url, contacts, contact } = await start({
      THANK_YOU_PAGES: `${ending}/`,
      ...(await formsFile({ harbour: { ...everyKind(), redirect: `${ending}/ahoy` } })),
    });
    const address = await servePage(document(plain(`${url}/forms/harbour`)));
    await withoutScripts(async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(address);
      await page.getByLabel('Email').fill('ada@example.com');
      await page.getByLabel('Nickname').fill('Ada of the <b>Sea</b>');
      await page.getByLabel('Boats').fill('99');
      await page.getByLabel('Coast').selectOption('South');
      await page.getByLabel('Once a month').check();
      await page.getByLabel('Offers too').check();
      await page.getByRole('button').click();

      await page.getByRole('heading', { name: 'Please check the marked fields.' }).waitFor();
      await page.getByText('Enter a number from 0 to 12.').waitFor();
      await page.getByText('We need your consent.').waitFor();
      await page.getByLabel('Boats').and(page.locator(':focus')).waitFor();
      expect(await page.getByLabel('Nickname').inputValue()).toBe('Ada of the <b>Sea</b>');
      expect(await page.getByLabel('Coast').inputValue()).toBe('s');
      expect(await page.getByLabel('Once a month').isChecked()).toBe(true);
      expect(await page.getByLabel('Offers too').isChecked()).toBe(true);
      expect(await page.getByLabel('I have read the privacy policy').isChecked()).toBe(false);
      await page.getByLabel('Boats').fill('2');
      await page.getByLabel('I have read the privacy policy').check();
      await page.getByRole('button', { name: 'Send me the letter' }).click();

      const answers = page.getByRole('main');
      await page.getByRole('heading', { name: 'One more click' }).waitFor();
      for (const said of ['Ada of the <b>Sea</b>', 'South', 'Once a month', 'Offers too'])
        await answers.getByText(said, { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByRole('heading', { name: 'Ahoy' }).waitFor();
      expect(page.url()).toBe(`${ending}/ahoy`);
      expect(complaints).toEqual([
        'Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)',
      ]);
    });
    await vi.waitFor(async () => {
      const [{ id } = {}] = await contacts();
      expect(await contact(id)).toMatchObject({
        email: 'ada@example.com',
        'Nick name': 'Ada of the <b>Sea</b>',
        boats: '2',
        coast: 's',
        how_often: '30',
        privacy: 'yes',
        offers: 'yes',
        campaign: 'spring',
        source: 'poster',
      });
    });
  });

  it('signs up at the hosted page, which records where the visitor came from, and shows its own thanks', async () => {
    const { url, contacts, contact } = await start(await formsFile({ harbour: everyKind() }));
    await withoutScripts(async (page) => {
      await page.goto(`${url}/forms/harbour?utm_campaign=poster`);
      await page.getByRole('heading', { name: 'The Harbour Letter' }).waitFor();
      await page.getByLabel('Email address').fill('grace@example.com');
      await page.getByLabel('Boats').fill('0');
      await page.getByLabel('Date of birth').fill('1906-12-09');
      await page.getByLabel('Coast').selectOption('North');
      await page.getByLabel('Every week').check();
      await page.getByLabel('I have read the privacy policy').check();
      await page.getByRole('button', { name: 'Send me the letter' }).click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByRole('heading', { name: 'Welcome aboard.' }).waitFor();
    });
    await vi.waitFor(async () => {
      const [{ id } = {}] = await contacts();
      expect(await contact(id)).toMatchObject({
        boats: '0',
        born: '1906-12-09',
        coast: 'n',
        campaign: 'poster',
      });
    });
  });
});

describe('a browser without scripts, in another language', () => {
  it.each([
    { case: 'asked for by its address', words: de, query: '?lang=de-AT', locale: 'en-GB' },
    { case: 'asked for by the browser', words: ar, query: '', locale: 'ar-EG' },
  ])('gets every page in it: $words.lang, $case', async ({ words, query, locale }) => {
    const { url, contacts } = await start();
    const { labels, texts, confirm } = words;
    await withoutScripts(async (page) => {
      await page.setViewportSize({ width: 360, height: 700 });
      const meet = async (title: string) => {
        await page.getByRole('heading', { name: title, exact: true }).waitFor();
        const seen = await page.evaluate(() => {
          const { lang, dir, scrollWidth, clientWidth } = window.document.documentElement;
          return { lang, dir, overflows: scrollWidth > clientWidth };
        });
        expect(seen, title).toEqual({ lang: words.lang, dir: words.dir, overflows: false });
      };

      await page.goto(`${url}/forms/newsletter${query}`);
      await meet(words.hosted.title);
      await page.getByLabel(labels.email).fill('ada');
      // The browser's own message about a malformed address is in the browser's own language.
      await page.locator('.plain-form').evaluate((form: HTMLFormElement) => (form.noValidate = true));
      await page.getByRole('button', { name: texts.submit }).click();
      await meet(texts.problems.invalid);
      await page.getByText(words.fieldIssues.email).waitFor();
      await page.getByLabel(labels.email).fill('ada@example.com');
      await page.getByLabel(labels.first_name).fill('آدا');
      await page.getByRole('button', { name: texts.submit }).click();
      await meet(confirm.title);
      await page.getByText(confirm.explanation).waitFor();
      await page.getByRole('button', { name: confirm.button }).click();
      await meet(texts.accepted);
    }, locale);
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'ada@example.com', first_name: 'آدا' }]);
    });
  });
});

describe('a page whose origin the browser does not send', () => {
  const signUpIn = async (page: Page | FrameLocator) => {
    await page.getByLabel('Email address').fill('opaque@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('button', { name: 'Yes, sign me up' }).click();
    await page.getByText('Thank').first().waitFor();
  };

  it('can have a plain form when it sends no referrer', async () => {
    const { page: address, contacts } = await start({}, { 'referrer-policy': 'no-referrer' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await signUpIn(page);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('can have a plain form in a sandboxed frame, which shows the answers', async () => {
    const { body, contacts } = await start({ THANK_YOU_PAGES: '' });
    const inner = await servePage(document(body));
    const outer = `<iframe sandbox="allow-forms" src="${inner}" width="600" height="600"></iframe>`;
    await withoutScripts(async (page) => {
      await page.goto(await servePage(document(outer)));
      await signUpIn(page.frameLocator('iframe'));
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('can have one there that opens its answer in a new window', async () => {
    const { body, contacts } = await start();
    const inner = await servePage(document(body.replace('<form', '<form target="_blank"')));
    const outer = `<iframe sandbox="allow-forms allow-popups" src="${inner}"></iframe>`;
    await withoutScripts(async (page) => {
      await page.goto(await servePage(document(outer)));
      await page.frameLocator('iframe').getByLabel('Email address').fill('opened@example.com');
      const opening = page.context().waitForEvent('page');
      await page.frameLocator('iframe').getByRole('button').click();
      const answer = await opening;
      await answer.getByRole('button', { name: 'Yes, sign me up' }).click();
      await answer.getByText('Thank').first().waitFor();
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });
});
