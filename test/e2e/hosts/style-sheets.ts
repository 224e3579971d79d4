import { readFile } from 'node:fs/promises';
import { compile } from 'tailwindcss';

export interface StyleSheet {
  readonly name: string;
  readonly css: () => Promise<string>;
  /**
   * What makes a page or a section dark: attributes of `<html>` and `<body>`, a class of the section, or
   * more rules. Without any of them the system's theme does.
   */
  readonly dark?: { readonly html?: string; readonly section?: string; readonly css?: string };
}

/** Without what a page would load from elsewhere. */
const read = async (path: string) =>
  (await readFile(`node_modules/${path}`, 'utf8')).replaceAll(/@import[^;]+;/g, '');

const sheet = (name: string, path: string, dark?: StyleSheet['dark']): StyleSheet => ({
  name,
  css: () => read(path),
  ...(dark && { dark }),
});

/** As sites have it that use a library without a dark theme. */
const darkSection = { css: 'section { background: #1d2126; color: #e8e8e8 }' };

async function tailwind(): Promise<string> {
  const compiled = await compile(await read('tailwindcss/index.css'));
  return compiled.build(['bg-slate-900', 'text-slate-100']);
}

/** Frameworks and resets that sites are made with, and habits that are not in a package. */
export const styleSheets: readonly StyleSheet[] = [
  sheet('Bootstrap', 'bootstrap/dist/css/bootstrap.min.css', { html: 'data-bs-theme="dark"' }),
  { name: 'Tailwind preflight', css: tailwind, dark: { section: 'bg-slate-900 text-slate-100' } },
  sheet('Bulma', 'bulma/css/bulma.min.css', { html: 'data-theme="dark"' }),
  sheet('Foundation', 'foundation-sites/dist/css/foundation.min.css', darkSection),
  sheet('Pico', '@picocss/pico/css/pico.min.css', { html: 'data-theme="dark"' }),
  sheet('UIkit', 'uikit/dist/css/uikit.min.css', { section: 'uk-section uk-section-secondary uk-light' }),
  sheet('Materialize', 'materialize-css/dist/css/materialize.min.css', {
    section: 'card-panel teal darken-2 white-text',
  }),
  sheet('Semantic UI', 'semantic-ui-css/semantic.min.css', { section: 'ui inverted segment' }),
  {
    name: 'Primer',
    css: async () =>
      [
        await read('@primer/primitives/dist/css/functional/themes/light.css'),
        await read('@primer/primitives/dist/css/functional/themes/dark.css'),
        await read('@primer/css/dist/primer.css'),
      ].join('\n'),
    dark: { html: 'data-color-mode="dark" data-dark-theme="dark"' },
  },
  sheet('water.css', 'water.css/out/water.css'),
  sheet('Sakura', 'sakura.css/css/sakura.css', {
    css: 'body { background: #4a4a4a !important; color: #c9c9c9 !important }',
  }),
  sheet('Milligram', 'milligram/dist/milligram.min.css', darkSection),
  sheet('Spectre', 'spectre.css/dist/spectre.min.css', { section: 'bg-dark' }),
  sheet('Simple.css', 'simpledotcss/simple.css'),
  sheet('new.css', '@exampledev/new.css/new.css'),
  sheet('Underscores', 'undescores-for-npm/style.css', darkSection),
  sheet('normalize.css', 'normalize.css/normalize.css', darkSection),
  {
    name: 'WordPress blocks',
    // The rules of block themes for what stands in a column, which say `!important`.
    css: () =>
      Promise.resolve(`body { margin: 0; font: 18px/1.6 serif; color: #1a1a1a; --wp--style--global--content-size: 620px }
        main > * { margin-block-start: 24px; margin-block-end: 0 }
        main > :where(:not(.alignleft):not(.alignright):not(.alignfull)) { max-width: var(--wp--style--global--content-size); margin-left: auto !important; margin-right: auto !important }
        section { display: flex; flex-wrap: wrap; align-items: center; gap: 1.5em } section > * { margin: 0 }
        :where(.wp-site-blocks *:focus) { outline-width: 2px; outline-style: solid }`),
    dark: { css: 'section { background: #111; color: #f9f9f9 }' },
  },
  {
    name: 'Reset of everything',
    css: () =>
      Promise.resolve(`*, *::before, *::after { margin: 0; padding: 0; border: 0; font: inherit; color: inherit; background: none; outline: 0; box-sizing: border-box }
        body { font: 16px/1 sans-serif; color: #333; background: #fff }`),
    dark: { css: 'html body { background: #000; color: #ccc }' },
  },
  {
    name: 'One rem is 10 px',
    css: () => Promise.resolve('html { font-size: 62.5% } body { font: 1.4rem/1.4 sans-serif; color: #444 }'),
    dark: { css: 'body { background: #202020; color: #ddd }' },
  },
];
