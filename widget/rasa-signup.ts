import { html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import type { FormDefinition, FormField, FormTexts } from '../shared/form.ts';
import { honeypot } from '../shared/signup.ts';
import { below, loadDefinition, submit, type VisitorProblem } from './client.ts';
import { Envelope } from './envelope.ts';
import { findIssues, type Issues } from './issues.ts';
import { Proofs } from './proof.ts';
import styles from './rasa-signup.css?inline';
import type * as typo from './typo.ts';

/** What a form can be in; each state is drawn in one place, and nothing else decides what is shown. */
type FormState =
  | { readonly step: 'loading' }
  | { readonly step: 'unavailable' }
  | { readonly step: 'editing'; readonly issues: Issues }
  | { readonly step: 'sending' }
  | { readonly step: 'accepted' }
  | { readonly step: 'refused'; readonly problem: VisitorProblem };

/** A form that is there; another `src` makes another one. */
interface LoadedForm {
  readonly src: string;
  readonly definition: FormDefinition;
  readonly proofs: Proofs | undefined;
  touched: boolean;
}

/**
 * `<rasa-signup src="https://signup.example.com/forms/newsletter">`: a sign-up form that looks like the page around
 * it. Its children are its fallback: they show until the form is there, and what was typed into them is carried over.
 */
export class RasaSignup extends LitElement {
  static override readonly styles = unsafeCSS(styles);

  /** So that the browser keeps what was typed with its history, as it does of inputs that are in no shadow root. */
  static readonly formAssociated = true;

  static override readonly properties = {
    src: { type: String },
    state: { state: true },
  };

  /** Address of the form at the proxy. The one attribute that is needed. */
  declare src: string | null | undefined;
  declare private state: FormState;

  /** There is none in the steps `loading` and `unavailable`, and always one in the others. */
  #form: LoadedForm | undefined;
  #loading: AbortController | undefined;
  readonly #envelope = new Envelope();
  readonly #internals = this.attachInternals();
  #restored: FormData | undefined;

  constructor() {
    super();
    this.src = undefined;
    this.state = { step: 'loading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A form that was moved in the page is there already; one that was taken out while it loaded is not, nor is another.
    if (this.hasUpdated && this.#form?.src !== this.src) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abandon();
  }

  /** The browser calls it when the visitor comes back to the page, mostly before the form is there. */
  formStateRestoreCallback(state: unknown): void {
    if (state instanceof FormData) this.#restored = state;
    if (this.#restore()) this.#onTouch();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src') && this.isConnected) this.#follow();
  }

  protected override render(): TemplateResult {
    const { state } = this;
    const form = this.#form;
    const { lang, dir } = form?.definition ?? {};
    return html`<div lang=${lang ?? nothing} dir=${dir ?? nothing}>
      ${form && state.step !== 'accepted' ? this.#renderForm(form) : nothing}
      <div class="status" part="status" role="status" tabindex="-1">${this.#renderStatus()}</div>
      ${form ? nothing : html`<slot></slot>`}
    </div>`;
  }

  #renderForm(form: LoadedForm): TemplateResult {
    const { fields, texts } = form.definition;
    const sending = this.state.step === 'sending';
    return html`<form
      part="form"
      method="post"
      action=${form.src}
      accept-charset="utf-8"
      novalidate
      aria-busy=${sending}
      @submit=${this.#onSubmit}
      @focusin=${this.#onTouch}
      @pointerdown=${this.#onTouch}
      @input=${this.#onTouch}
      @change=${this.#onTouch}
    >
      ${fields.map((field) => this.#renderField(field, texts))}
      <label class="honeypot" aria-hidden="true">
        ${texts.leaveEmpty}
        <input
          name=${honeypot}
          tabindex="-1"
          autocomplete="off"
          data-1p-ignore
          data-bwignore
          data-form-type="other"
          data-lpignore="true"
          data-protonpass-ignore
        />
      </label>
      <button part="button" type="submit" aria-disabled=${sending}>
        ${sending ? texts.sending : texts.submit}
      </button>
    </form>`;
  }

  #renderField(field: FormField, texts: FormTexts): TemplateResult {
    const issue = this.#issues[field.name];
    const words = issue && (field.issues?.[issue] ?? texts.issues[issue]);
    return html`<div class="field" part="field">
      <label part="label" for=${field.name}>
        ${field.label} ${field.required ? nothing : html`<span class="optional">${texts.optional}</span>`}
      </label>
      <input
        part="input"
        id=${field.name}
        name=${field.name}
        type=${field.type}
        dir=${field.type === 'email' ? 'ltr' : nothing}
        autocomplete=${field.autocomplete}
        ?required=${field.required}
        aria-invalid=${issue ? 'true' : nothing}
        aria-describedby=${issue ? `${field.name}-error` : nothing}
      />
      <p class="error" part="error" id=${`${field.name}-error`}>${words ?? nothing}</p>
      ${field.type === 'email' ? html`<div class="suggestion" aria-live="polite"></div>` : nothing}
    </div>`;
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
        return this.childElementCount > 0
          ? nothing
          : 'The sign-up form could not be loaded. Please reload the page.';
      case 'accepted':
        return texts?.accepted ?? nothing;
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

  /** Without a `src` (an attribute that is taken away is `null`) what is there stays. */
  #follow(): void {
    if (this.src) void this.#load(this.src);
  }

  async #load(src: string): Promise<void> {
    this.#abandon();
    const typed = this.renderRoot.querySelector('form');
    if (typed) this.#restored = new FormData(typed);
    this.#form = undefined;
    this.state = { step: 'loading' };
    const loading = new AbortController();
    this.#loading = loading;
    const loaded = await loadDefinition(src, langOf(this), loading);
    // Taken out of the page, or another `src` meanwhile: the last call wins.
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (loaded.is === 'unavailable') {
      this.state = { step: 'unavailable' };
      return;
    }
    const { definition } = loaded;
    const proofs = definition.proof ? new Proofs(src) : undefined;
    this.#form = { src, definition, proofs, touched: false };
    // Asked before the fallback disappears, since what is not shown has no focus.
    const focused = this.querySelector<HTMLInputElement>('input:focus')?.name;
    this.state = { step: 'editing', issues: {} };
    await this.updateComplete;
    if (this.#restore() || this.#carryOver()) this.#onTouch();
    this.#inputs.find(({ name }) => name === focused)?.focus();
  }

  /** Stops what nobody waits for any more. What was sent is sent, even if its proof is not ready yet. */
  #abandon(): void {
    this.#loading?.abort();
    this.#loading = undefined;
    if (this.state.step !== 'sending') this.#form?.proofs?.stop();
  }

  /** Takes what the visitor, or the browser, has put into the fallback's inputs meanwhile, and says whether it did. */
  #carryOver(): boolean {
    let touched = false;
    for (const input of this.#inputs) {
      const fallback = this.querySelector<HTMLInputElement>(`input[name="${CSS.escape(input.name)}"]`);
      if (!fallback) continue;
      input.value = fallback.value;
      touched ||= fallback.value !== fallback.defaultValue;
    }
    return touched;
  }

  /** Puts back what the browser has kept, and says whether that was anything. It outdoes the fallback. */
  #restore(): boolean {
    let restored = false;
    for (const input of this.#inputs) {
      const value = this.#restored?.get(input.name);
      if (typeof value !== 'string' || value === '') continue;
      input.value = value;
      restored = true;
    }
    return restored;
  }

  get #inputs(): readonly HTMLInputElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLInputElement>('.field input')];
  }

  /** Before it no work is done, and nothing is fetched but the definition. */
  readonly #onTouch = (): void => {
    const form = this.#form;
    const kept = this.renderRoot.querySelector('form');
    // As its state alone, and not as a value that a form around it would send.
    if (kept) this.#internals.setFormValue(null, new FormData(kept));
    form?.proofs?.prepare();
    if (!form || form.touched) return;
    form.touched = true;
    void this.#watchForTypos(form);
  };

  async #watchForTypos({ src, definition }: LoadedForm): Promise<void> {
    const form = this.renderRoot.querySelector('form');
    try {
      const module = (await import(/* @vite-ignore */ below(src, '../../typo.js'))) as typeof typo;
      if (form) module.watchForTypos(form, definition.texts);
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
    if (!form) return;
    const inputs = this.#inputs;
    const issues = findIssues(form.definition, inputs);
    if (Object.keys(issues).length > 0) {
      this.state = { step: 'editing', issues };
      await this.#focusFirstIssue();
      return;
    }

    const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]));
    const trap = this.renderRoot.querySelector<HTMLInputElement>('.honeypot input');
    const fields = {
      ...values,
      ...(trap?.value && { [trap.name]: trap.value }),
      ...this.#envelope.of(values),
    };
    this.state = { step: 'sending' };
    const sent = await (form.proofs ? form.proofs.submit(fields) : submit(form.src, fields));
    if (this.#form !== form) return;
    if (sent.is === 'impossible') {
      this.state = { step: 'editing', issues: {} };
      this.#submitPlainly(fields);
      return;
    }
    if (sent.is === 'refused') {
      // Something has filled it in that asks nobody; the person must be able to try again.
      if (trap && sent.problem.code === 'bot_suspected') trap.value = '';
      this.state = { step: 'refused', problem: sent.problem };
      await this.#focusFirstIssue();
      return;
    }
    this.#internals.setFormValue(null);
    const hadFocus = this.matches(':focus-within');
    this.state = { step: 'accepted' };
    await this.updateComplete;
    // The focused button is gone; without this a keyboard would start again at the top of the page.
    if (hadFocus) this.renderRoot.querySelector<HTMLElement>('.status')?.focus();
  }

  /** As a form without scripts: the browser goes to the proxy, whose page asks for one click instead of a proof. */
  #submitPlainly(fields: Readonly<Record<string, string>>): void {
    const form = this.renderRoot.querySelector('form');
    const complete = ({ formData }: FormDataEvent): void => {
      for (const [name, value] of Object.entries(fields)) formData.set(name, value);
    };
    form?.addEventListener('formdata', complete, { once: true });
    form?.submit();
  }

  async #focusFirstIssue(): Promise<void> {
    await this.updateComplete;
    this.#inputs.find((input) => input.ariaInvalid === 'true')?.focus();
  }
}

/** The language of the place where an element stands: the nearest `lang`, through shadow roots; none is the visitor's. */
function langOf(element: Element): string | undefined {
  const lang = element.closest('[lang]')?.getAttribute('lang');
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? langOf(root.host) : undefined);
}
