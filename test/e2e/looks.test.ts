import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../shared/messages/en.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { seenOn, watchLayout } from '../helpers/browser/layout-shift.ts';
import { focusRings, surveyForm } from '../helpers/browser/survey.ts';
import { everyField } from '../helpers/forms/every-field.ts';
import { openPage, serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { walkStates } from '../helpers/sites/states.ts';

/** With `SOAK=1` in every language, width, parent and ground, else in those that are the hardest. */
const isSoak = process.env['SOAK'] !== undefined;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

interface Host {
  readonly css?: string;
  readonly attributes?: string;
  /** The place of the form, which is `FORM`. */
  readonly body?: string;
  readonly lang?: string;
  readonly width?: number;
  readonly height?: number;
  readonly behaviour?: string;
  readonly changes?: object;
}

/** A page of somebody else with the form in it. */
async function open({ css = '', attributes = '', body = 'FORM', lang = 'en', ...host }: Host = {}) {
  const { base, form, release } = await stubbedProxy(host.behaviour ?? 'trusting');
  const src = host.changes ? `${form}?with=${encodeURIComponent(JSON.stringify(host.changes))}` : form;
  const element = `<rasa-signup src="${src.replaceAll('&', '&amp;')}" ${attributes}></rasa-signup>`;
  const site = await serveSite({
    '/': `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><style>${css}</style></head>
<body>${body.replace('FORM', element)}<script src="${base}/embed.js"></script></body></html>`,
  });
  const { page } = await openPage(browser, site);
  await page.setViewportSize({ width: host.width ?? 1280, height: host.height ?? 800 });
  await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'));
  return { page, release, form: page.locator('rasa-signup') };
}

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(`rasa-signup ${selector}`).first().boundingBox();
  if (!box) throw new Error(`${selector} is not on the page.`);
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
};

/** Brings an empty form to the state with a mistake. */
async function makeMistake(page: Page): Promise<void> {
  const form = page.locator('rasa-signup');
  await form.locator('[part=button]').click();
  await form.locator('[part=error]:not(:empty)').first().waitFor();
}

describe('W4: in a parent that shrinks to its content, the form is as wide as there is room', () => {
  const parents = {
    'a centred flex column': 'display: flex; flex-direction: column; align-items: center',
    'a flex row': 'display: flex',
    'a centred flex row': 'display: flex; justify-content: center',
    'a centred grid': 'display: grid; place-items: center',
    'a float': 'float: left',
    'an inline block': 'display: inline-block',
    'an absolute box': 'position: absolute; left: 0; top: 0',
    'a table cell': 'display: table-cell',
    'a box of its content’s width': 'width: fit-content',
    'a centred column in a grid': 'display: grid; grid-template-columns: auto; justify-content: center',
    'a multi-column text': 'columns: 1',
  };
  it.each(Object.entries(parents).filter((_parent, index) => isSoak || index % 3 === 0))(
    '%s',
    async (_name, style) => {
      const { page, form } = await open({
        css: 'body { margin: 0; font: 16px sans-serif }',
        body: `<section style="${style}">FORM</section>`,
      });
      for (const [layout, most] of [
        ['stacked', 512],
        ['compact', 512],
        ['inline', 768],
      ] as const) {
        await form.evaluate((element, layout) => {
          element.setAttribute('layout', layout);
        }, layout);
        for (const width of [1280, 320]) {
          await page.setViewportSize({ width, height: 800 });
          expect((await boxOf(page, 'form')).width, `${layout} at ${width}`).toBe(Math.min(most, width));
          expect((await surveyForm(page)).faults).toEqual([]);
        }
      }
    },
  );
});

