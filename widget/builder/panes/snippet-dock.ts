import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { BuilderSetup } from '../../../shared/builder.ts';
import { kindOf, kindsFor } from '../snippet/snippets.ts';
import type { SnippetKind } from '../view.ts';
import { renderSelect, type Drawn, type Part } from './controls.ts';
import { icon } from './icons.ts';
import type { Words } from '../words/words.ts';

interface SitesOptions extends Drawn {
  readonly setup: BuilderSetup;
}

export interface SnippetDockOptions extends SitesOptions {
  /** `undefined` until the form's definition has loaded. */
  readonly snippet: string | undefined;
  /** Whether it has the height of the form, which the preview tells a moment later. */
  readonly isMeasured: boolean;
  readonly isCopied: boolean;
  readonly isOpen: boolean;
  readonly copy: () => void;
  readonly toggle: () => void;
}

/** The way to take the form along: always in sight, with the shortest snippet first. */
export function renderSnippetDock(options: SnippetDockOptions): TemplateResult {
  const { state, words, snippet, isMeasured, isCopied, isOpen, copy, toggle } = options;
  const line = isMeasured && snippet !== undefined ? snippet : words.loading;
  const kind = kindOf(state.design, state.view.kind);
  return html`<section class="dock" aria-label=${words.snippet}>
    ${isOpen ? renderDrawer(options, kind) : nothing}
    <div class="dock-bar">
      ${
        isOpen
          ? html`<div class="lead">
              <p>${words.kindHelp[kind]}</p>
              ${renderSites(options)}
            </div>`
          : html`<div class="kinds">${renderKinds(options, kind)}</div>
              <code class="line" aria-hidden="true">${paint(firstLine(line))}</code>`
      }
      <button
        type="button"
        class="second all-code"
        aria-expanded=${isOpen ? 'true' : 'false'}
        @click=${toggle}
      >
        ${icon(isOpen ? 'down' : 'up')} ${isOpen ? words.hideCode : words.allCode}
      </button>
      <button
        type="button"
        class="primary copy"
        aria-disabled=${snippet === undefined ? 'true' : 'false'}
        @click=${copy}
      >
        ${icon(isCopied ? 'tick' : 'copy')}
        <span class="copy-words">
          <span class=${isCopied ? 'away' : ''}>
            <span class="long">${words.copy}</span><span class="short">${words.copyShort}</span>
          </span>
          <span class=${isCopied ? '' : 'away'}>${words.copied}</span>
        </span>
      </button>
    </div>
  </section>`;
}

function renderKinds({ state, words, dispatch }: SnippetDockOptions, kind: SnippetKind): TemplateResult {
  return renderSelect({
    id: 'kind',
    label: words.kind,
    options: kindsFor(state.design).map((name) => [name, words.kinds[name]] as const),
    chosen: kind,
    choose: (value) => {
      const chosen = kindsFor(state.design).find((name) => name === value);
      if (chosen) dispatch({ is: 'looked', view: { kind: chosen } });
    },
  });
}

function renderDrawer(
  { state, words, dispatch, snippet, toggle }: SnippetDockOptions,
  kind: SnippetKind,
): TemplateResult {
  return html`<div class="drawer">
    <div class="drawer-head">
      <fieldset class="kind-tabs">
        <legend class="unseen">${words.kind}</legend>
        ${kindsFor(state.design).map(
          (name) =>
            html`<label>
              <input
                type="radio"
                name="kind"
                value=${name}
                .checked=${name === kind}
                @change=${() => {
                  dispatch({ is: 'looked', view: { kind: name } });
                }}
              />
              <span>${words.kinds[name]}</span>
            </label>`,
        )}
      </fieldset>
      <button
        type="button"
        class="ghost square"
        aria-label=${words.hideCode}
        title=${words.hideCode}
        @click=${toggle}
      >
        ${icon('close')}
      </button>
    </div>
    <pre tabindex="0" aria-label=${words.snippet}><code>${paint(snippet ?? words.loading)}</code></pre>
  </div>`;
}

/** The part of a snippet that says most about it: the tag that stands for the form. */
function firstLine(snippet: string): string {
  const tag = /<(?:rasa-signup|script|form)\b[^]*?>/.exec(snippet)?.[0] ?? snippet;
  return tag.replace(/\s+/g, ' ');
}

/** Tags, attributes and values in different colours. */
function paint(code: string): readonly Part[] {
  const pieces = code.split(/(<\/?[\w-]+|"[^"\n]*"|--[\w-]+|[\w-]+(?==")|\/?>)/);
  return pieces.map((piece, at) => {
    if (at % 2 === 0) return html`${piece}`;
    const look = piece.startsWith('"') ? 'is-value' : /^[<>/]/.test(piece) ? 'is-tag' : 'is-name';
    return html`<span class=${look}>${piece}</span>`;
  });
}

/** Which sites may show the form. On others, a pasted snippet would take no sign-up. */
function renderSites({ state, words, setup }: SitesOptions): Part {
  const { sites } = setup.forms.find(({ id }) => id === state.design.form) ?? { sites: [] };
  const isNone = sites.length === 0;
  return html`<span class="sites ${isNone ? 'is-none' : ''}" title=${sites.join(', ')}
    >${icon(isNone ? 'alert' : 'tick')}
    <span>${isNone ? words.worksNowhere : words.worksOn(saySites(sites, words))}</span></span
  >`;
}

const mostSites = 3;

function saySites(sites: readonly string[], words: Words): string {
  const named = sites.length > mostSites ? sites.slice(0, mostSites - 1) : sites;
  const rest = sites.length - named.length;
  return new Intl.ListFormat(words.lang).format([
    ...named.map((site) => site.replace(/^https:\/\//, '')),
    ...(rest > 0 ? [words.moreSites(rest)] : []),
  ]);
}

/** The result of the last press of a button; after copying, also where the snippet works. */
export function renderSaid(
  options: SitesOptions,
  { said, isCopied }: { readonly said: string; readonly isCopied: boolean },
): Part {
  return html`<div class="said" role="status">
    ${keyed(
      said,
      said
        ? html`<p class="toast"><span>${said}</span> ${isCopied ? renderSites(options) : nothing}</p>`
        : nothing,
    )}
  </div>`;
}
