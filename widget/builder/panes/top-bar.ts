import { html, nothing, svg, type TemplateResult } from 'lit';
import type { BuilderSetup } from '../../../shared/builder.ts';
import { withTitle } from '../starts.ts';
import { renderSelect, type Drawn, type Part } from './controls.ts';
import { icon } from './icons.ts';

export interface TopBarOptions extends Drawn {
  readonly setup: BuilderSetup;
  /** How many the sandbox has. */
  readonly contacts: number | undefined;
  readonly step: (is: 'undo' | 'redo') => void;
  readonly reset: () => void;
  readonly share: () => void;
}

export function renderTopBar(options: TopBarOptions): TemplateResult {
  const { state, words, setup, contacts, dispatch } = options;
  const { forms, sandbox } = setup;
  return html`<header class="top">
    <h1 class="brand">
      ${svg`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="20" y="2" rx="5" /><path d="m6.5 11.5 4 4 7-7.5" /></svg>`}
      rasa-signup
    </h1>
    ${
      forms.length > 1
        ? html`<div class="form">
            ${renderSelect({
              id: 'form',
              label: words.form,
              options: forms.map(({ id, title }) => [id, `${title} (${id})`]),
              chosen: state.design.form,
              choose: (form) => {
                dispatch({ is: 'taken', change: withTitle(state.design, { form }, setup) });
              },
            })}
          </div>`
        : nothing
    }
    ${renderStep(options, 'undo', state.past.length === 0)}
    ${renderStep(options, 'redo', state.future.length === 0)}
    <div class="in-bar">${renderActions(options)}</div>
    <button
      type="button"
      class="ghost square more"
      popovertarget="more"
      aria-label=${words.more}
      title=${words.more}
    >
      ${icon('more')}
    </button>
    <div class="menu" id="more" popover>${renderActions(options)}</div>
    ${
      sandbox
        ? html`<a class="chip-link" href=${sandbox.href} title=${words.sandboxHelp}
            ><span class="chip is-warn">
              <svg viewBox="0 0 10 10" aria-hidden="true"><path d="M5 1 9.5 9h-9z" /></svg>
              ${words.sandbox}${contacts === undefined ? '' : `, ${words.contacts(contacts)}`}
            </span></a
          >`
        : nothing
    }
  </header>`;
}

/** The rarer actions: in the bar where there is room, else in a menu. */
function renderActions({ state, words, setup, reset, share }: TopBarOptions): Part {
  const page = `${setup.prefix}/forms/${encodeURIComponent(state.design.form)}`;
  return html`<button type="button" class="ghost" @click=${reset}>${words.reset}</button>
    <button type="button" class="ghost" @click=${share}>${icon('link')} ${words.share}</button>
    <a class="button ghost" href=${page}>${words.hosted}</a>
    <a class="button ghost" href="${page}/qr.svg">${words.qrCode}</a>`;
}

function renderStep({ words, step }: TopBarOptions, is: 'undo' | 'redo', isIdle: boolean): TemplateResult {
  return html`<button
    type="button"
    class="ghost square is-${is}"
    aria-label=${words[is]}
    title=${words[is]}
    aria-disabled=${isIdle ? 'true' : 'false'}
    @click=${() => {
      step(is);
    }}
  >
    ${icon(is)}
  </button>`;
}
