import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { FormDefinition } from '../../shared/form.ts';
import type { VisitorProblem } from '../client.ts';
import { renderField, renderHoneypot } from './fields.ts';
import type { Issues } from './issues.ts';

/** The states of a form. This module draws each of them, and nothing else decides what is shown. */
export type FormState =
  | { readonly step: 'loading' }
  | { readonly step: 'unavailable'; readonly hasFallback: boolean }
  | { readonly step: 'editing'; readonly issues: Issues }
  | { readonly step: 'sending' }
  | { readonly step: 'accepted' }
  | { readonly step: 'refused'; readonly problem: VisitorProblem };

/** The part of a form that drawing needs. */
export interface Drawable {
  readonly src: string;
  readonly definition: FormDefinition;
  /** How the form opens over the page. `undefined` for a form in the page. */
  readonly overlay: { readonly display: Exclude<Display, 'inline'> } | undefined;
}

export const displays = ['inline', 'dialog', 'slide-in', 'bar'] as const;

export type Display = (typeof displays)[number];

/** Handlers for events of the `<form>`. */
export interface Listeners {
  readonly touch: () => void;
  readonly submit: (event: SubmitEvent) => void;
}

/** Draws the state. The steps `loading` and `unavailable` have no form; all others have one. */
export function renderState(
  state: FormState,
  form: Drawable | undefined,
  listeners: Listeners,
): TemplateResult {
  const { lang, dir } = form?.definition ?? {};
  const content = renderContent(state, form, listeners);
  return html`<div class="root" lang=${lang ?? nothing} dir=${dir ?? nothing}>
    ${form?.overlay ? renderOverlay(form.definition, form.overlay.display, content) : content}
  </div>`;
}

/** `overlay.ts` opens and closes it. */
function renderOverlay(
  { title, texts }: FormDefinition,
  display: Display,
  content: TemplateResult,
): TemplateResult {
  return html`<button part="opener" class="opener" type="button" hidden>
      <slot name="opener">${title}</slot>
    </button>
    <dialog part="dialog" class=${display} aria-labelledby="title">
      <button part="close" class="close" type="button" aria-label=${texts.close}>✕</button>
      <h2 part="title" id="title"><slot name="title">${title}</slot></h2>
      ${content}
    </dialog>`;
}

function renderContent(state: FormState, form: Drawable | undefined, listeners: Listeners): TemplateResult {
  const isOpen = form && state.step !== 'accepted';
  const { intro } = form?.definition ?? {};
  return html`${
      isOpen
        ? html`${form.overlay ? nothing : html`<slot name="title"></slot>`}
            <slot name="intro">${intro ? html`<p part="intro">${intro}</p>` : nothing}</slot>
            ${renderForm(state, form, listeners)}`
        : nothing
    }
    <div class="status" part="status" role="status" tabindex="-1">${renderStatus(state, form)}</div>
    ${isOpen ? html`<slot name="note"></slot>` : nothing} ${form ? nothing : html`<slot></slot>`}`;
}

function renderForm(
  state: FormState,
  { src, definition }: Drawable,
  { touch, submit }: Listeners,
): TemplateResult {
  const { texts } = definition;
  const sending = state.step === 'sending';
  const issues = issuesOf(state);
  const fields = definition.fields.filter((field) => field.type !== 'hidden');
  return html`<form
    part="form"
    method="post"
    action=${src}
    accept-charset="utf-8"
    novalidate
    aria-busy=${sending}
    @submit=${submit}
    @focusin=${touch}
    @pointerdown=${touch}
    @input=${touch}
    @change=${touch}
  >
    ${fields.map((field) => renderField(field, texts, issues, field === fields.at(-1) ? 'send' : 'next'))}
    ${renderHoneypot(texts)}
    <button part="button" type="submit" aria-disabled=${sending}>
      ${sending ? texts.sending : html`<slot name="submit">${texts.submit}</slot>`}
    </button>
  </form>`;
}

function issuesOf(state: FormState): Issues {
  if (state.step === 'editing') return state.issues;
  return state.step === 'refused' ? state.problem.issues : {};
}

function renderStatus(
  state: FormState,
  form: Drawable | undefined,
): string | TemplateResult | typeof nothing {
  const texts = form?.definition.texts;
  switch (state.step) {
    case 'loading':
    case 'editing':
    case 'sending':
      return nothing;
    case 'unavailable':
      // A fallback already tells the visitor what to do instead.
      return state.hasFallback ? nothing : 'The sign-up form could not be loaded. Please reload the page.';
    case 'accepted':
      return html`<svg part="mark" class="mark" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 12.5l5.5 5.5L20 7" />
        </svg>
        <slot name="accepted">${texts?.accepted}</slot>`;
    case 'refused':
      return html`<span class="error"
        >${texts?.problems[state.problem.code] ?? texts?.problems.internal}</span
      >`;
  }
}
