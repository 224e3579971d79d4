import { nothing } from 'lit';
import { html, renderPage, type Html } from '../../pages/document.ts';

interface SandboxPage {
  readonly title: string;
  readonly path?: string;
  readonly faults?: object;
  readonly main: Html;
}

const pages: readonly (readonly [path: string, words: string])[] = [
  ['/', 'Contacts'],
  ['/settings/api-keys', 'API Keys'],
  ['/mail', 'Mail'],
  ['/requests', 'Requests'],
  ['/nights', 'Nights'],
  ['/faults', 'Faults'],
];

/** The frame of every sandbox page: its navigation, a note that this is a sandbox, and the active faults. */
export function renderSandboxPage({ title, path, faults = {}, main }: SandboxPage): string {
  return renderPage({
    prefix: '',
    title: `${title} · rasa.io sandbox`,
    lang: 'en',
    scripts: ['/pages/sandbox.js'],
    styles: ['/pages/sandbox.css'],
    header: html`
      <header class="top">
        <strong class="brand"
          ><img src="/pages/icon.svg" alt="" width="26" height="26" />rasa.io sandbox</strong
        >
        <nav aria-label="Sandbox">
          ${pages.map(
            ([target, words]) =>
              html`<a href=${target} aria-current=${target === path ? 'page' : nothing}>${words}</a>`,
          )}
        </nav>
        <span class="chip warn">Nothing here reaches rasa.io</span>
      </header>
    `,
    main: html`
      <div id="faults" data-live>
        ${
          Object.keys(faults).length === 0
            ? ''
            : html`<p class="notice danger">
                <strong>Faults are switched on.</strong> The sandbox misbehaves on purpose, until
                <a href="/faults">they are switched off</a>: <code>${JSON.stringify(faults)}</code>
              </p>`
        }
      </div>
      ${main}
    `,
    footer: html`<footer class="quiet">
      This is a sandbox. It stands in for rasa.io: nothing here reaches rasa.io, and nobody gets mail from it.
    </footer>`,
  });
}

/** The page for an unknown path or an error. */
export function failurePage(words: string): string {
  return renderSandboxPage({
    title: words,
    main: html`
      <h1>${words}.</h1>
      <p><a href="/">Back to the contacts</a></p>
    `,
  });
}

/** A page's heading, with one line about it and what can be done here. */
export function heading(words: string, about: string | Html, action: Html | '' = ''): Html {
  return html`<div class="heading">
    <div>
      <h1>${words}</h1>
      <p class="quiet">${about}</p>
    </div>
    ${action}
  </div>`;
}

const timeFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/** A time in UTC, since the reader's time zone is not known without script. */
export function timeOf(time: string | number): Html {
  const date = new Date(time);
  return html`<time datetime=${date.toISOString()}>${timeFormat.format(date)}</time>`;
}

/** A state in one word, with a sign beside it. */
export function chip(words: string, look: 'good' | 'warn' | 'bad' | 'off'): Html {
  return html`<span class=${`chip ${look}`}>${words}</span>`;
}

/** An empty cell, hidden from screen readers. */
export const none = html`<span class="quiet" aria-hidden="true">–</span>`;

const numberFormat = new Intl.NumberFormat('en-GB');

export function numberOf(value: number): string {
  return numberFormat.format(value);
}
