import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A page with the element in it. `FORM` and `SCRIPT` are placeholders for the two tags. */
async function open(body: string, behaviour?: string) {
  const proxy = await stubbedProxy(behaviour);
  const html = body
    .replaceAll('BASE', proxy.base)
    .replaceAll('FORM', `<rasa-signup src="${proxy.form}"></rasa-signup>`)
    .replaceAll('SCRIPT', `<script src="${proxy.base}/embed.js"></script>`);
  const site = await serveSite({ '/': pageOf(html), '/elsewhere': pageOf('<a href="/">Back</a>') });
  return { ...proxy, site, ...(await openPage(browser, site)) };
}

const email = (page: Page) => page.getByLabel('Email address');
const button = (page: Page) => page.getByRole('button', { name: 'Subscribe' });

describe('the element works', () => {
  it('inside a modal dialog', async () => {
    const { page, complaints } = await open('<dialog>FORM</dialog>SCRIPT');
    await page.locator('dialog').evaluate((dialog: HTMLDialogElement) => {
      dialog.showModal();
    });
    await signUp(page.getByRole('dialog'));
    expect(complaints).toEqual([]);
  });

  it('inside the shadow root of another element', async () => {
    const { page, complaints } = await open(
      '<site-footer><template shadowrootmode="open"><footer>FORM</footer></template></site-footer>SCRIPT',
    );
    await signUp(page.locator('site-footer'));
    expect(complaints).toEqual([]);
  });

  it("inside the page's own form, which is not submitted and gets no values", async () => {
    const { page, complaints, site, seen } = await open(
      `<form action="/elsewhere"><input name="q" value="shoes">FORM<button>Search</button></form>SCRIPT`,
    );
    await email(page).fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    expect(page.url()).toBe(`${site}/`);
    expect((await seen()).posts).toHaveLength(1);
    const outer = await page
      .locator('form')
      .first()
      .evaluate((form: HTMLFormElement) => [...new FormData(form).keys()]);
    expect(outer).toEqual(['q']);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL('**/elsewhere?q=shoes');
    expect(complaints).toEqual([]);
  });

  it('several times on one page, each independently', async () => {
    const { page, complaints, seen } = await open('<main>FORM</main><aside>FORM</aside>SCRIPT');
    await page.locator('aside').getByLabel('Email address').fill('second@example.com');
    await signUp(page.locator('main'), 'first@example.com');
    await page.locator('aside').getByRole('button', { name: 'Subscribe' }).click();
    await page.locator('aside').getByText('Thank you.').waitFor();
    expect((await seen()).posts.map((post) => post['email'])).toEqual([
      'first@example.com',
      'second@example.com',
    ]);
    expect(complaints).toEqual([]);
  });
});

