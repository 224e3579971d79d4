import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import decodeQr from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ar } from '../../shared/messages/ar.ts';
import { en } from '../../shared/messages/en.ts';
import { faultsOf } from '../helpers/browser/axe.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { everyField, halfFilledIn, issuesOfHalf } from '../helpers/forms/every-field.ts';
import { everyKind, formsFile } from '../helpers/forms/operators-forms.ts';
import { guardedIntake, readContacts, serviceForAll, startService } from '../helpers/server/service.ts';
import { renderFormPages, serveFormPages } from '../helpers/sites/form-pages.ts';

// Browsers take their time on a machine that also does other work.
vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function inPage(options: BrowserContextOptions, run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  await run(await context.newPage());
  await context.close();
}

const shared = serviceForAll(guardedIntake);
function start() {
  const { url, sandbox } = shared();
  if (!sandbox) throw new Error('no sandbox');
  const addresses = async () => (await readContacts(sandbox)).map(({ email }) => email);
  return { url, sandbox: sandbox.url, addresses };
}

/** The visible email field: the element's, or that of its fallback. */
function emailField(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Email address' });
}

describe('every page', () => {
  const looks = [
    { words: en, colorScheme: 'light', width: 1200 },
    { words: ar, colorScheme: 'dark', width: 390 },
  ] as const;

  it.each(looks)(
    'is accessible, with every type of field: $words.lang, $colorScheme',
    async ({ words, colorScheme, width }) => {
      const pages = renderFormPages({
        definition: everyField(words),
        words,
        values: { ...halfFilledIn, privacy: 'yes' },
        issues: issuesOfHalf,
      });
      const origin = await serveFormPages(pages);
      await inPage({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
        // As if the script were blocked. The element's own drawing has separate tests.
        await page.route('**/embed.js', (route) => route.abort());
        for (const name of Object.keys(pages)) {
          await page.goto(`${origin}/${name}`);
          expect(await faultsOf(page), name).toEqual([]);
          const overflows = await page.evaluate(
            () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
          );
          expect(overflows, name).toBe(false);
        }
      });
    },
  );

  it.each(looks)('is accessible as it is served: $colorScheme', async ({ words, ...look }) => {
    // Its own, as the nights here change what the sandbox has.
    const service = await startService(guardedIntake);
    const { url } = service;
    const sandbox = service.sandbox?.url ?? '';
    const { colorScheme, width } = look;
    // So that the sandbox has every kind of row.
    await fetch(`${sandbox}/sandbox/contacts`, { method: 'POST', body: '{"count":60}' });
    const faults = '{"delayMs":1,"nightly":{"keep":["ada.1*","grace.2*"]}}';
    await fetch(`${sandbox}/sandbox/faults`, { method: 'PUT', body: faults });
    await fetch(`${sandbox}/sandbox/nights`, { method: 'POST' });
    await fetch(`${sandbox}/v1/persons`);
    await inPage({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
      for (const address of [
        url,
        `${url}/forms/newsletter?lang=${words.lang}`,
        `${url}/forms/nothing`,
        `${url}/docs`,
        sandbox,
        ...['/settings/api-keys', '/requests', '/nights', '/faults'].map((path) => sandbox + path),
      ]) {
        await page.goto(address, { waitUntil: 'networkidle' });
        expect(await faultsOf(page), address).toEqual([]);
      }
    });
  });

  it.each([true, false])(
    'complies with its policy from the form to the thanks, scripts on: %s',
    async (javaScriptEnabled) => {
      const { url, addresses } = start();
      const email = `scripts-${javaScriptEnabled ? 'on' : 'off'}@example.com`;
      await inPage({ javaScriptEnabled }, async (page) => {
        const complaints = complaintsOf(page);
        await page.goto(`${url}/forms/newsletter`, { waitUntil: 'networkidle' });
        await emailField(page).fill(email);
        await page.getByRole('button', { name: 'Subscribe' }).click();
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Yes, sign me up' }).click();
        await page.getByText('Thank you.').waitFor();
        expect(complaints).toEqual([]);
      });
      await vi.waitFor(async () => {
        expect(await addresses()).toContain(email);
      });
    },
  );
});

/** The page's elements, their nesting and attributes, including those of the element's shadow root. */
function skeletonOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const bones = (element: Element): string =>
      `<${element.localName} ${element.getAttributeNames().join(' ')}>${[
        ...(element.shadowRoot?.children ?? []),
        ...element.children,
      ]
        .map(bones)
        .join('')}`;
    return bones(document.documentElement);
  });
}