describe('W16, W30: every colour is readable, whatever is behind the form', () => {
  const grounds = {
    'a dark page without color-scheme': 'body { background: #111; color: #eee }',
    'a dark page with it': ':root { color-scheme: dark } body { background: #15181c; color: #e6e6e6 }',
    'water.css in the dark': 'body { background: #202b38; color: #dbdbdb }',
    'Sakura in the dark': 'body { background: #4a4a4a; color: #fff }',
    'a blue card': 'section { background: #2196f3; color: #fff }',
    'a teal card': 'section { background: #0a7d55; color: #fff }',
    'an orange card': 'section { background: #ff9800; color: #000 }',
    'a red card': 'section { background: #c62828; color: #fff }',
    'a yellow card': 'section { background: #ffd23f; color: #17150e }',
    'middle grey': 'section { background: #777; color: #000 }',
    'a dark footer in a light page': 'section { background: #23272e; color: #f2f2f2 }',
    'a light card in a dark page':
      ':root { color-scheme: dark } section { background: #fff; color: #222; padding: 1em }',
    'glass on a dark page':
      'body { background: #101820 } section { background: rgb(255 255 255 / 8%); color: #fff }',
    'a colour of another space': 'section { background: oklch(0.45 0.1 150); color: oklch(0.99 0 0) }',
  };
  it.each(Object.entries(grounds).filter((_ground, index) => isSoak || index % 2 === 0))(
    '%s',
    async (_name, css) => {
      const { page, form } = await open({ css, body: '<section>FORM</section>' });
      expect((await surveyForm(page)).faults).toEqual([]);
      await makeMistake(page);
      expect((await surveyForm(page)).faults).toEqual([]);
      await form.locator('[name=email]').fill('ada@example.com');
      await form.locator('[part=button]').click();
      await form.locator('[part=mark]').waitFor();
      expect((await surveyForm(page)).faults).toEqual([]);
    },
  );

  it('also after the page has changed its theme, slowly or at once', async () => {
    const { page } = await open({
      css: `body { background: #fff; color: #222; transition: background-color 0.3s }
        .dark { background: #111; color: #eee } .red { background: #c62828; color: #fff }`,
    });
    for (const theme of ['dark', 'red', '', 'dark']) {
      await page.evaluate((theme) => {
        document.body.className = theme;
      }, theme);
      await expect.poll(async () => (await surveyForm(page)).faults).toEqual([]);
    }
  });

  it.each(['dialog', 'slide-in', 'bar'])('in a %s over a dark page too', async (display) => {
    const { page } = await open({
      css: 'body { background: #111; color: #eee }',
      attributes: `display="${display}" open-on="0s"`,
    });
    await page.getByRole('dialog').waitFor();
    expect((await surveyForm(page)).faults).toEqual([]);
  });

  it('on a picture, by the colour of its text', async () => {
    const picture = 'linear-gradient(#123, #012)';
    const { form } = await open({
      css: `section { background: ${picture}; color: #fff }`,
      body: '<section>FORM</section>',
    });
    const lightness = await form.locator('[part=button]').evaluate((button) => {
      const [, l = ''] = /oklch\(([\d.]+)/.exec(getComputedStyle(button).backgroundColor) ?? [];
      return Number(l);
    });
    expect(lightness).toBeGreaterThan(0.7);
  });
});

describe('W21: what an ancestor sets for its own text does not make ours unreadable', () => {
  const styles = {
    'text-shadow': 'text-shadow: 0 0 20px #000',
    'line-height': 'line-height: 0',
    'a gradient text': '-webkit-text-fill-color: transparent',
    'an outlined text': '-webkit-text-stroke: 4px #fff',
    'no size, against gaps': 'font-size: 0',
    'a hidden text': 'text-indent: -999px; white-space: nowrap',
  };
  it.each(Object.entries(styles))('%s', async (_name, style) => {
    const { page, form } = await open({ body: `<section style="${style}">FORM</section>`, width: 400 });
    await makeMistake(page);
    expect((await surveyForm(page)).faults).toEqual([]);
    const seen = await form
      .locator('[part=label]')
      .first()
      .evaluate((label) => {
        const { textShadow, webkitTextStrokeWidth } = getComputedStyle(label);
        return { textShadow, webkitTextStrokeWidth, height: label.getBoundingClientRect().height };
      });
    expect(seen).toMatchObject({ textShadow: 'none', webkitTextStrokeWidth: '0px' });
    expect(seen.height).toBeGreaterThan(14);
    // Nothing lies over another thing.
    const label = await boxOf(page, '[part=label]');
    expect((await boxOf(page, '[name=email]')).y).toBeGreaterThanOrEqual(label.bottom);
  });
});

describe('W26, W32: the form in one row', () => {
  it.each(isSoak ? ['en', 'de', 'pl', 'ar', 'fr', 'nl', 'tr'] : ['de', 'ar'])(
    'stands on one line from 592 px, empty, wrong and sending, in %s',
    async (lang) => {
      const { page, release, form } = await open({
        css: 'body { margin: 0; font: 16px sans-serif }',
        attributes: 'layout="inline"',
        lang,
        behaviour: 'held',
      });
      await walkStates(page, release, async (state) => {
        if (state === 'accepted' || state === 'suggestion') return;
        for (const width of [592, 632, 680, 760, 900]) {
          await page.setViewportSize({ width, height: 700 });
          const controls = ['[name=email]', '[name=first_name]', '[name=last_name]', '[part=button]'];
          const boxes = await Promise.all(controls.map((selector) => boxOf(page, selector)));
          const bottoms = boxes.map(({ bottom }) => bottom);
          expect(Math.max(...bottoms) - Math.min(...bottoms), `${state} at ${width}`).toBeLessThan(1);
          expect(Math.min(...boxes.map(({ width }) => width))).toBeGreaterThanOrEqual(96);
          const labels = await form
            .locator('[part=label]')
            .evaluateAll((all) => all.map((label) => label.getClientRects().length && label.clientHeight));
          expect(Math.max(...labels), `${state} at ${width}`).toBeLessThan(26);
        }
      });
    },
    60_000,
  );

  it('has choices and consent on lines of their own, in the order of reading, and the button last', async () => {
    const { fields } = everyField(en);
    const { page } = await open({ attributes: 'layout="inline"', changes: { fields }, width: 760 });
    const order = await page.locator('rasa-signup').evaluate((host) =>
      [...(host.shadowRoot?.querySelectorAll('.field, [part=button]') ?? [])].map((element) => {
        const { top, left, bottom } = element.getBoundingClientRect();
        return { top: Math.round(top), left: Math.round(left), bottom: Math.round(bottom) };
      }),
    );
    const byPlace = order.toSorted((a, b) =>
      a.bottom <= b.top ? -1 : b.bottom <= a.top ? 1 : a.left - b.left,
    );
    expect(byPlace).toEqual(order);
    expect(await surveyForm(page)).toMatchObject({ faults: [] });
  });

  it('is stacked below 592 px', async () => {
    const { page } = await open({ css: 'body { margin: 0 }', attributes: 'layout="inline"', width: 590 });
    expect((await boxOf(page, '[name=first_name]')).y).toBeGreaterThan(
      (await boxOf(page, '[name=email]')).bottom,
    );
  });
});

describe('W29: a page without a layout', () => {
  it('has a form of at most 512 px, or of what the page sets', async () => {
    const { page, form } = await open({ css: 'body { margin: 0; font-size: 16px }', width: 1440 });
    expect((await boxOf(page, 'form')).width).toBe(512);
    for (const [wanted, width] of [
      ['20em', 320],
      ['none', 1440],
    ] as const) {
      await form.evaluate((element, wanted) => {
        element.style.setProperty('--rasa-signup-max-width', wanted);
      }, wanted);
      expect((await boxOf(page, 'form')).width, wanted).toBe(width);
    }
  });

  it.each([
    ['block', '50%', 500],
    ['block', 'calc(25% + 100px)', 350],
    ['flex; flex-direction: column; align-items: center', '50%', 500],
    ['block', '100%', 1000],
    ['block', 'none', 1000],
  ])('counts a width in percent once, of the place: display %s, %s', async (display, wanted, width) => {
    const { page } = await open({
      css: `section { display: ${display}; width: 1000px } rasa-signup { --rasa-signup-max-width: ${wanted}; width: 100% }`,
      body: '<section>FORM</section>',
    });
    expect((await boxOf(page, '.box')).width).toBe(width);
    expect((await boxOf(page, 'form')).width).toBe(width);
  });

  it('is centred by the usual rule', async () => {
    const { page } = await open({ css: 'body { margin: 0 } rasa-signup { margin: 0 auto }', width: 1440 });
    expect((await boxOf(page, 'form')).x).toBe(464);
  });
});

describe('W33: in a page whose text is too small', () => {
  it.each(['', 'layout="compact"', 'layout="inline"', 'display="dialog" open-on="0s"'])(
    'fields are 44 px high, and their text has 16 px: %s',
    async (attributes) => {
      const css = 'html { font-size: 62.5% } body { font-size: 1rem }';
      const { page } = await open({ css, attributes });
      if (attributes.includes('dialog')) await page.getByRole('dialog').waitFor();
      for (const width of [320, 375, 900]) {
        await page.setViewportSize({ width, height: 800 });
        expect((await surveyForm(page)).faults).toEqual([]);
      }
    },
  );
});

describe('the design', () => {
  it('has a ring of 3 px on every control', async () => {
    const { fields } = everyField(en);
    const { page } = await open({ changes: { fields } });
    await page.keyboard.press('Tab');
    const rings = await focusRings(page);
    expect(rings.length).toBeGreaterThan(8);
    expect(new Set(rings)).toEqual(new Set(['solid 3px']));
  });

  it('keeps the size of the form and of its button while it is sent', async () => {
    const { page, release } = await open({ behaviour: 'held' });
    const seen: Record<string, unknown> = {};
    await walkStates(page, release, async (state) => {
      if (state === 'empty' || state === 'sending')
        seen[state] = [await boxOf(page, '[part=button]'), (await boxOf(page, 'form')).height];
      if (state !== 'sending') return;
      expect(await page.getByRole('button', { name: 'Sending…' }).isVisible()).toBe(true);
      expect(await page.getByLabel('Email address').isEditable()).toBe(false);
    });
    expect(seen['sending']).toEqual(seen['empty']);
  });

  it('keeps the edge of a link that is a button, and the gap of the spinner, in forced colours', async () => {
    const { page, form } = await open({ behaviour: 'confirming' });
    await page.emulateMedia({ forcedColors: 'active' });
    const [gap, ring] = await form
      .locator('i')
      .evaluate((spinner) => [
        getComputedStyle(spinner).borderInlineStartColor,
        getComputedStyle(spinner).borderTopColor,
      ]);
    expect(gap).toBe('rgba(0, 0, 0, 0)');
    expect(ring).toBe(
      await form.locator('[part=button]').evaluate((button) => getComputedStyle(button).color),
    );
    await form.locator('[name=email]').fill('ada@gmail.com');
    await form.locator('[part=button]').click();
    const link = form.getByRole('link', { name: 'Open Gmail' });
    await link.waitFor();
    expect(await link.evaluate((element) => getComputedStyle(element).borderTopStyle)).toBe('solid');
  });

  it('thanks with a mark, a heading, the address and what to do next, and gives room back', async () => {
    const { page, release, form } = await open({
      css: 'rasa-signup { min-block-size: 20em }',
      behaviour: 'held',
    });
    await walkStates(page, release, async (state) => {
      if (state !== 'accepted') return;
      expect((await boxOf(page, '[part=mark]')).width).toBe(48);
      await page.getByRole('heading', { name: 'You are signed up' }).waitFor();
      const words = await form.getByRole('status').innerText();
      expect(words).toContain('Thank you. We have your sign-up for ada@example.com.');
      expect(words).toContain('If it does not arrive, look in your spam folder.');
      expect((await form.boundingBox())?.height).toBeLessThan(220);
    });
  });

  it('has the title and the cross of a dialog on one centre line', async () => {
    for (const display of ['dialog', 'slide-in', 'bar']) {
      const { page } = await open({ attributes: `display="${display}" open-on="0s"` });
      await page.getByRole('dialog').waitFor();
      // Both at once, because it still moves.
      const [title, cross] = await page.locator('rasa-signup').evaluate(({ shadowRoot }) =>
        ['title', 'close'].map((part) => {
          const { top, width, height } =
            shadowRoot?.querySelector(`[part=${part}]`)?.getBoundingClientRect() ?? {};
          return { top, width: Math.round(Number(width)), height: Math.round(Number(height)) };
        }),
      );
      // The title may have a second line. Its first one is in the middle of 44 px.
      expect(Math.abs(Number(title?.top) - Number(cross?.top)), display).toBeLessThanOrEqual(1);
      expect(cross).toMatchObject({ width: 44, height: 44 });
    }
  });

  it.each(['slide-in', 'bar'])('leaves half of a phone to the page beside a %s', async (display) => {
    const { page } = await open({ attributes: `display="${display}" open-on="0s"`, width: 375, height: 740 });
    await page.getByRole('dialog').waitFor();
    expect((await boxOf(page, 'dialog')).height).toBeLessThanOrEqual(370);
    expect((await surveyForm(page)).faults).toEqual([]);
  });

  it.each(isSoak ? [375, 320] : [320])('overflows in no state and layout at %i px', async (width) => {
    const all = ['', 'layout="compact"', 'layout="inline"', 'lang="de"'];
    for (const attributes of isSoak ? all : ['layout="inline"', 'layout="compact" lang="de"']) {
      const { page, release } = await open({ attributes, width, behaviour: 'held' });
      await walkStates(page, release, async (state) => {
        expect((await surveyForm(page)).faults, `${attributes} ${state}`).toEqual([]);
      });
    }
  });

  it('shifts nothing where the page has reserved the room that docs/embedding.md names', async () => {
    const rule = /rasa-signup \{ display: block; .*\}/.exec(await readFile('docs/embedding.md', 'utf8'))?.[0];
    const { base, form } = await stubbedProxy();
    const site = await serveSite({
      '/': `<!doctype html><html lang="en"><title>A page</title><style>${rule ?? ''}</style>
<p>Before</p><rasa-signup src="${form}"></rasa-signup><p>After</p><script async src="${base}/embed.js"></script>`,
    });
    const context = await browser.newContext();
    await watchLayout(context);
    const page = await context.newPage();
    await page.goto(site);
    await page.locator('rasa-signup form').waitFor();
    expect((await seenOn(page)).shifted).toBe(0);
    await context.close();
  });
});
