import type { BuilderSetup } from '../../shared/builder.ts';
import { html, renderPage, sandboxBanner } from './document.ts';

export interface Home {
  readonly lang: BuilderLanguage;
  readonly setup: BuilderSetup;
  /** The page's own path, with the token if one is required. */
  readonly path: string;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** The languages of the builder's interface. Its script contains all other texts. */
export type BuilderLanguage = keyof typeof texts;

const texts = {
  en: {
    title: 'Your sign-up form',
    lead: 'Make it look like your site, copy one snippet, paste it into your page.',
    here: 'Your form',
    hosted: 'Hosted page',
    contacts: 'Sandbox contacts',
    noScript: 'The builder needs JavaScript. Without it, link to your form’s own page:',
  },
  de: {
    title: 'Ihr Anmeldeformular',
    lead: 'Gestalten Sie es passend zu Ihrer Website, kopieren Sie ein Stück HTML und fügen Sie es auf Ihrer Seite ein.',
    here: 'Ihr Formular',
    hosted: 'Eigene Seite',
    contacts: 'Kontakte der Sandbox',
    noScript: 'Der Baukasten braucht JavaScript. Ohne verweisen Sie auf die eigene Seite Ihres Formulars:',
  },
};

export function isBuilderLanguage(lang: string): lang is BuilderLanguage {
  return lang in texts;
}

/**
 * The builder's page at `/`, where marketers adapt the form to their site. `widget/builder/`
 * renders its content.
 */
export function renderHome({ lang, setup, path, sandbox }: Home): string {
  const { title, lead, here, hosted, contacts, noScript } = texts[lang];
  const { prefix } = setup;
  const first = `/forms/${setup.forms[0]?.id ?? ''}`;
  return renderPage({
    title,
    lang,
    prefix,
    scripts: ['/pages/builder.js'],
    styles: ['/pages/builder.css'],
    header: html`<header class="bar">
      <nav aria-label="rasa-signup">
        <strong>rasa-signup</strong>
        <a href=${path} aria-current="page">${here}</a>
        <a href=${prefix + first}>${hosted}</a>
        ${sandbox === undefined ? '' : html`<a href=${sandbox}>${contacts}</a>`}
      </nav>
    </header>`,
    main: html`
      <h1>${title}</h1>
      <p>${lead}</p>
      ${sandboxBanner(sandbox)}
      <signup-builder data-setup=${JSON.stringify(setup)}>
        <p class="notice">${noScript} <a href=${prefix + first}>${setup.proxy}${first}</a></p>
      </signup-builder>
    `,
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