describe('a text by an operator or a visitor', () => {
  const payloads = [
    '<script>document.title = "taken"</script>',
    '"><img src=x onerror=\'document.title = "taken"\'>',
    "' autofocus onfocus='document.title = \"taken\"' x='",
    '</title></textarea></style></select><svg onload=\'document.title = "taken"\'>',
    '<!-- --><iframe srcdoc="<script>parent.document.title = `taken`</script>"></iframe>',
    '--><script>document.title = "taken"</script><!--',
    '&lt;script&gt;&#x3c;script>&quot;onclick=1',
    '${document.title}{{document.title}}<?lit$0$><!--?lit$0$-->',
    'javascript:document.title="taken"//https://x',
    '\u2028\u0000<\u0000script>\ud800 =<x>',
  ];
  /** Two halves, each in one text; with `SOAK=1` each alone. */
  const texts =
    process.env['SOAK'] === undefined
      ? [payloads.slice(0, 5).join(' '), payloads.slice(5).join(' ')]
      : payloads;

  /**
   * The definition with `text` in place of every text. Each text has a distinct name, so that the pages
   * differ in nothing else.
   */
  const withWords = (text: string) => {
    const change = (value: unknown, key = ''): unknown => {
      if (typeof value === 'string')
        return ['type', 'name', 'id', 'lang', 'dir', 'from', 'min', 'max'].includes(key) ? value : text;
      if (Array.isArray(value)) return value.map((inner) => change(inner, key));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner, name)]));
    };
    return change(everyField()) as ReturnType<typeof everyField>;
  };

  const pagesWith = (text: string) => {
    const definition = withWords(text);
    const names = [...definition.fields.map(({ name }) => name), 'utm_campaign', 'redirect'];
    return renderFormPages({
      definition,
      words: en,
      values: Object.fromEntries(names.map((name) => [name, text])),
      issues: { ...issuesOfHalf, is_admin: 'unknown' },
    });
  };

  it('never becomes an element or an attribute', async () => {
    const skeletonsWith = async (page: Page, text: string) => {
      const pages = pagesWith(text);
      const origin = await serveFormPages(pages);
      const skeletons: [string, string][] = [];
      for (const name of Object.keys(pages)) {
        await page.goto(`${origin}/${name}`);
        expect(await page.title(), text).not.toBe('taken');
        skeletons.push([name, await skeletonOf(page)]);
      }
      return skeletons;
    };
    await inPage({}, async (page) => {
      await page.route('**/embed.js', (route) => route.abort());
      const expected = await skeletonsWith(page, 'Words');
      for (const text of texts) expect(await skeletonsWith(page, text), text).toEqual(expected);
    });
  }, 300_000);

  it('never becomes one from the forms file either, with the element in its place', async () => {
    const skeletonsWith = async (page: Page, text: string) => {
      const { url } = await startService({
        ...guardedIntake,
        ...(await formsFile({ harbour: everyKind((words) => (text === '' ? words : text)) })),
      });
      await page.goto(`${url}/forms/harbour`);
      await page.locator('rasa-signup form:not(.plain-form)').waitFor();
      const skeletons = [await skeletonOf(page)];
      await page.locator('rasa-signup button[type=submit]:visible').click();
      await page.locator('rasa-signup [part=error]:not(:empty)').first().waitFor();
      skeletons.push(await skeletonOf(page));
      expect(await page.title(), text).not.toBe('taken');
      return skeletons;
    };
    await inPage({}, async (page) => {
      const expected = await skeletonsWith(page, '');
      for (const text of texts) expect(await skeletonsWith(page, text), text).toEqual(expected);
    });
  }, 300_000);
});

