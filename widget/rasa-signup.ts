import { html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import type { FormDefinition, FormField } from '../shared/form.ts';
import type { IssueCode } from '../shared/signup.ts';
import { loadDefinition, submit, type VisitorProblem } from './client.ts';
import styles from './rasa-signup.css?inline';

/** What a form can be in; each state is drawn in one place, and nothing else decides what is shown. */
type FormState =
  | { readonly step: 'loading' }
  | { readonly step: 'unavailable' }
  | { readonly step: 'editing'; readonly issues: Issues }
  | { readonly step: 'sending' }
  | { readonly step: 'accepted' }
  | { readonly step: 'refused'; readonly problem: VisitorProblem };

type Issues = Readonly<Record<string, IssueCode>>;

/**
 * `<rasa-signup src="https://signup.example.com/forms/newsletter">`: a sign-up form that looks like the page around
 * it. Its children are its fallback: they show until the form is there, and what was typed into them is carried over.
 */
export class RasaSignup extends LitElement {
  static override readonly styles = unsafeCSS(styles);

  static override readonly properties = {
    src: { type: String },
    state: { state: true },
  };

  /** Address of the form at the proxy. The one attribute that is needed. */
  declare src: string | undefined;
  declare private state: FormState;

  #definition: FormDefinition | undefined;
  #loading: AbortController | undefined;
  /** The last sign-up that was sent: the same values go out under the same id, changed ones under a new one. */
  #attempt: { readonly values: string; readonly id: string } | undefined;

  constructor() {
    super();
    this.src = undefined;
    this.state = { step: 'loading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A form that was moved in the page is there already; one that was taken out while it loaded is not.
    if (this.hasUpdated && !this.#definition && this.src !== undefined) void this.#load(this.src);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#loading?.abort();
    this.#loading = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src') && this.src !== undefined && this.isConnected) void this.#load(this.src);
  }

  protected override render(): TemplateResult {
    const { state } = this;
    const form = this.#definition;
    return html`
      ${
        form && state.step !== 'loading' && state.step !== 'unavailable' && state.step !== 'accepted'
          ? this.#renderForm(form)
          : nothing
      }
      <div class="status" part="status" role="status" tabindex="-1">${this.#renderStatus()}</div>
      ${state.step === 'loading' || state.step === 'unavailable' ? html`<slot></slot>` : nothing}
    `;
  }

  #renderForm(form: FormDefinition): TemplateResult {
    const sending = this.state.step === 'sending';
    return html`<form
      part="form"
      method="post"
      action=${this.src ?? ''}
      novalidate
      aria-busy=${sending}
      @submit=${this.#onSubmit}
    >
      ${form.fields.map((field) => this.#renderField(field, form))}
      <button part="button" type="submit" aria-disabled=${sending}>
        ${sending ? form.texts.sending : form.texts.submit}
      </button>
    </form>`;
  }

  #renderField(field: FormField, { texts }: FormDefinition): TemplateResult {
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
        autocomplete=${field.autocomplete}
        ?required=${field.required}
        aria-invalid=${issue ? 'true' : nothing}
        aria-describedby=${issue ? `${field.name}-error` : nothing}
      />
      <p class="error" part="error" id=${`${field.name}-error`}>${words ?? nothing}</p>
    </div>`;
  }

  #renderStatus(): string | TemplateResult | typeof nothing {
    const { state } = this;
    const texts = this.#definition?.texts;
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

  async #load(src: string): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const loaded = await loadDefinition(src, loading);
    // Taken out of the page, or another `src` meanwhile: the last call wins.
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (loaded.is === 'unavailable') {
      this.state = { step: 'unavailable' };
      return;
    }
    this.#definition = loaded.definition;
    // Asked before the fallback disappears, since what is not shown has no focus.
    const focused = this.querySelector<HTMLInputElement>('input:focus')?.name;
    this.state = { step: 'editing', issues: {} };
    await this.updateComplete;
    this.#carryOver();
    this.#inputs.find(({ name }) => name === focused)?.focus();
  }

  /** Takes what the visitor, or the browser, has put into the fallback's inputs meanwhile. */
  #carryOver(): void {
    for (const input of this.#inputs) {
      const fallback = this.querySelector<HTMLInputElement>(`input[name="${CSS.escape(input.name)}"]`);
      if (fallback) input.value = fallback.value;
    }
  }

  get #inputs(): readonly HTMLInputElement[] {
    return [...this.renderRoot.querySelectorAll('input')];
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.state.step !== 'sending') void this.#submit();
  };

  async #submit(): Promise<void> {
    const form = this.#definition;
    if (!form || this.src === undefined) return;
    const inputs = this.#inputs;
    const issues = findIssues(form, inputs);
    if (Object.keys(issues).length > 0) {
      this.state = { step: 'editing', issues };
      await this.#focusFirstIssue();
      return;
    }

    const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]));
    this.state = { step: 'sending' };
    const submitted = await submit(this.src, { ...values, ...this.#envelope(values) });
    if (submitted.is === 'refused') {
      this.state = { step: 'refused', problem: submitted.problem };
      await this.#focusFirstIssue();
      return;
    }
    const hadFocus = this.matches(':focus-within');
    this.state = { step: 'accepted' };
    await this.updateComplete;
    // The focused button is gone; without this a keyboard would start again at the top of the page.
    if (hadFocus) this.renderRoot.querySelector<HTMLElement>('.status')?.focus();
  }

  async #focusFirstIssue(): Promise<void> {
    await this.updateComplete;
    this.#inputs.find((input) => input.ariaInvalid === 'true')?.focus();
  }

  #envelope(fields: Readonly<Record<string, string>>): Record<string, string> {
    const values = JSON.stringify(fields);
    if (this.#attempt?.values !== values) this.#attempt = { values, id: makeId() };
    const { protocol, origin, pathname } = location;
    return { id: this.#attempt.id, ...(protocol.startsWith('http') && { page: origin + pathname }) };
  }
}

/**
 * The form's own rules, checked where the visitor is. `maxLength` is checked here and not by the attribute, which
 * would cut off a pasted address without a word.
 */
function findIssues(form: FormDefinition, inputs: readonly HTMLInputElement[]): Issues {
  const issues: Record<string, IssueCode> = {};
  for (const { name, maxLength } of form.fields) {
    const input = inputs.find((candidate) => candidate.name === name);
    if (!input) continue;
    const { validity, value, required } = input;
    if (validity.valueMissing || (required && value.trim() === '')) issues[name] = 'missing';
    else if (!validity.valid) issues[name] = 'malformed';
    else if (value.length > maxLength) issues[name] = 'too_long';
  }
  return issues;
}

/** 128 random bits. `crypto.randomUUID` would do, but does not exist on pages served over plain http. */
function makeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
