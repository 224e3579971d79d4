import type { BuilderSetup } from '../../shared/builder.ts';
import { html, renderPage } from './document.ts';

export interface Home {
  readonly lang: BuilderLanguage;
  readonly setup: BuilderSetup;
}

/** The languages of the builder's interface. Its script contains all other texts. */
export type BuilderLanguage = keyof typeof texts;

const texts = {
  en: {
    title: 'Your sign-up form',
    noScript:
      'The builder needs JavaScript. Without it, paste this line into your page, or link to the form’s own page:',
  },
  de: {
    title: 'Ihr Anmeldeformular',
    noScript:
      'Der Baukasten braucht JavaScript. Fügen Sie ohne ihn diese Zeile in Ihre Seite ein, oder verweisen Sie auf die eigene Seite des Formulars:',
  },
};

export function isBuilderLanguage(lang: string): lang is BuilderLanguage {
  return lang in texts;
}

/**
 * The builder's page at `/`, where marketers adapt the form to their site. `widget/builder/`
 * renders its content.
 */
export function renderHome({ lang, setup }: Home): string {
  const { title, noScript } = texts[lang];
  const id = setup.forms[0]?.id ?? '';
  return renderPage({
    title,
    lang,
    prefix: setup.prefix,
    scripts: ['/pages/builder.js'],
    styles: ['/pages/builder.css'],
    main: html`<signup-builder data-setup=${JSON.stringify(setup)}>
      <p>${noScript}</p>
      <pre><code>${`<script async src="${setup.proxy}/embed.js" data-form="${id}"></script>`}</code></pre>
      <p><a href=${`${setup.prefix}/forms/${id}`}>${setup.proxy}/forms/${id}</a></p>
    </signup-builder>`,
  });
}

/**
 * The page in the builder's preview frame. It is empty and has none of the product's styles: its script
 * inserts what the builder sends it.
 */
export function renderPreview(prefix: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Preview</title>
    <script type="module" src="${prefix}/pages/preview.js"></script>
  </head>
  <body></body>
</html>
`;
}