describe('the element survives when the page', () => {
  it('moves it while the visitor types', async () => {
    const { page, complaints, seen } = await open('<main>FORM</main><footer></footer>SCRIPT');
    await email(page).fill('ada@example.com');
    await page.locator('footer').evaluate((footer) => {
      footer.append(document.querySelector('rasa-signup') ?? '');
    });
    expect(await email(page).inputValue()).toBe('ada@example.com');
    await button(page).click();
    await page.getByText('Thank you.').waitFor();
    expect(await seen()).toMatchObject({ loads: 1, posts: [{ email: 'ada@example.com' }] });
    expect(complaints).toEqual([]);
  });

  it('clones it: the copy is an independent form', async () => {
    const { page, complaints } = await open('<main>FORM</main><footer></footer>SCRIPT');
    await email(page).fill('ada@example.com');
    await page.locator('footer').evaluate((footer) => {
      footer.append(document.querySelector('main')?.cloneNode(true) ?? '');
    });
    await signUp(page.locator('footer'), 'grace@example.com');
    expect(await page.locator('body > main').getByLabel('Email address').inputValue()).toBe(
      'ada@example.com',
    );
    await signUp(page.locator('body > main'));
    expect(complaints).toEqual([]);
  });

  it('removes it while it loads, and puts it back', async () => {
    const { page, complaints, release } = await open('<main>FORM</main>SCRIPT', 'loading');
    await page.evaluate(() => {
      const element = document.querySelector('rasa-signup');
      element?.remove();
      Object.assign(window, { element });
    });
    await release();
    await page.evaluate(() => {
      const { element } = window as unknown as { readonly element: Element };
      document.querySelector('main')?.append(element);
    });
    await signUp(page);
    expect(complaints).toEqual([]);
  });

  it('removes it while it sends: the sign-up is sent, and the result is shown when it is back', async () => {
    const { page, complaints, release, seen } = await open('<main>FORM</main>SCRIPT', 'held');
    await email(page).fill('ada@example.com');
    await button(page).click();
    await page.evaluate(() => {
      const element = document.querySelector('rasa-signup');
      element?.remove();
      Object.assign(window, { element });
    });
    await expect.poll(async () => (await seen()).posts).toHaveLength(1);
    await release();
    await page.evaluate(() => {
      const { element } = window as unknown as { readonly element: Element };
      document.querySelector('main')?.append(element);
    });
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('switches to another view of a single-page application and back', async () => {
    const { page, complaints, form } = await open('<main>FORM</main>SCRIPT');
    await signUp(page);
    await page.evaluate(() => {
      history.pushState({}, '', '/other-view');
      document.querySelector('main')?.replaceChildren('Another view');
    });
    expect(await page.getByLabel('Email address').count()).toBe(0);
    await page.evaluate((src) => {
      history.pushState({}, '', '/newsletter');
      const element = document.createElement('rasa-signup');
      element.setAttribute('src', src);
      document.querySelector('main')?.replaceChildren(element);
    }, form);
    await signUp(page, 'grace@example.com');
    expect(complaints).toEqual([]);
  });
});

describe('the element copes with its src when the page', () => {
  const setSrc = (page: Page, value: string | null) =>
    page.locator('rasa-signup').evaluate((element, src) => {
      if (src === null) element.removeAttribute('src');
      Object.assign(element, { src });
    }, value);

  it('removes it: nothing is requested, and the form stays until there is another', async () => {
    const { page, complaints, form, seen } = await open('FORMSCRIPT');
    await email(page).fill('ada@example.com');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await setSrc(page, null);
    await setSrc(page, form);
    await signUp(page);
    expect(asked.filter((url) => /null|undefined/.test(url))).toEqual([]);
    expect((await seen()).posts).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('sets it later', async () => {
    const { page, complaints, form } = await open('<rasa-signup></rasa-signup>SCRIPT');
    await setSrc(page, null);
    await setSrc(page, form);
    await signUp(page);
    expect(complaints).toEqual([]);
  });

  it('changes it while the element is out of the page: the new form is shown when it comes back', async () => {
    const { page, complaints, form } = await open('<main>FORM</main>SCRIPT');
    await email(page).waitFor();
    await page.evaluate(async (src) => {
      const element = document.querySelector('rasa-signup');
      element?.remove();
      element?.setAttribute('src', src);
      await new Promise(requestAnimationFrame);
      document.querySelector('main')?.append(element ?? '');
    }, `${form}?lang=de`);
    await page.getByRole('button', { name: 'Abonnieren' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('changes it while the visitor types: the typed values are kept', async () => {
    const { page, complaints, form, seen } = await open('FORMSCRIPT');
    await email(page).fill('ada@example.com');
    await page.getByLabel('First name').fill('Ada');
    await setSrc(page, `${form}?lang=de`);
    await page.getByRole('button', { name: 'Abonnieren' }).click();
    await page.getByText('Vielen Dank').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
    expect(complaints).toEqual([]);
  });
});

describe('nothing typed is lost when the visitor', () => {
  it('presses Enter', async () => {
    const { page, complaints, seen } = await open('FORMSCRIPT');
    await page.getByLabel('First name').fill('Ada');
    await email(page).fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
    expect(complaints).toEqual([]);
  });

  it('clicks twice: one sign-up', async () => {
    const { page, seen } = await open('FORMSCRIPT', 'held');
    await email(page).fill('ada@example.com');
    await button(page).dblclick();
    await expect.poll(async () => (await seen()).posts).toHaveLength(1);
    await page.keyboard.press('Enter');
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect((await seen()).posts).toHaveLength(1);
  });

  it('is offline, and back', async () => {
    const { page, seen } = await open('FORMSCRIPT');
    await email(page).fill('ada@example.com');
    await page.context().setOffline(true);
    await button(page).click();
    await page.getByText('could not be reached').waitFor();
    expect(await email(page).inputValue()).toBe('ada@example.com');
    await page.context().setOffline(false);
    await button(page).click();
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toHaveLength(1);
  });

  // As Chromium does for inputs outside shadow roots; reloading clears those too.
  it.each([
    ['the element in the markup', 'FORMSCRIPT'],
    ['the element, the script at last', 'FORM<script async src="BASE/embed.js"></script>'],
    ['the script tag', '<script src="BASE/embed.js" data-form="newsletter"></script>'],
  ])('goes to another page and comes back, where nothing was cached: %s', async (_name, body) => {
    const { page, complaints, site } = await open(body);
    await email(page).fill('ada@example.com');
    await page.getByLabel('First name').fill('Ada');
    await page.goto(`${site}/elsewhere`);
    await page.goBack();
    await expect.poll(() => email(page).inputValue()).toBe('ada@example.com');
    expect(await page.getByLabel('First name').inputValue()).toBe('Ada');
    await button(page).click();
    await page.getByText('Thank you.').waitFor();
    // Submitted values are not kept.
    await page.goto(`${site}/elsewhere`);
    await page.goBack();
    await email(page).waitFor();
    expect(await email(page).inputValue()).toBe('');
    expect(complaints).toEqual([]);
  });
});
