import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startService } from '../helpers/server/service.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const radios = (names: string) =>
  names
    .split(', ')
    .map((name) => `\n- radio "${name.replace('*', '')}"${name.startsWith('*') ? ' [checked]' : ''}`)
    .join('');

const options = (names: string) =>
  names
    .split(', ')
    .map((name, at) => `\n  - option "${name}"${at === 0 ? ' [selected]' : ''}`)
    .join('');

const indented = (tree: string) => tree.replaceAll('\n', '\n  ');

const group = (name: string, content: string) => `\n- group "${name}":${indented(content)}`;

const section = (name: string, content: string) =>
  `\n- group:${indented(`\n- heading "${name}" [level=2]${content}`)}`;

const region = (name: string, content: string) => `\n- region "${name}":${indented(content)}`;

const starts = section(
  'Start from',
  `\n- text: Quiet${group('Start from', radios('*Quiet, Editorial, Bold, Card, Footer band, Pop-up'))}`,
);

const closed = `${starts}${section('Place', '\n- text: In the page')}${section(
  'Size and layout',
  '\n- text: 512 px, stacked',
)}${section('Colours', '')}${section('Type and corners', '\n- text: Page font, 8 px')}${section(
  'Words',
  '\n- text: as it comes',
)}${section('Language', '\n- text: Language of the page')}`;

const top = `
- heading "rasa-signup" [level=1]
- button "Undo" [disabled]
- button "Redo" [disabled]`;

const desktop = `${top}
- button "Start over"
- button "Share"
- link "Hosted page":
  - /url: /forms/newsletter
- link "QR code":
  - /url: /forms/newsletter/qr.svg
- link "Sandbox, 0 contacts":
  - /url: SANDBOX${region(
    'Preview',
    `${group('Preview as', radios('*Empty, Mistake, Sending, Confirm, Signed up, Offline'))}${group(
      'Screen',
      radios('*Computer, Phone'),
    )}${group('Page', radios('*Light, Dark, My page'))}\n- iframe`,
  )}${region('Settings', closed)}${region(
    'Snippet',
    `
- text: Snippet for
- combobox "Snippet for":${options('Script tag, HTML, WordPress, React, Without script, Pinned version')}
- button "All code"
- button "Copy snippet"`,
  )}
- status`;

const phone = `${top}
- button "More"
- group:
  - button "Design" [pressed]
  - button "Preview"${region('Settings', closed)}${region('Snippet', '\n- button "Copy"')}
- status`;

const colour = (name: string, value: string, contrast?: string) =>
  group(
    name,
    `
- textbox "${name}": "${value}"
- 'textbox "${name}: colour code"':
  - /placeholder: automatic${contrast === undefined ? '' : `\n- text: "Contrast ${contrast} : 1"`}`,
  );

const fonts = 'Plain, With serifs, Round, Typewriter, Another …';

const languages =
  'Arabic, Brazilian Portuguese, Danish, Dutch, English, French, German, Hebrew, Italian, Japanese, Polish, Simplified Chinese, Spanish, Swedish, Turkish';

const word = (name: string, placeholder: string) => `
- text: ${name} as it comes
- textbox "${name}":
  - /placeholder: ${placeholder}`;

const settings = `${starts}${section(
  'Place',
  `
- text: In the page${group('Place', radios('*In the page, Dialog, Slide-in, Bar'))}
- paragraph: Stands where you paste it.`,
)}${section(
  'Size and layout',
  `
- text: 512 px, stacked${group('Layout', radios('*Stacked, In a row, Compact'))}
- paragraph: One field under the other.
- text: Width, at most
- status: 512 px
- slider "Width, at most": "32"${group('Title and note', radios('*At the start, Centred'))}${group(
    'Button',
    radios('*As its words, Full width'),
  )}`,
)}${section(
  'Colours',
  `${group('Check against', radios('Light, Dark, *Both'))}${colour('Button', '#1a5bae', '6.6')}${colour(
    'Words on the button',
    '#ffffff',
    '6.6',
  )}${colour('Background', '#ffffff')}${colour('Text', '#000000', '21.0')}${colour('Field borders', '#808080')}
- paragraph: A colour is taken only when it can be read. What is automatic follows the page, in light and dark.`,
)}${section(
  'Type and corners',
  `
- text: Page font, 8 px Font
- combobox "Font":${options(`Font of the page, ${fonts}`)}
- text: Font of the title
- combobox "Font of the title":${options(`Same as the rest, ${fonts}`)}
- text: Corners
- status: 8 px
- slider "Corners": "0.5"`,
)}${section(
  'Words',
  `${word('Title', '""').replace('text: ', 'text: as it comes ')}${word(
    'Introduction',
    '""',
  )}${word('Button', 'Subscribe')}${word('Small print', '""')}${word(
    'After signing up',
    'Thank you. We have your sign-up for …',
  )}
- paragraph: What you leave empty comes in the visitor’s language. What you write stays as you wrote it.
- paragraph: Which fields the form has is decided by whoever runs this server.`,
)}${section(
  'Language',
  `
- text: Language of the page Page language
- combobox "Page language":${options(`Language of the page, ${languages}`)}
- paragraph: The form speaks 15 languages and takes the one your page is in.`,
)}`;

it('a screen reader finds this in the builder, and nothing else', async () => {
  const { url } = await startService();
  const { page, openAll } = await openBuilder(browser, url, { viewport: { width: 1440, height: 900 } });
  expect((await treeOf(page, 'main')).replace(/\/url: http.*/, '/url: SANDBOX')).toBe(desktop);
  await openAll();
  await expect.poll(() => treeOf(page, '.settings')).toBe(settings);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.getByRole('button', { name: 'Copy' }).waitFor();
  expect(await treeOf(page, 'main')).toBe(phone);
});

/** Without the visible text of a control or group whose name stands in the line before. */
async function treeOf(page: Page, selector: string): Promise<string> {
  const [, ...lines] = (await page.locator(selector).ariaSnapshot()).split('\n');
  const nameIn = (line = '') => /"([^"]+)"/.exec(line)?.[1];
  return lines
    .filter((line, at) => line.trim() !== `- text: ${nameIn(lines[at - 1])}`)
    .map((line) => line.replace('  ', '\n'))
    .join('');
}