describe('the hosted page', () => {
  it('accepts sign-ups if the script is blocked', async () => {
    const { url, addresses } = start();
    await inPage({}, async (page) => {
      await page.route('**/embed.js', (route) => route.abort());
      await page.goto(`${url}/forms/newsletter`);
      await emailField(page).fill('blocked@example.com');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
    });
    await vi.waitFor(async () => {
      expect(await addresses()).toContain('blocked@example.com');
    });
  });

  it('keeps what was typed before the script loaded, and does not move when it loads', async () => {
    const { url, addresses } = start();
    await inPage({}, async (page) => {
      let letCome = (): void => undefined;
      const coming = new Promise<void>((resolve) => (letCome = resolve));
      await page.route('**/embed.js', async (route) => {
        await coming;
        await route.continue();
      });
      await page.goto(`${url}/forms/newsletter`, { waitUntil: 'commit' });
      await emailField(page).fill('early@example.com');
      const button = page.getByRole('button', { name: 'Subscribe' });
      const before = await button.boundingBox();
      letCome();
      // The element's own form, which the page's style sheet does not reach.
      await page.locator('rasa-signup form:not(.plain-form)').waitFor();
      expect(await emailField(page).inputValue()).toBe('early@example.com');
      const after = await button.boundingBox();
      expect(Math.abs((after?.y ?? 0) - (before?.y ?? 1000))).toBeLessThanOrEqual(4);
      await button.click();
      await page.getByText('Thank you.').waitFor();
      expect(new URL(page.url()).pathname).toBe('/forms/newsletter');
    });
    await vi.waitFor(async () => {
      expect(await addresses()).toContain('early@example.com');
    });
  });

  it('gives each field its own name, help and error', async () => {
    const words = en;
    const pages = renderFormPages({
      definition: everyField(),
      words,
      values: halfFilledIn,
      issues: issuesOfHalf,
    });
    const origin = await serveFormPages(pages);
    await inPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${origin}/invalid`);
      const tree = await page.locator('form').ariaSnapshot();
      expect(tree).toContain('textbox "Email address" [invalid]');
      expect(tree).toContain('textbox "What shall we call you? (optional)": Ada');
      expect(tree).toContain('spinbutton "How many boats do you have?" [invalid]: "99"');
      expect(tree).toContain('option "South" [selected]');
      expect(tree).toContain('radio "Once a month, all in one" [checked]');
      expect(tree).toMatch(/checkbox "I agree that the Harbour Office [^"]*" \[invalid\]\n/);
      expect(tree).toContain('checkbox "Tell me about offers too" [checked]');
      expect(tree).toContain('link "Privacy policy"');

      const described = await page.locator('form').evaluate((form) =>
        [...form.querySelectorAll('[aria-describedby]')].map((element) => {
          const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
          const texts = ids.map((id) => document.getElementById(id)?.textContent.trim());
          const name = element.getAttribute('name') ?? element.querySelector('input')?.name;
          return [name, ...texts];
        }),
      );
      expect(described).toEqual([
        ['email', 'We write on Thursdays, and never more.', 'An address has an @ in it.'],
        ['website', words.texts.issues.malformed],
        ['boats', words.texts.issues.malformed],
        ['born', words.texts.issues.malformed],
        ['coast', words.texts.issues.missing],
        ['how_often', 'You can change it later.', words.texts.issues.missing],
        ['privacy', words.texts.issues.missing],
      ]);
      expect(await page.locator('input[name=campaign]').inputValue()).toBe('spring');
      expect(await page.locator(':focus').getAttribute('name')).toBe('email');
    });
  });

  it("lets the browser check the form's rules", async () => {
    const pages = renderFormPages({ definition: everyField(), words: en, values: {} });
    const origin = await serveFormPages(pages);
    await inPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${origin}/hosted`);
      const faults = (typed: Record<string, string>) =>
        page.locator('form').evaluate((form: HTMLFormElement, values) => {
          for (const [name, value] of Object.entries(values)) {
            const control = form.elements.namedItem(name);
            if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement)
              control.value = value;
          }
          return [...form.querySelectorAll<HTMLInputElement>(':invalid')]
            .map(({ name }) => name)
            .filter((name, index, all) => name !== '' && all.indexOf(name) === index);
        }, typed);
      expect(await faults({})).toEqual(['email', 'boats', 'coast', 'how_often', 'privacy']);
      expect(await faults({ email: 'ada', nickname: 'R2D2', website: 'x', boats: '13' })).toEqual([
        'email',
        'nickname',
        'website',
        'boats',
        'coast',
        'how_often',
        'privacy',
      ]);
      expect(await faults({ email: 'a@b.c', nickname: 'A', website: '', boats: '1.5', coast: 's' })).toEqual([
        'how_often',
        'privacy',
      ]);
    });
  });
});

describe('the QR code', () => {
  /** What a phone's camera reads from the picture. */
  async function readCode(page: Page): Promise<string> {
    const size = 200;
    const data = await page.locator('.poster img').evaluate(async (image, size) => {
      if (!(image instanceof HTMLImageElement)) throw new Error('no picture');
      await image.decode();
      const drawing = new OffscreenCanvas(size, size).getContext('2d');
      // A poster may have any background colour.
      drawing?.fillRect(0, 0, size, size);
      drawing?.drawImage(image, 10, 10, size - 20, size - 20);
      return [...(drawing?.getImageData(0, 0, size, size).data ?? [])];
    }, size);
    return decodeQr({ width: size, height: size, data: Uint8Array.from(data) });
  }

  it.each([
    ['/forms/newsletter', '/forms/newsletter'],
    ['/forms/newsletter?lang=de&fbclid=1', '/forms/newsletter?lang=de'],
  ])('leads from %s to %s', async (path, target) => {
    const { url } = start();
    await inPage({}, async (page) => {
      await page.goto(url + path);
      expect(await readCode(page)).toBe(url + target);
    });
  });

  it('has the public URL, behind a proxy', async () => {
    const { url } = await startService({ PUBLIC_URL: 'https://signup.example.com' });
    await inPage({}, async (page) => {
      await page.goto(`${url}/forms/newsletter`);
      expect(await readCode(page)).toBe('https://signup.example.com/forms/newsletter');
    });
  });

  it('is all of the page on paper, with the URL as text', async () => {
    const { url } = start();
    await inPage({}, async (page) => {
      await page.goto(`${url}/forms/newsletter`);
      await page.emulateMedia({ media: 'print' });
      await page.getByRole('heading', { name: en.hosted.title }).waitFor();
      await page.getByText(en.page.scan).waitFor();
      await page.getByText(`${new URL(url).host}/forms/newsletter`).waitFor();
      expect((await page.locator('.poster img').boundingBox())?.width).toBeGreaterThan(300);
      expect(await emailField(page).isVisible()).toBe(false);
    });
  });
});
