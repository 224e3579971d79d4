import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { hostPages, renderHost, type HostPage } from './hosts/pages.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** `npm run gallery` saves a screenshot of each page. */
const keepsPictures = process.env['npm_lifecycle_event'] === 'gallery';
const pictures = 'docs/gallery';

async function open(host: HostPage | undefined) {
  const { base, form } = await stubbedProxy();
  const html = host
    ? await renderHost(host, form)
    : pageOf(`<section><rasa-signup src="${form}"></rasa-signup></section>`);
  const { page, complaints } = await openPage(browser, await serveSite({ '/': html }));
  await page.evaluate(watch);
  const loadForm = async () => {
    await page.addScriptTag({ url: `${base}/embed.js` });
    await page.locator('rasa-signup input[type=email]').waitFor();
  };
  return { page, complaints, loadForm };
}

let bareShape: Promise<unknown> | undefined;

/** The form's styles on a page without any others. */
function shapeOnBarePage(): Promise<unknown> {
  bareShape ??= (async () => {
    const { page, loadForm } = await open(undefined);
    await loadForm();
    return (await stylesOfForm(page)).shape;
  })();
  return bareShape;
}

describe.each(hostPages.map((host) => [host.title, host] as const))(
  'on a page made with %s',
  (_title, host) => {
    it('the form changes nothing on the page, and the page changes only what it should in the form', async () => {
      const { page, complaints, loadForm } = await open(host);
      const before = await stylesOfPage(page);
      expect(Object.keys(before).length).toBeGreaterThan(5);
      await loadForm();
      expect(await stylesOfPage(page)).toEqual(before);
      expect(await page.evaluate('changes()')).toEqual([]);
      expect(complaints).toEqual([]);

      const { shape, text, around } = await stylesOfForm(page);
      expect(shape).toEqual(await shapeOnBarePage());
      // The text's styles are those of the page, but for a size from which phones do not zoom.
      const fontSize = `${Math.max(16, parseFloat(around.fontSize))}px`;
      expect(text).toEqual({ ...around, fontSize });
    });

    it('the whole form is visible, on a phone too, with its errors', async () => {
      const { page, loadForm } = await open(host);
      await page.setViewportSize({ width: 900, height: 720 });
      await loadForm();
      await keepPicture(page, host.name);
      await page.setViewportSize({ width: 390, height: 720 });
      await page.locator('rasa-signup [type=submit]').click();
      await page.locator('rasa-signup [part=error]').first().waitFor();
      await keepPicture(page, `${host.name}-phone`);
      const overflowing = await page
        .locator('rasa-signup')
        .evaluate(
          (element) => document.documentElement.scrollWidth > innerWidth || element.scrollWidth > innerWidth,
        );
      expect(overflowing).toBe(false);
    });
  },
);

it('docs/gallery shows each page with its style rules for the form', async () => {
  const readme = `# The form on typical pages of sites

The same form on pages with the style sheets of real libraries, and on pages with styles that many sites have. Below
each picture is everything that the page's style sheet says about the form. \`test/e2e/gallery.test.ts\` opens each page
with the built script. It checks that the form changes nothing that the page shows or that its scripts can reach, that
the page changes nothing in the form except what is meant to be inherited, and that the whole form is visible, on a
phone too.

The pictures \`states-*.png\` show every state of the form: in light and dark, on a dark page that declares no
\`color-scheme\`, on a coloured page, without any style sheet, in another font, from right to left, in each layout and
display, on a phone, at 320 px, at 400 % zoom, and in forced colours. The pictures \`design-*.png\` show the builder's
six designs in each place, on a light and on a dark page; \`gallery-designs.test.ts\` measures their contrast. The
pictures \`walk-*.png\` show the way from the builder to a contact in the sandbox. The pictures \`operator-*.png\` show
the operator page, \`operator-states-*.png\` what it says first in each state.

\`npm run gallery\` takes the pictures again and writes this page.
${hostPages.map(describeHost).join('')}`;
  if (keepsPictures) await writeFile(`${pictures}/README.md`, readme);
  expect(await readFile(`${pictures}/README.md`, 'utf8')).toBe(readme);
});

