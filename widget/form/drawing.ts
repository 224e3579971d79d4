import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { FormDefinition, FormTexts } from '../../shared/form.ts';
import type { Pending } from '../../shared/signup.ts';
import type { VisitorProblem } from '../client.ts';
import type { UnavailableWords } from '../words/words.ts';
import { renderField, renderHoneypot } from './fields.ts';
import type { Issues } from './issues.ts';

/** The states of a form. This module draws each of them, and nothing else decides what is shown. */
export type FormState =
  | { readonly step: 'loading' }
  /** It could not be loaded. Nothing is said of it, or not yet. */
  | { readonly step: 'failed' }
  | Unavailable
  | { readonly step: 'editing'; readonly issues: Issues }
  | { readonly step: 'sending' }
  | Accepted
  | { readonly step: 'refused'; readonly problem: VisitorProblem };

type Thanks = FormTexts & { readonly address: string };

interface Accepted {
  readonly step: 'accepted';
  readonly address: string;
  /** With a ticket it waits for its confirmation. `accepted` is said in place of the texts of the form. */
  readonly answer: Partial<Pending>;
}

/** A form that could not be loaded. Without words, there is only the URL of its own page. */
interface Unavailable {
  readonly step: 'unavailable';
  readonly src: string;
  readonly words: UnavailableWords | undefined;
}

/** The part of a form that drawing needs. */
export interface Drawable {
  readonly src: string;
  /** What it is sent to: `src`, with the language that the answer is to be in. */
  readonly action: string;
  readonly definition: FormDefinition;
  /** How the form opens over the page. `undefined` for a form in the page. */
  readonly overlay: Exclude<Display, 'inline'> | undefined;
}

export const displays = ['inline', 'dialog', 'slide-in', 'bar'] as const;

export type Display = (typeof displays)[number];

/** Handlers for events of the `<form>`. */
export interface Listeners {
  readonly touch: () => void;
  readonly edit: () => void;
  readonly press: (event: Event) => void;
  readonly submit: (event: SubmitEvent) => void;
}

/** What the shadow root has. A form is in all steps but `loading`, `failed` and `unavailable`. */
export function renderState(
  state: FormState,
  form: Drawable | undefined,
  display: Display,
  listeners: Listeners,
): TemplateResult {
  const { lang, dir } = form?.definition ?? {};
  // While the form loads, what will open over the page takes no room in it.
  const isInPage = form ? !form.overlay : display === 'inline';
  const content = renderContent(state, form, listeners);
  return html`<div class=${isInPage ? 'root place' : 'root'} lang=${lang ?? nothing} dir=${dir ?? nothing}>
    ${
      form?.overlay
        ? renderOverlay(form.definition, form.overlay, state.step === 'accepted', content)
        : isInPage
          ? html`<div class="box">${content}</div>`
          : content
    }
  </div>`;
}

/** `overlay.ts` opens and closes it. */
function renderOverlay(
  { title, texts }: FormDefinition,
  display: Display,
  isAccepted: boolean,
  content: TemplateResult,
): TemplateResult {
  return html`<button part="opener" class="opener" type="button" hidden>
      <slot name="opener">${title}</slot>
    </button>
    <dialog part="dialog" class="box ${display}" aria-labelledby="title">
      <button part="close" class="close" type="button" aria-label=${texts.close}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18" /></svg>
      </button>
      ${isAccepted ? nothing : html`<h2 part="title" id="title"><slot name="title">${title}</slot></h2>`}
      ${content}
    </dialog>`;
}

function renderContent(state: FormState, form: Drawable | undefined, listeners: Listeners): TemplateResult {
  const isOpen = form && state.step !== 'accepted';
  const { intro } = form?.definition ?? {};
  if (!form) return html`${renderLine(state, form)}<slot></slot>`;
  return html`<div class="body">
    ${
      isOpen
        ? html`${form.overlay ? nothing : html`<slot name="title"></slot>`}
            <slot name="intro">${intro ? html`<p part="intro">${intro}</p>` : nothing}</slot>
            ${renderForm(state, form, listeners)}`
        : nothing
    }
    ${renderLine(state, form)} ${isOpen ? html`<slot name="note"></slot>` : nothing}
  </div>`;
}

function renderLine(state: FormState, form: Drawable | undefined): TemplateResult {
  const words = renderStatus(state, form);
  return html`<div class="status" part="status" role="status" tabindex="-1">${words}</div>`;
}

function renderForm(
  state: FormState,
  { action, definition }: Drawable,
  { touch, edit, press, submit }: Listeners,
): TemplateResult {
  const { texts } = definition;
  const sending = state.step === 'sending';
  const issues = issuesOf(state);
  const fields = definition.fields.filter((field) => field.type !== 'hidden');
  return html`<form
    part="form"
    method="post"
    action=${action}
    accept-charset="utf-8"
    target="_self"
    novalidate
    aria-busy=${sending}
    @submit=${submit}
    @focusin=${touch}
    @pointerdown=${touch}
    @input=${edit}
    @change=${edit}
    @click=${press}
  >
    ${fields.map((field) => renderField(field, texts, issues, sending, field === fields.at(-1) ? 'send' : 'next'))}
    ${renderHoneypot(texts)}
    <button part="button" type="submit" aria-disabled=${sending}>
      <span><slot name="submit">${texts.submit}</slot></span>
      <span><i></i>${texts.sending}</span>
    </button>
  </form>`;
}

/** The issues that are shown. */
export function issuesOf(state: FormState): Issues {
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
    case 'failed':
    case 'editing':
    case 'sending':
      return nothing;
    case 'unavailable':
      return renderNotice(state);
    case 'accepted':
      return texts ? renderThanks({ ...texts, address: state.address, ...state.answer.accepted }) : nothing;
    case 'refused':
      // Set as a whole: a translator may have replaced the text.
      return html`<span
          class="error"
          .textContent=${texts?.problems[state.problem.code] ?? texts?.problems.internal}
        ></span>
        ${
          state.problem.code === 'origin_refused'
            ? html`<a part="link" href=${form?.action ?? ''} target="_blank">${form?.definition.title}</a>`
            : nothing
        }`;
  }
}

function renderNotice({ src, words }: Unavailable): TemplateResult {
  return html`<p lang=${words?.lang} dir="auto">
    ${words?.sentence} <a part="link" href=${src} target="_blank">${words?.link ?? src}</a>
  </p>`;
}

function renderThanks({ address, ...texts }: Thanks): TemplateResult {
  const [before, after] = texts.acceptedFor.split('{address}');
  return html`<svg part="mark" class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="m7 12.4 3.4 3.4L17 8.6" />
    </svg>
    <h2 part="title" id="title">${texts.acceptedTitle}</h2>
    <slot name="accepted">
      <p>${before}${after === undefined ? nothing : html`<b dir="ltr">${address}</b>`}${after}</p>
      <p class="help">${texts.acceptedNext}</p>
    </slot>`;
}
