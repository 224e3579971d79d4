import { html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import type { FormDefinition, VisibleProblem } from '../shared/form.ts';
import { honeypot } from '../shared/signup.ts';
import { loadDefinition, loadPart, type VisitorProblem } from './client.ts';
import type * as debug from './debug.ts';
import { Envelope } from './envelope.ts';
import { SignupEvent, SignupRefusedEvent, type SignupEvents } from './events.ts';
import { renderField, renderHoneypot } from './fields.ts';
import { findIssues, type Issues } from './issues.ts';
import { langOf } from './language.ts';
import type * as overlay from './overlay.ts';
import styles from './rasa-signup.css?inline';
import { proofsOf, send, type Sendable } from './sending.ts';
import type * as typo from './typo.ts';
import { capture, carryOver, putBack, readValues, submitPlainly, type Values } from './values.ts';

/** What a form can be in; each state is drawn in one place, and nothing else decides what is shown. */
type FormState =
  | { readonly step: 'loading' }
  | { readonly step: 'unavailable' }
  | { readonly step: 'editing'; readonly issues: Issues }
  | { readonly step: 'sending' }
  | { readonly step: 'accepted' }
  | { readonly step: 'refused'; readonly problem: VisitorProblem };

/** A form that is there; another `src` makes another one. */
interface LoadedForm extends Sendable {
  /** What it wanted to know without asking, when the visitor came. */
  readonly captured: Values;
  /** Where it opens over the page. Without it, it stands in the page. */
  readonly overlay: typeof overlay | undefined;
  touched: boolean;
}

/**
 * `<rasa-signup src="https://signup.example.com/forms/newsletter">`: a sign-up form that looks like the page around
 * it. Its children are its fallback: they show until the form is there, and what was typed into them is carried over.
 *
 * @tag rasa-signup
 * @summary A newsletter sign-up form that looks like the page around it.
 *
 * @attr {string} lang - The language of the form. Without it the nearest `lang` around the element counts, else the visitor's.
 * @attr {'stacked' | 'inline' | 'compact'} [layout=stacked] - `inline` puts fields and button in one row where there is room; `compact` has smaller labels and less space.
 * @attr {string} [open-on=button] - What opens it, where it does not show in its place. One or more of `button`, a time (`10s`), how far the page is scrolled (`50%`) and `exit`, separated by spaces.
 * @attr {string} [again-after=7d] - How long it then does not open by itself again once somebody has closed it. Remembered in `localStorage`, the only storage used, and only then.
 * @attr {boolean} [debug=false] - Shows what is wrong with the form on this page. So does `?debug` in the page's address.
 *
 * @slot - The fallback: shows until the form is there, and where scripts do not run.
 * @slot title - Stands above the form.
 * @slot intro - A sentence or two under the title.
 * @slot submit - The words of the button.
 * @slot note - Small print under the button.
 * @slot accepted - What it says once the sign-up is accepted.
 * @slot opener - The words of the button that opens a dialog.
 *
 * @csspart form - The `<form>`.
 * @csspart title - Its title.
 * @csspart intro - The sentences under the title.
 * @csspart field - One field, with all that belongs to it.
 * @csspart label - Its label.
 * @csspart help - The words under the label.
 * @csspart input - What is filled in: an `<input>` or a `<select>`.
 * @csspart error - What is wrong with the field.
 * @csspart suggestion - The question whether another address was meant.
 * @csspart suggestion-button - The answer to it.
 * @csspart option - One choice of several, or the box to tick, with its label.
 * @csspart link - The link behind the label of a box to tick.
 * @csspart button - The button that sends it.
 * @csspart status - What became of the sign-up.
 * @csspart mark - The check mark of an accepted sign-up.
 * @csspart opener - The button that opens a dialog.
 * @csspart dialog - What opens over the page: dialog, slide-in or bar.
 * @csspart close - The button that closes it.
 *
 * @cssprop [--rasa-signup-accent=blue] - The button, and the ring around what has the focus.
 * @cssprop [--rasa-signup-on-accent=white, in dark themes black] - The button's text.
 * @cssprop [--rasa-signup-border-color=the text colour at 55 %] - The border of fields.
 * @cssprop [--rasa-signup-input-background=transparent] - What stands behind the text of fields.
 * @cssprop [--rasa-signup-error-color=red] - What is wrong, and the border of its field.
 * @cssprop [--rasa-signup-radius=0.4em] - The corners.
 * @cssprop [--rasa-signup-gap=1em] - The space between fields.
 * @cssprop [--rasa-signup-background=Canvas] - The surface of a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-color=CanvasText] - The text on it.
 * @cssprop [--rasa-signup-max-width=28em] - The width of it at most.
 *
 * @event {SignupEvent} signup-ready - The form is there, or there again after another `src`.
 * @event {SignupEvent} signup-start - The visitor, or the browser, has begun to fill it in.
 * @event {SignupEvent} signup-submit - The button was pressed; one of the next two follows, unless the browser goes to the proxy's page instead.
 * @event {SignupEvent} signup-accepted - The proxy has kept the sign-up.
 * @event {SignupRefusedEvent} signup-refused - Nothing was signed up; `event.code` says why, and the form tells the visitor.
 */
export class RasaSignup extends LitElement {
  static override readonly styles = unsafeCSS(styles);

  /** So that the browser keeps what was typed with its history, as it does of inputs that no shadow root hides. */
  static readonly formAssociated = true;

  static override readonly properties = {
    src: { type: String },
    display: { type: String },
    state: { state: true },
    // Observed only: the property is every element's own.
    lang: { noAccessor: true },
  };

  /** Address of the form at the proxy. The one attribute that is needed. */
  declare src: string | null | undefined;
  /** Where the form shows: in its place, or over the page once it is opened. */
  declare display: 'inline' | 'dialog' | 'slide-in' | 'bar' | null;
  declare private state: FormState;

  /** There is none in the steps `loading` and `unavailable`, and always one in the others. */
  #form: LoadedForm | undefined;
  #loading: AbortController | undefined;
  #closeOverlay: (() => void) | undefined;
  readonly #envelope = new Envelope();
  readonly #internals = this.attachInternals();
  #kept: FormData | undefined;

  constructor() {
    super();
    this.display = 'inline';
    this.state = { step: 'loading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.hasUpdated) return;
    // A form that was moved in the page is there already; one that was taken out while it loaded is not.
    if (this.#form?.src === this.src) this.#openOverlay();
    else void this.#load();
  }

  /** The visitor is back; the form is not yet. */
  formStateRestoreCallback(kept: FormData): void {
    this.#kept = kept;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abandon();
  }

  override attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    super.attributeChangedCallback(name, before, now);
    if (name === 'lang' && this.#form && before !== now) void this.#load();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.isConnected && (changed.has('src') || changed.has('display'))) void this.#load();
  }

  protected override render(): TemplateResult {
    const form = this.#form;
    const { lang, dir } = form?.definition ?? {};
    return html`<div class="root" lang=${lang ?? nothing} dir=${dir ?? nothing}>
      ${form?.overlay ? this.#renderOverlay(form) : this.#renderContent(form)}
    </div>`;
  }

  /** `overlay.ts` makes it open and close. */
  #renderOverlay(form: LoadedForm): TemplateResult {
    const { title, texts } = form.definition;
    return html`<button part="opener" class="opener" type="button" hidden>
        <slot name="opener">${title}</slot>
      </button>
      <dialog part="dialog" class=${this.display} aria-labelledby="title">
        <button part="close" class="close" type="button" aria-label=${texts.close}>✕</button>
        <h2 part="title" id="title"><slot name="title">${title}</slot></h2>
        ${this.#renderContent(form)}
      </dialog>`;
  }

  #renderContent(form: LoadedForm | undefined): TemplateResult {
    const isOpen = form && this.state.step !== 'accepted';
    const { intro } = form?.definition ?? {};
    return html`${
        isOpen
          ? html`${form.overlay ? nothing : html`<slot name="title"></slot>`}
              <slot name="intro">${intro ? html`<p part="intro">${intro}</p>` : nothing}</slot>
              ${this.#renderForm(form)}`
          : nothing
      }
      <div class="status" part="status" role="status" tabindex="-1">${this.#renderStatus()}</div>
      ${isOpen ? html`<slot name="note"></slot>` : nothing} ${form ? nothing : html`<slot></slot>`}`;
  }

  #renderForm({ src, definition }: LoadedForm): TemplateResult {
    const { texts } = definition;
    const sending = this.state.step === 'sending';
    const issues = this.#issues;
    const fields = definition.fields.filter((field) => field.type !== 'hidden');
    return html`<form
      part="form"
      method="post"
      action=${src}
      accept-charset="utf-8"
      novalidate
      aria-busy=${sending}
      @submit=${this.#onSubmit}
      @focusin=${this.#onTouch}
      @pointerdown=${this.#onTouch}
      @input=${this.#onTouch}
      @change=${this.#onTouch}
    >
      ${fields.map((field) => renderField(field, texts, issues, field === fields.at(-1) ? 'send' : 'next'))}
      ${renderHoneypot(texts)}
      <button part="button" type="submit" aria-disabled=${sending}>
        ${sending ? texts.sending : html`<slot name="submit">${texts.submit}</slot>`}
      </button>
    </form>`;
  }

  #renderStatus(): string | TemplateResult | typeof nothing {
    const { state } = this;
    const texts = this.#form?.definition.texts;
    switch (state.step) {
      case 'loading':
      case 'editing':
      case 'sending':
        return nothing;
      case 'unavailable':
        // Whoever gave a fallback has said what to do instead.
        return this.querySelector(':scope > :not([slot])')
          ? nothing
          : 'The sign-up form could not be loaded. Please reload the page.';
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

  get #issues(): Issues {
    if (this.state.step === 'editing') return this.state.issues;
    return this.state.step === 'refused' ? this.state.problem.issues : {};
  }

  /** With what was typed into the form that was there before, where there was one. */
  async #load(): Promise<void> {
    const { src } = this;
    const before = this.#formElement;
    this.#abandon();
    this.#form = undefined;
    this.state = { step: 'loading' };
    if (!src) return;
    const loading = new AbortController();
    this.#loading = loading;
    const [loaded, overlay] = await Promise.all([
      loadDefinition(src, langOf(this), loading),
      this.#loadOverlay(src),
    ]);
    // Taken out of the page, or another `src` meanwhile: the last call wins.
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (loaded.is === 'unavailable') this.state = { step: 'unavailable' };
    else await this.#show(src, loaded.definition, overlay, before);
    void this.#loadDebug(src);
  }

  async #show(
    src: string,
    definition: FormDefinition,
    overlay: LoadedForm['overlay'],
    before: HTMLFormElement | null,
  ): Promise<void> {
    const captured = capture(definition);
    this.#form = { src, definition, captured, overlay, touched: false, proofs: undefined };
    // Asked before the fallback disappears, since what is not shown has no focus.
    const focused = this.querySelector<HTMLInputElement>(':focus')?.name;
    this.state = { step: 'editing', issues: {} };
    await this.updateComplete;
    const form = this.#formElement;
    if (!form) return;
    this.#openOverlay();
    this.#tell(new SignupEvent('signup-ready', definition.id));
    const isKept = this.#kept && putBack(this.#kept, form);
    if (carryOver(before ?? this, form) || isKept) this.#onTouch();
    if (focused) form.querySelector<HTMLElement>(`[name=${CSS.escape(focused)}]`)?.focus();
  }

  /** Where it cannot be had, the form stands in the page. */
  async #loadOverlay(src: string): Promise<LoadedForm['overlay']> {
    if (!this.display || this.display === 'inline') return undefined;
    return loadPart<typeof overlay>(src, 'overlay').catch(() => undefined);
  }

  #openOverlay(): void {
    this.#closeOverlay = this.#form?.overlay?.startOverlay(this);
  }

  async #loadDebug(src: string): Promise<void> {
    if (!this.hasAttribute('debug') && !new URLSearchParams(location.search).has('debug')) return;
    try {
      (await loadPart<typeof debug>(src, 'debug')).showDebug(this);
    } catch {
      this.dataset['debug'] = 'blocked';
    }
  }

  /** Stops what nobody waits for any more. What was sent is sent, even if its proof is not ready yet. */
  #abandon(): void {
    this.#loading?.abort();
    this.#loading = undefined;
    this.#closeOverlay?.();
    if (this.state.step !== 'sending') void this.#form?.proofs?.then((proofs) => proofs?.stop());
  }

  get #formElement(): HTMLFormElement | null {
    return this.renderRoot.querySelector('form');
  }

  #tell(event: SignupEvents[keyof SignupEvents]): void {
    this.dispatchEvent(event);
  }

  /** Before it no work is done, and nothing is fetched but the definition. */
  readonly #onTouch = (): void => {
    const form = this.#form;
    const element = this.#formElement;
    if (!form || !element) return;
    // A state, and no value: a form around this one sends nothing of it.
    this.#internals.setFormValue(null, new FormData(element));
    void proofsOf(form)?.then((proofs) => proofs?.prepare());
    if (form.touched) return;
    form.touched = true;
    this.#tell(new SignupEvent('signup-start', form.definition.id));
    void this.#watchForTypos(form);
  };

  async #watchForTypos({ src, definition }: LoadedForm): Promise<void> {
    const form = this.#formElement;
    try {
      const { watchForTypos } = await loadPart<typeof typo>(src, 'typo');
      if (form) watchForTypos(form, definition.texts);
    } catch {
      // Blocked, or gone; the form does without.
    }
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.state.step !== 'sending') void this.#submit();
  };

  async #submit(): Promise<void> {
    const form = this.#form;
    const element = this.#formElement;
    if (!form || !element) return;
    this.#tell(new SignupEvent('signup-submit', form.definition.id));
    const issues = findIssues(form.definition, element);
    if (Object.keys(issues).length > 0) {
      this.state = { step: 'editing', issues };
      await this.#refuse(form, 'invalid');
      return;
    }

    const values = { ...readValues(element), ...form.captured };
    const fields = { ...values, ...this.#envelope.of(values) };
    this.state = { step: 'sending' };
    const sent = await send(form, fields);
    if (this.#form !== form) return;
    if (sent.is === 'impossible') {
      this.state = { step: 'editing', issues: {} };
      submitPlainly(element, fields);
      return;
    }
    if (sent.is === 'refused') {
      const trap = element.querySelector<HTMLInputElement>(`[name=${honeypot}]`);
      // Something has filled it in that asks nobody; the person must be able to try again.
      if (trap && sent.problem.code === 'bot_suspected') trap.value = '';
      this.state = { step: 'refused', problem: sent.problem };
      await this.#refuse(form, sent.problem.code);
      return;
    }
    await this.#accept(form.definition);
  }

  async #refuse({ definition }: LoadedForm, code: VisibleProblem): Promise<void> {
    await this.updateComplete;
    this.#formElement
      ?.querySelector<HTMLElement>(':is(input, select)[aria-invalid], [aria-invalid] input')
      ?.focus();
    this.#tell(new SignupRefusedEvent(definition.id, code));
  }

  async #accept({ id, redirect }: FormDefinition): Promise<void> {
    this.#internals.setFormValue(null);
    const hadFocus = this.matches(':focus-within');
    this.state = { step: 'accepted' };
    await this.updateComplete;
    // The focused button is gone; without this a keyboard would start again at the top of the page.
    if (hadFocus) this.renderRoot.querySelector<HTMLElement>('.status')?.focus();
    this.#tell(new SignupEvent('signup-accepted', id));
    if (redirect) location.assign(redirect);
  }
}