function describeHost({ name, title, settings }: HostPage): string {
  return `
## ${title}

![](${name}.png) ![](${name}-phone.png)
${settings === '' ? '' : `\n\`\`\`css\n${settings}\n\`\`\`\n`}`;
}

async function keepPicture(page: Page, name: string): Promise<void> {
  if (!keepsPictures) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true, animations: 'disabled' });
}

/** Runs in the page: records everything that scripts can reach, and reports later what has changed. */
function watch(): void {
  const read = (): Map<string, unknown> => {
    const seen = new Map<string, unknown>();
    for (const name of Object.getOwnPropertyNames(window)) {
      // Indexed frames come and go, and `event` exists while one is handled.
      if (/^(\d+|event|changes)$/.test(name)) continue;
      seen.set(name, 'a global');
      const owner = Object.getOwnPropertyDescriptor(window, name)?.value as unknown;
      if (typeof owner !== 'function') continue;
      for (const [where, object] of [
        [name, owner],
        [`${name}.prototype`, owner.prototype as unknown],
      ] as const) {
        if ((typeof object !== 'object' && typeof object !== 'function') || object === null) continue;
        for (const key of Reflect.ownKeys(object)) {
          const property = { ...Object.getOwnPropertyDescriptor(object, key) };
          for (const [kind, value] of Object.entries(property)) {
            seen.set(`${where}.${String(key)} ${kind}`, value);
          }
        }
      }
    }
    return seen;
  };
  const before = read();
  const changes = (): string[] => {
    const now = read();
    return [...new Set([...before.keys(), ...now.keys()])].filter(
      // Deprecated and non-configurable statics of RegExp reflect the last match.
      (name) => !name.startsWith('RegExp.') && !Object.is(before.get(name), now.get(name)),
    );
  };
  Object.defineProperty(window, 'changes', { value: changes });
}

/** Every computed property of every element that does not contain the form. */
async function stylesOfPage(page: Page): Promise<Record<string, Record<string, string>>> {
  return page.evaluate(() => {
    const elements = [...document.querySelectorAll('header, h1, h2, p, form, form *')];
    return Object.fromEntries(
      elements.map((element, index) => {
        const style = getComputedStyle(element);
        const properties = [...style].map((name) => [name, style.getPropertyValue(name)]);
        return [`${index} ${element.localName}`, Object.fromEntries(properties) as Record<string, string>];
      }),
    );
  });
}

/**
 * The styles of the form's first input and its button, with lengths in em, and of the text in and around the
 * form.
 */
async function stylesOfForm(page: Page) {
  return page.locator('rasa-signup').evaluate((host) => {
    const find = (selector: string): Element => host.shadowRoot?.querySelector(selector) ?? host;
    const inEm = (value: string, fontSize: number): string =>
      value.replaceAll(/(-?[\d.]+)px/g, (length: string, px: string) =>
        // Borders and rings are equally thin on every page.
        Number(px) < 4 ? length : `${(Number(px) / fontSize).toFixed(2)}em`,
      );
    const shapeOf = (selector: string): Record<string, string> => {
      const style = getComputedStyle(find(selector));
      const names = [
        'display',
        'position',
        'float',
        'box-sizing',
        'margin',
        'padding',
        'border-width',
        'border-style',
        'min-height',
        'max-width',
        'text-decoration',
        'text-shadow',
        'box-shadow',
        'outline-style',
        'transition',
        'opacity',
        'visibility',
        'white-space',
        'text-indent',
        'transform',
        'filter',
        'appearance',
      ];
      return Object.fromEntries(
        names.map((name) => [name, inEm(style.getPropertyValue(name), parseFloat(style.fontSize))]),
      );
    };
    const textOf = ({
      fontFamily,
      fontSize,
      fontStyle,
      letterSpacing,
      color,
      direction,
    }: CSSStyleDeclaration) => ({
      fontFamily,
      fontSize,
      fontStyle,
      letterSpacing,
      color,
      direction,
    });
    const selectors = [
      'form',
      '[part=field]',
      '[part=label]',
      '[part=input]',
      '[part=button]',
      '[part=status]',
    ];
    return {
      shape: Object.fromEntries(selectors.map((selector) => [selector, shapeOf(selector)])),
      text: textOf(getComputedStyle(find('[name=first_name]'))),
      around: textOf(getComputedStyle(host.parentElement ?? host)),
    };
  });
}
