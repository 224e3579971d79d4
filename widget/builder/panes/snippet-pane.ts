import { html, nothing, type TemplateResult } from 'lit';
import { renderChoice, type Drawn, type Part } from './controls.ts';
import { hasOwnTexts } from '../snippet/snippets.ts';

export interface SnippetPaneOptions extends Drawn {
  /** `undefined` until the form's definition has loaded. */
  readonly snippet: string | undefined;
  readonly copied: string;
  readonly copy: () => void;
}

export function renderSnippetPane(options: SnippetPaneOptions): TemplateResult {
  const { state, words, dispatch, snippet, copied, copy } = options;
  const { kind } = state.view;
  return html`<section class="snippet" aria-labelledby="snippet">
    <h2 id="snippet">${words.snippet}</h2>
    <p>${words.snippetLead}</p>
    ${renderChoice({
      name: 'kind',
      legend: words.kind,
      choices: words.kinds,
      chosen: kind,
      choose: (kind) => {
        dispatch({ is: 'looked', view: { kind } });
      },
      isQuiet: true,
    })}
    <p class="help">${words.kindHelp[kind]}</p>
    ${renderLimits(options)}
    <div class="code-box">
      <pre tabindex="0" aria-labelledby="snippet"><code>${snippet ?? words.loading}</code></pre>
      <div class="copy">
        <button type="button" ?disabled=${snippet === undefined} @click=${copy}>${words.copy}</button>
        <span role="status">${copied}</span>
      </div>
    </div>
  </section>`;
}

/** The chosen settings that this kind of snippet does not support. */
function renderLimits({ state, words, dispatch }: SnippetPaneOptions): Part {
  const { design, view } = state;
  const limit =
    view.kind === 'script' && hasOwnTexts(design)
      ? words.textsNeedElement
      : view.kind === 'html' && design.display !== 'inline'
        ? words.plainStaysInPage
        : undefined;
  if (limit === undefined) return nothing;
  return html`<p class="limit" role="status">
    ${limit}
    <button
      type="button"
      class="plain"
      @click=${() => {
        dispatch({ is: 'looked', view: { kind: 'element' } });
      }}
    >
      ${words.useElement}
    </button>
  </p>`;
}
