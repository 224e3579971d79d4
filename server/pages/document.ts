import { html, render, type ServerRenderedTemplate } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';

export { html };
export type Html = ServerRenderedTemplate;

export interface Page {
  readonly title: string;
  readonly lang: string;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
  readonly dir?: 'ltr' | 'rtl';
  /**
   * How search engines and link previews present the page. A page without it is a personal answer
   * and is not indexed.
   */
  readonly listing?: Listing;
  /** Content before `<main>`, such as a bar with links. */
  readonly header?: Html;
  readonly main: Html;
  readonly footer?: Html;
  /** Paths of module scripts; `/pages/*.js` are the built ones. */
  readonly scripts?: readonly string[];
  /** Paths of further style sheets; `/pages/*.css` are the built ones. */
  readonly styles?: readonly string[];
}

export interface Listing {
  /** The proxy's public URL: `https://signup.example.com`. */
  readonly publicUrl: string;
  /** The page's canonical URL, absolute. */
  readonly address: string;
  /** Languages that the page is available in, by `?lang=`. */
  readonly languages: readonly string[];
  readonly description: string;
}

/**
 * Renders a complete HTML document. The template escapes all values, so a page made only of `html` is safe by
 * construction: there is no way here to insert an unescaped string.
 */
export function renderPage({
  title,
  lang,
  prefix,
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
          <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f6f2" />
          <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#121615" />
          <link rel="icon" href=${`${prefix}/favicon.ico`} sizes="32x32" />
          <link rel="icon" href=${`${prefix}/pages/icon.svg`} type="image/svg+xml" />
          <link rel="apple-touch-icon" href=${`${prefix}/pages/touch-icon.png`} />
          ${['/pages/site.css', ...styles].map((style) => html`<link rel="stylesheet" href=${prefix + style} />`)}
          ${scripts.map((script) => html`<script type="module" src=${prefix + script}></script>`)}
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
  // Lit leaves this mark behind where a template ends with a value. Texts never have it: they are escaped.
  return collectResultSync(render(template)).replaceAll('<?>', '');
}

/** Metadata for search engines and messengers: the Open Graph protocol, and X's additions to it. */
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

/**
 * A line for the page's developer, therefore in English, that sign-ups go to the sandbox. Empty if they go to
 * rasa.io.
 */
export function sandboxLine(sandbox: string | undefined): Html | '' {
  if (sandbox === undefined) return '';
  return html`<p class="sandbox-line" lang="en" dir="ltr">
    Sandbox: nothing reaches rasa.io. <a href=${sandbox}>See its contacts</a>
  </p>`;
}
