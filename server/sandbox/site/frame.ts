import { nothing } from 'lit';
import { html, renderPage, type Html } from '../../pages/document.ts';

interface SandboxPage {
  readonly title: string;
  readonly path?: string;
  readonly faults?: object;
  readonly main: Html;
}

/** The frame of every sandbox page: its navigation, a note that this is a sandbox, and the active faults. */
export function renderSandboxPage({ title, path, faults = {}, main }: SandboxPage): string {
  const link = (target: string, words: string): Html =>
    html`<a href=${target} aria-current=${target === path ? 'page' : nothing}>${words}</a>`;
  return renderPage({
    prefix: '',
    title: `${title} · rasa.io sandbox`,
    lang: 'en',
    scripts: ['/pages/sandbox.js'],
    header: html`
      <header class="bar">
        <nav aria-label="Sandbox">
          <strong>rasa.io sandbox</strong>
          ${link('/', 'Contacts')} ${link('/settings/api-keys', 'API Keys')}
        </nav>
      </header>
    `,
    main: html`
      <p class="notice">
        <strong>This is a sandbox.</strong> It stands in for rasa.io: nothing here reaches rasa.io, and nobody
        gets mail from it.
      </p>
      <div id="faults" data-live>
        ${
          Object.keys(faults).length === 0
            ? ''
            : html`<p class="notice danger">
                <strong>Faults are switched on.</strong> The sandbox misbehaves on purpose, until
                <code>DELETE /sandbox/faults</code>: <code>${JSON.stringify(faults)}</code>
              </p>`
        }
      </div>
      ${main}
    `,
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

const timeFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/** A time in UTC, since the reader's time zone is not known without script. */
export function timeOf(iso: string): Html {
  return html`<time datetime=${iso}>${timeFormat.format(new Date(iso))}</time>`;
}

/** A badge that shows a state in one word. */
export function badge(words: string, look: 'on' | 'off'): Html {
  return html`<span class=${`badge ${look}`}>${words}</span>`;
}
