import { html, render, type ServerRenderedTemplate } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';

export { html };
export type Html = ServerRenderedTemplate;

export interface Page {
  readonly title: string;
  readonly lang: string;
  readonly dir?: 'ltr' | 'rtl';
  /** The parts before `<main>`, such as a bar with links. */
  readonly header?: Html;
  readonly main: Html;
  /** Paths of module scripts; `/pages/*.js` are the built ones. */
  readonly scripts?: readonly string[];
}

/**
 * A whole HTML document. Values are escaped by the template, so a page is safe by construction as long as it is
 * made of `html` alone; there is no way here to put a string in unescaped.
 */
export function renderPage({ title, lang, dir = 'ltr', header, main, scripts = [] }: Page): string {
  return collectResultSync(
    render(
      html`<!doctype html>
        <html lang=${lang} dir=${dir}>
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>${title}</title>
            <link rel="icon" href="/pages/icon.svg" type="image/svg+xml" />
            <link rel="stylesheet" href="/pages/site.css" />
            ${scripts.map((script) => html`<script type="module" src=${script}></script>`)}
          </head>
          <body>
            ${header ?? ''}
            <main>${main}</main>
          </body>
        </html> `,
    ),
  );
}

/** Says on every page that sign-ups stay here, where they do; to the page's developer, so in English. */
export function sandboxBanner(sandbox: string | undefined): Html | '' {
  if (sandbox === undefined) return '';
  return html`<p class="notice" lang="en" dir="ltr">
    <strong>Sandbox.</strong> No rasa.io credentials are set, so sign-ups go to a stand-in on this machine and
    nothing reaches rasa.io. <a href=${sandbox}>See its contacts</a>
  </p>`;
}
