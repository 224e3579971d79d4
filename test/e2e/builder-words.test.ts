import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startService } from '../helpers/server/service.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** For machines that do much else. */
const slow = { timeout: 60_000 };

async function open(fragment: string, locale: string, env: Parameters<typeof startService>[0] = {}) {
  const { url } = await startService(env);
  return openBuilder(browser, `${url}/#${fragment}`, { locale, viewport: { width: 1440, height: 900 } });
}

/** The word list of the design, by place on the screen. */
const words = {
  en: `Undo, Redo, Start over, Share, Hosted page, Sandbox, 0 contacts
    Preview as, Empty, Mistake, Sending, Confirm, Signed up, Offline, Computer, Phone, Light, Dark, My page
    Script tag, HTML, WordPress, React, Pinned version, All code, Copy snippet, Copied
    Start from, Quiet, Editorial, Bold, Card, Footer band, Pop-up
    Place, In the page, Dialog, Slide-in, Bar
    When it opens, When its button is pressed, After some seconds, When the page is scrolled, How far,
    When the mouse leaves the page, After closing, wait, days
    Size and layout, Width, at most, Title and note, At the start, Centred, Button, As its words, Full width
    Colours, Check against, Light, Dark, Both, Words on the button, Background, Text, Field borders, automatic
    Type and corners, Font, Font of the page, Plain, With serifs, Round, Typewriter, Another …,
    Font of the title, Same as the rest, Corners
    Words, Title, Introduction, Small print, After signing up, as it comes
    Language, Page language, Language of the page`,
  de: `Rückgängig, Wiederholen, Von vorn, Teilen, Eigene Seite, Sandbox, 0 Kontakte
    Vorschau als, Leer, Fehler, Sendet, Bestätigen, Angemeldet, Offline, Computer, Telefon, Hell, Dunkel, Meine Seite
    Script-Tag, HTML, WordPress, React, Feste Version, Ganzer Code, Code kopieren, Kopiert
    Vorlage, Ruhig, Redaktionell, Plakativ, Karte, Fußzeile, Pop-up
    Ort, In der Seite, Dialog, Am Rand, Leiste
    Wann es sich öffnet, Auf Knopfdruck, Nach einigen Sekunden, Beim Scrollen, Wie weit,
    Wenn die Maus die Seite verlässt, Nach dem Schließen, Tage warten
    Größe und Anordnung, Höchste Breite, Titel und Hinweis, Am Anfang, Mittig, Knopf, Wie seine Worte, Volle Breite
    Farben, Prüfen gegen, Hell, Dunkel, Beides, Worte darauf, Hintergrund, Text, Feldränder, automatisch
    Schrift und Ecken, Schrift, Schrift der Seite, Schrift des Titels, Wie der Rest, Ecken
    Texte, Titel, Einleitung, Knopf, Kleingedrucktes, Nach der Anmeldung, wie es kommt
    Sprache, Seitensprache, Sprache der Seite`,
};

/** Those of a form in the page: another place offers no layout and no form without script. */
const inPage = {
  en: 'Layout, Stacked, In a row, Compact, Without script, Hide code',
  de: 'Anordnung, Untereinander, Eine Zeile, Kompakt, Ohne Script, Code schließen',
};

describe.each([
  ['en', 'en-GB'],
  ['de', 'de-AT'],
] as const)('the words of the design: %s', (lang, locale) => {
  it('are all on the screen', slow, async () => {
    const { page, openAll } = await open('display=dialog&openOn=10s%2050%25', locale);
    const shown = () =>
      page.locator('signup-builder').evaluate((builder) => {
        const all = [...(builder.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? [])];
        return all.flatMap((element) => [
          element.textContent,
          element.ariaLabel ?? '',
          element.getAttribute('placeholder') ?? '',
        ]);
      });
    const missing = async (list: string) => {
      const all = (await shown()).join('\n');
      return list.split(/,\s*/).filter((word) => !all.includes(word.trim()));
    };
    await openAll();
    expect(await missing(words[lang].replaceAll('\n', ','))).toEqual([]);
    await page.locator('[name=display][value=inline]').check();
    await page.locator('.all-code').click();
    expect(await missing(inPage[lang])).toEqual([]);
  });
});

describe('the page in the preview', () => {
  it('is in the form’s language, from right to left too, with the design’s title', slow, async () => {
    const { page, preview, choose, openSection } = await open('', 'en-GB');
    await choose('Card');
    await preview.getByRole('heading', { name: 'Sign up for our newsletter' }).waitFor();
    await openSection('Language');
    await page.getByLabel('Page language').selectOption('Arabic');
    await preview.getByText('رسائل من الواجهة البحرية').waitFor();
    await preview.locator('.place [slot=title]', { hasText: 'الاشتراك في نشرتنا البريدية' }).waitFor();
    expect(await preview.locator('html').evaluate(({ lang, dir }: HTMLElement) => [lang, dir])).toEqual([
      'ar',
      'rtl',
    ]);
    await page.getByLabel('Page language').selectOption('German');
    await preview.getByText('Briefe vom Wasser').waitFor();
    expect(await preview.locator('html').getAttribute('dir')).toBe('ltr');
  });

  it('has texts of its own in every language of the form', slow, async () => {
    const { page, preview, openSection } = await open('', 'en-GB');
    await openSection('Language');
    const languages = page.getByLabel('Page language');
    const tags = await languages
      .locator('option')
      .evaluateAll((all) =>
        all.map((option) => (option as HTMLOptionElement).value).filter((tag) => tag !== '' && tag !== 'en'),
      );
    expect(tags).toHaveLength(14);
    for (const lang of tags) {
      await languages.selectOption(lang);
      await preview.locator(`html[lang=${lang}]`).waitFor({ state: 'attached' });
      expect(await preview.locator('body').innerText(), lang).not.toMatch(/Harbour Letter|Every Thursday/);
    }
  });
});

describe('the sites on which the snippet works', () => {
  it('are named when it is copied, and beside all the code', async () => {
    const { page } = await open('', 'en-GB', {
      ALLOWED_ORIGINS: 'https://www.harbour.example,https://harbour.example,http://old.harbour.example',
    });
    const said =
      'Works on www.harbour.example, harbour.example, and http://old.harbour.example. Whoever runs this server can add pages.';
    await page.getByRole('button', { name: 'Copy snippet' }).click();
    await page.getByRole('status').getByText(said).waitFor();
    await page.getByRole('button', { name: 'All code' }).click();
    await page.getByRole('region', { name: 'Snippet' }).getByText(said).waitFor();
  });

  it('are counted where they are many', async () => {
    const { page } = await open('', 'de-DE', {
      ALLOWED_ORIGINS: ['a', 'b', 'c', 'd', 'e'].map((name) => `https://${name}.example`).join(','),
    });
    await page.getByRole('button', { name: 'Ganzer Code' }).click();
    await page.getByText('Geht auf a.example, b.example und 3 weiteren.').waitFor();
  });

  it('are none where the operator has listed none', async () => {
    const { page } = await open('', 'en-GB');
    await page.getByRole('button', { name: 'All code' }).click();
    await page.getByText('Works only on this computer so far.').waitFor();
  });
});
