import type { Page } from 'puppeteer-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { survey } from '../helpers/browser/survey.ts';
import { pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { styleSheets } from './hosts/style-sheets.ts';

/** With `SOAK=1` in every cell, else in three of them. */
const isSoak = process.env['SOAK'] !== undefined;

describe.skipIf(isFirefoxMissing)('on a page of others, in Firefox', () => {
  const browser = useFirefox();

  /** `FORM` stands for the URL of the form. The script is at the end of the body. */
  async function open(body: string, { head = '', html = '' } = {}) {
    const { base, form, seen } = await stubbedProxy();
    const text = pageOf(
      `${body.replaceAll('FORM', form)}<script src="${base}/embed.js"></script>`,
      head,
    ).replace('<html', `<html ${html}`);
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    page.setDefaultTimeout(10_000);
    await page.goto(await serveSite({ '/': text }));
    await page.waitForFunction(
      () => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form') !== null,
    );
    return { page, seen };
  }

  const looks = (page: Page) => survey((read) => page.$eval('rasa-signup', read as never));

  const cells = styleSheets.flatMap((sheet) =>
    (['light', 'dark'] as const).map((theme) => [sheet.name, theme, sheet] as const),
  );

  it.each(cells.filter((_cell, index) => isSoak || index % 19 === 1))(
    'W30, W31: %s, %s',
    async (_name, theme, { css, dark = {} }) => {
      const its = theme === 'dark' ? dark : {};
      const { page } = await open(
        `<section class="${its.section ?? ''}"><rasa-signup src="FORM"></rasa-signup></section>`,
        {
          head: `<meta name="viewport" content="width=device-width"><style>${await css()}</style><style>${its.css ?? ''}</style>`,
          html: its.html ?? '',
        },
      );
      for (const width of [375, 1280]) {
        await page.setViewport({ width, height: 900 });
        expect((await looks(page)).faults, `empty at ${width}`).toEqual([]);
        await page.locator('rasa-signup >>> [part=button]').click();
        await page.locator('rasa-signup >>> [aria-invalid]').wait();
        expect((await looks(page)).faults, `wrong at ${width}`).toEqual([]);
      }
    },
  );

  it('W4: the form is as wide as there is room in what shrinks to its content', async () => {
    const { page } = await open('<section><rasa-signup src="FORM"></rasa-signup></section>', {
      head: '<style>body { margin: 0; font: 16px sans-serif }</style>',
    });
    const form = await page.locator('rasa-signup >>> form').waitHandle();
    for (const style of [
      'display: flex; flex-direction: column; align-items: center',
      'display: flex',
      'display: grid; place-items: center',
      'float: left',
      'display: inline-block',
      'position: absolute; left: 0; top: 0',
      'display: table-cell',
      'width: fit-content',
    ])
      for (const [layout, most] of [
        ['stacked', 512],
        ['inline', 768],
      ] as const) {
        await page.$eval(
          'section',
          (section, style) => {
            section.setAttribute('style', style);
          },
          style,
        );
        await page.$eval(
          'rasa-signup',
          (host, layout) => {
            host.setAttribute('layout', layout);
          },
          layout,
        );
        for (const width of [1280, 360]) {
          await page.setViewport({ width, height: 900 });
          const found = await form.evaluate((element) => element.getBoundingClientRect().width);
          expect(found, `${style}, ${layout} at ${width}`).toBeCloseTo(Math.min(width, most), 0);
        }
      }
  });

  it('W6: letters that the page takes for shortcuts are typed', async () => {
    const { page, seen } = await open(
      `<script>document.addEventListener('keydown', (event) => {
         if (event.key === 's' && event.target.tagName !== 'INPUT') event.preventDefault();
       }, true)</script><rasa-signup src="FORM"></rasa-signup>`,
    );
    await page.locator('rasa-signup >>> [name=email]').click();
    await page.keyboard.type('jonas@example.com');
    await page.keyboard.press('Enter');
    await thanked(page);
    expect((await seen()).posts).toMatchObject([{ email: 'jonas@example.com' }]);
  });

  it.each(['dialog', 'slide-in', 'bar'])('a %s opens, signs up and leaves', async (display) => {
    const { page, seen } = await open(
      `<p>Text</p><rasa-signup src="FORM" display="${display}" open-on="0s"></rasa-signup>`,
    );
    await page.waitForFunction(isOpen);
    await page.locator('rasa-signup >>> [name=email]').click();
    await page.keyboard.type('ada@example.com');
    await page.locator('rasa-signup >>> [part=button]').click();
    await thanked(page);
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(isOpen)).toBe(false);
  });

  it('W1, W11: nothing opens where it is not seen, or over a modal dialog', async () => {
    const popUp = '<rasa-signup src="FORM" display="slide-in" open-on="0s"></rasa-signup>';
    const { page } = await open(
      `<dialog><button>Accept all</button></dialog><script>document.querySelector('dialog').showModal()</script>${popUp}
       <div style="display:none">${popUp.replace('slide-in', 'dialog')}</div>`,
    );
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    expect(await page.evaluate(isOpen)).toBe(false);
    await page.evaluate(() => {
      document.querySelector('dialog')?.close();
    });
    await page.waitForFunction(isOpen);
    expect(
      await page.evaluate(
        () => document.querySelectorAll('rasa-signup')[1]?.shadowRoot?.querySelector('dialog')?.open,
      ),
    ).toBe(false);
  });
});

/** Whether the first form of the page is open over it. */
function isOpen(): boolean {
  const dialog = document.querySelector('rasa-signup')?.shadowRoot?.querySelector('dialog');
  return dialog?.matches(':modal, :popover-open') ?? false;
}

async function thanked(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.querySelector('rasa-signup')?.shadowRoot?.textContent.includes('Thank you.'),
  );
}
