import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../helpers/browser/axe.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { readContacts, serviceForAll } from '../helpers/server/service.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const shared = serviceForAll();
async function open(fragment = '', options: Parameters<typeof openBuilder>[2] = {}) {
  const service = shared();
  const marketer = await openBuilder(browser, `${service.url}/${fragment && `#${fragment}`}`, options);
  /** All of the code. */
  const openCode = async () => {
    await marketer.page.getByRole('button', { name: 'All code' }).click();
    return marketer.page.locator('.drawer code');
  };
  return { ...marketer, service, openCode };
}

describe('the preview', () => {
  it('shows the real widget in every moment, and sends nothing', async () => {
    const { service, page, preview, choose, complaints } = await open();
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posted.push(request.url());
    });
    const form = preview.locator('.place rasa-signup');
    await form.getByRole('button', { name: 'Subscribe' }).waitFor();
    await choose('Mistake');
    await form.getByText('Please fill in this field.').waitFor();
    await choose('Sending');
    await form.getByRole('button', { name: 'Sending…' }).waitFor();
    await choose('Confirm');
    await form.getByText('We have written to a…@gmail.com.').waitFor();
    await form.getByRole('textbox').waitFor();
    await choose('Signed up');
    await form.getByText('Thank you.').waitFor();
    await choose('HTML');
    await choose('Offline');
    // The element's content is the plain form at that moment.
    await form.locator('> form').getByRole('button', { name: 'Subscribe' }).click();
    await choose('Empty');
    // The element's own form, not the plain one, which is also there for a moment.
    await form.locator('form[part=form]').waitFor();
    await form.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await form.getByRole('button', { name: 'Subscribe' }).click();
    await form.getByText('Thank you.').waitFor();
    expect(posted).toEqual([]);
    if (!service.sandbox) throw new Error('no sandbox');
    expect(await readContacts(service.sandbox)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('leaves the focus where it was, on a slow machine as well', { timeout: 60_000 }, async () => {
    const { page, preview, choose, openSection } = await open();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 10 });
    await openSection('Place');
    await choose('Dialog');
    await openSection('Words');
    const title = page.getByRole('textbox', { name: 'Title', exact: true });
    await title.focus();
    const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id);
    await preview.getByRole('dialog').getByRole('button', { name: 'Subscribe' }).waitFor();
    await expect.poll(focused).toBe('text-title');
    await page.keyboard.insertText('Letters from the sea');
    expect(await title.inputValue()).toBe('Letters from the sea');
  });

  it('changes the form that is there, and keeps what was typed into it', async () => {
    const { page, preview, choose, openSection } = await open();
    const field = preview.locator('.place rasa-signup').getByRole('textbox', { name: 'Email address' });
    await field.fill('ada@example.com');
    await openSection('Words');
    await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Letters from the sea');
    await preview.getByRole('heading', { name: 'Letters from the sea' }).waitFor();
    await choose('Dark');
    // Coming back to the tab counts the contacts again.
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await expect.poll(() => preview.locator('html').getAttribute('class')).toContain('dark');
    expect(await field.inputValue()).toBe('ada@example.com');
  });

  it('follows the settings, and leaves the focus where it was', async () => {
    const { page, preview, choose, openSection, complaints } = await open();
    await openSection('Place');
    await choose('Dialog');
    await preview.getByRole('dialog').getByRole('button', { name: 'Subscribe' }).waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('value'));
    await expect.poll(focused).toBe('dialog');
    await openSection('Words');
    await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Letters from the sea');
    await preview.getByRole('heading', { name: 'Letters from the sea' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("applies the marketer's own style sheet, which loads nothing from elsewhere", async () => {
    const { page, preview, choose } = await open();
    const asked: string[] = [];
    await page.route('https://elsewhere.example/**', (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    await choose('My page');
    await page
      .getByLabel('HTML or CSS of your page')
      .fill(
        '@import url("https://elsewhere.example/a.css"); body { color: rgb(1, 2, 3); background: url("https://elsewhere.example/b.png") }',
      );
    const label = preview.locator('.place rasa-signup').getByText('Email address').last();
    await expect
      .poll(() => label.evaluate((element) => getComputedStyle(element).color))
      .toBe('rgb(1, 2, 3)');
    expect(asked).toEqual([]);
  });
});

describe('unreadable colours', () => {
  it('are refused with the reason, and the nearest readable ones are offered', async () => {
    const { page, openSection, openCode } = await open();
    const snippet = await openCode();
    await openSection('Colours');
    const code = page.getByLabel('Button: colour code', { exact: true });
    await code.fill('#0b5cad');
    await page.getByLabel('Words on the button: colour code').fill('#335577');
    await page.keyboard.press('Tab');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain(
      '“Words on the button” on “Button” cannot be read; it takes 4.5 : 1. The form keeps the old colour.',
    );
    expect(await snippet.textContent()).toContain('--rasa-signup-on-accent: #ffffff');
    expect(await faultsOf(page, { iframes: false })).toEqual([]);

    await page.getByRole('button', { name: /^Use #[0-9a-f]{6} instead$/ }).click();
    await alert.waitFor({ state: 'detached' });
    const [, taken = ''] =
      /--rasa-signup-on-accent: (#[0-9a-f]{6})/.exec((await snippet.textContent()) ?? '') ?? [];
    expect(taken).not.toBe('#ffffff');
    expect(ratio(taken, '#0b5cad')).toBeGreaterThanOrEqual(4.5);
    // The nearest readable colour: with a little less contrast it would not be readable.
    expect(ratio(taken, '#0b5cad')).toBeLessThan(4.8);
  });

  it('do not occur in the form’s defaults: errors are readable on every chosen background', async () => {
    const { page, openSection, openCode } = await open();
    const snippet = await openCode();
    await openSection('Colours');
    for (const background of ['#0b6e4f', '#ffffff', '#101820']) {
      await page.getByLabel('Background: colour code').fill(background);
      await page.keyboard.press('Tab');
      await expect.poll(() => snippet.textContent()).toContain(`--rasa-signup-background: ${background}`);
      const [, scheme = ''] = /color-scheme: (\w+)/.exec((await snippet.textContent()) ?? '') ?? [];
      const [, own = scheme === 'dark' ? '#fba89e' : '#a92120'] =
        /--rasa-signup-error-color: (#[0-9a-f]{6})/.exec((await snippet.textContent()) ?? '') ?? [];
      expect(ratio(own, background), background).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('are not accepted from a link either', async () => {
    const { page, openCode } = await open('theme=light&text=%23eeeeee&radius=1');
    const snippet = await openCode();
    await page.getByText('Parts of this link could not be used').waitFor();
    await expect.poll(() => snippet.textContent()).toContain('--rasa-signup-radius: 1em');
    expect(await snippet.textContent()).not.toContain('#eeeeee');
  });
});

describe('undo', () => {
  it('undoes and redoes one decision at a time, by button and by keyboard', async () => {
    const { page, choose, openSection, openCode } = await open();
    const snippet = await openCode();
    await openSection('Size and layout');
    await choose('In a row');
    await openSection('Words');
    await page.locator('#text-submit').pressSequentially('Join us');
    await openSection('Colours');
    await page.getByRole('group', { name: 'Check against' }).getByRole('radio', { name: 'Dark' }).check();
    const shows = (text: string) => expect.poll(() => snippet.textContent()).toContain(text);
    await shows('color-scheme: dark');

    await page.keyboard.press('Control+z');
    await expect.poll(() => snippet.textContent()).not.toContain('color-scheme');
    await shows('Join us');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => snippet.textContent()).not.toContain('Join');
    await shows('layout="inline"');
    await page.keyboard.press('Control+Shift+z');
    await shows('Join us');
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect.poll(() => snippet.textContent()).not.toContain('layout=');
    await page.keyboard.press('Control+z');
    await shows('layout="inline"');
  });

  it('leaves text fields the browser’s own undo', async () => {
    const { page, choose, openSection, openCode } = await open();
    const snippet = await openCode();
    await openSection('Size and layout');
    await choose('Compact');
    await openSection('Words');
    const field = page.getByRole('textbox', { name: 'Title', exact: true });
    await field.pressSequentially('Letters');
    await field.press('Control+z');
    await expect.poll(() => field.inputValue()).not.toBe('Letters');
    expect(await snippet.textContent()).toContain('layout="compact"');
  });
});

describe('the link', () => {
  it('contains every setting, and none of it reaches the server', async () => {
    const { service, page, choose, openSection, clipboard, copySnippet } = await open();
    await choose('Card');
    await openSection('Place');
    await choose('Slide-in');
    await openSection('Size and layout');
    await page.getByLabel('Width, at most').fill('20');
    await openSection('Words');
    await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Say "hello" & <wave>');
    await openSection('Colours');
    await page.getByLabel('Button: colour code', { exact: true }).fill('#7a1f5c');
    const snippet = await copySnippet('WordPress');
    expect(snippet).toContain('--rasa-signup-max-width: 20em');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByText('The link is copied.').waitFor();
    const link = await clipboard();
    expect(link).toMatch(new RegExp(`^${service.url}/#`));
    const other = await openBuilder(browser, link);
    expect(await other.copySnippet()).toBe(snippet);
  });

  it('is not trusted', async () => {
    const { page, service, copySnippet, complaints } = await open();
    const expected = await copySnippet();
    for (const fragment of [
      '%%%&=&&x=y&__proto__=1&constructor=2',
      'layout=sideways&accent=red&radius=9&openOn=never&font=x;}body{&form=%2F..%2F',
      `title=${'x'.repeat(501)}`,
      'accent=%23fff;}*{display:none',
    ]) {
      await page.goto('about:blank');
      await page.goto(`${service.url}/#${fragment}`);
      await page.getByText('Parts of this link could not be used').waitFor();
      expect(await copySnippet(), fragment).toBe(expected);
    }
    expect(complaints).toEqual([]);
  });
});

describe('texts in a snippet', () => {
  const wicked = `"><script>alert(1)</script></rasa-signup> \${alert(2)} {alert(3)} \`'&amp; --> <!--`;

  it.each(['HTML', 'Without script', 'WordPress', 'Pinned version'])('stay plain text: %s', async (kind) => {
    const { page, copySnippet, service } = await open(
      new URLSearchParams({ title: wicked, note: wicked, submit: wicked, intro: wicked }).toString(),
    );
    const site = await serveForeignSite();
    site.paste(await copySnippet(kind));
    const visitor = await page.context().newPage();
    visitor.on('dialog', (dialog) => expect.unreachable(dialog.message()));
    await visitor.goto(site.origin);
    await visitor.getByRole('heading', { name: wicked }).waitFor();
    const scripts = await visitor
      .locator('script')
      .evaluateAll((all) => all.map((script) => (script as HTMLScriptElement).src));
    expect(scripts.filter((src) => !src.startsWith(service.url))).toEqual([]);
  });

  it('stay plain text in React too', async () => {
    const { copySnippet } = await open(new URLSearchParams({ title: wicked }).toString());
    expect(await copySnippet('React')).toContain(`<h2 slot="title">{${JSON.stringify(wicked)}}</h2>`);
  });
});

describe('every marketer', () => {
  it.each([
    ['in the light', { colorScheme: 'light' }],
    ['on a phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
    ['in German in the dark', { colorScheme: 'dark', locale: 'de-AT' }],
  ] as const)('finds nothing that stands in the way: %s', async (_name, options) => {
    const { page } = await open('display=dialog&openOn=10s&backdrop=site&accent=%230b5cad', options);
    for (const summary of await page.locator('summary').all()) {
      const isOpen = await summary.evaluate((element) => (element.parentElement as HTMLDetailsElement).open);
      if (!isOpen) await summary.click();
      expect(await faultsOf(page, { iframes: false })).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('sees the builder in German with a German browser', async () => {
    const { page, preview } = await open('', { locale: 'de-CH' });
    await page.getByRole('region', { name: 'Einstellungen' }).waitFor();
    await page.getByRole('heading', { name: 'Größe und Anordnung' }).waitFor();
    await preview.locator('.place rasa-signup').getByRole('button', { name: 'Abonnieren' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function ratio(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
