import { html, render, type ServerRenderedTemplate } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';

export { html };
export type Html = ServerRenderedTemplate;

export interface Page {
  readonly title: string;
  readonly lang: string;
  readonly dir?: 'ltr' | 'rtl';
  /** How it is found and shared. A page without it is an answer to somebody, and no search engine's business. */
  readonly listing?: Listing;
  /** The parts before `<main>`, such as a bar with links. */
  readonly header?: Html;
  readonly main: Html;
  readonly footer?: Html;
  /** Paths of module scripts; `/pages/*.js` are the built ones. */
  readonly scripts?: readonly string[];
  /** Of further style sheets, likewise. */
  readonly styles?: readonly string[];
}

export interface Listing {
  /** The proxy's own, as browsers reach it: `https://signup.example.com`. */
  readonly publicUrl: string;
  /** The page's one address, whole. */
  readonly address: string;
  /** What else it can be had in, by `?lang=`. */
  readonly languages: readonly string[];
  readonly description: string;
}

/**
 * A whole HTML document. Values are escaped by the template, so a page is safe by construction as long as it is
 * made of `html` alone; there is no way here to put a string in unescaped.
 */
export function renderPage({
  title,
  lang,
  dir = 'ltr',
  listing,
  header,
  main,
  footer,
  scripts = [],
  styles = [],
}: Page): string {
  return renderDocument(
    html`<!doctype html>
      <html lang=${lang} dir=${dir}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}</title>
          ${listing ? renderListing(title, listing) : html`<meta name="robots" content="noindex" />`}
          <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfaf7" />
          <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16181b" />
          <link rel="icon" href="/favicon.ico" sizes="32x32" />
          <link rel="icon" href="/pages/icon.svg" type="image/svg+xml" />
          <link rel="apple-touch-icon" href="/pages/touch-icon.png" />
          ${['/pages/site.css', ...styles].map((style) => html`<link rel="stylesheet" href=${style} />`)}
          ${scripts.map((script) => html`<script type="module" src=${script}></script>`)}
        </head>
        <body>
          ${header ?? ''}
          <main>${main}</main>
          ${footer ?? ''}
        </body>
      </html> `,
  );
}

export function renderDocument(template: Html): string {
  return collectResultSync(render(template));
}

/** What search engines and messengers read: the Open Graph protocol, and what X adds to it. */
function renderListing(title: string, { publicUrl, address, languages, description }: Listing): Html {
  return html`<meta name="description" content=${description} />
    <link rel="canonical" href=${address} />
    ${languages.map((lang) => html`<link rel="alternate" hreflang=${lang} href=${inLanguage(address, lang)} />`)}
    <meta property="og:type" content="website" />
    <meta property="og:title" content=${title} />
    <meta property="og:description" content=${description} />
    <meta property="og:url" content=${address} />
    <meta property="og:image" content=${`${publicUrl}/pages/preview.png`} />
    <meta property="og:image:width" content="1200" />
    <meta property="og:image:height" content="630" />
    <meta name="twitter:card" content="summary_large_image" />`;
}

function inLanguage(address: string, lang: string): string {
  return `${address.replace(/\?.*/, '')}?lang=${lang}`;
}

/** Says on every page that sign-ups stay here, where they do; to the page's developer, so in English. */
export function sandboxBanner(sandbox: string | undefined): Html | '' {
  if (sandbox === undefined) return '';
  return html`<p class="notice" lang="en" dir="ltr">
    <strong>Sandbox.</strong> No rasa.io credentials are set, so sign-ups go to a stand-in on this machine and
    nothing reaches rasa.io. <a href=${sandbox}>See its contacts</a>
  </p>`;
}
