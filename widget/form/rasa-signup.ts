import type { FormDefinition, VisibleProblem } from '../../shared/form.ts';
import { honeypot } from '../../shared/signup.ts';
import { loadPart } from '../client.ts';
import type * as debug from '../debug/debug.ts';
import { displays, draw, type FormState } from './drawing.ts';
import { Envelope } from './envelope.ts';
import { SignupEvent, SignupRefusedEvent, type SignupEvents } from './events.ts';
import { findIssues } from './issues.ts';
import { loadForm, renewForm, type LoadedForm, langOf } from './load-form.ts';
import styles from './rasa-signup.css?inline';
import { proofsOf, send } from './sending.ts';
import { addStyles } from '../styles.ts';
import { watchForTypos } from './typo.ts';
import { carryOver, putBack, readValues, submitPlainly } from './values.ts';

/** Servers import the class too, and have no `HTMLElement`. */
const Base =
  (globalThis as Partial<typeof globalThis>).HTMLElement ?? (Object as unknown as typeof HTMLElement);

/**
 * `<rasa-signup src="https://signup.example.com/forms/newsletter">`: a sign-up form that looks like the page
 * around it. Its children are its fallback: they show until the form is there, and what was typed into them
 * is carried over.
 *
 * @tag rasa-signup
 * @summary A newsletter sign-up form that looks like the page around it.
 *
 * @attr {string} lang - Language of the form. Default: the nearest `lang` attribute around the element, else the visitor's language.
 * @attr {'stacked' | 'inline' | 'compact'} [layout=stacked] - `inline` puts fields and button in one row if there is room. `compact` uses smaller labels and less space.
 * @attr {string} [open-on=button] - What opens a form that is not inline. One or more of `button`, a time (`10s`), a scroll position (`50%`) and `exit`, separated by spaces.
 * @attr {string} [again-after=7d] - How long to wait before opening automatically again after a visitor closes it. Stored in `localStorage`; the form stores nothing else.
 * @attr {boolean} [debug=false] - Shows what is wrong with the form on this page. `?debug` in the URL of the page does the same.
 *
 * @slot - The fallback, shown until the form has loaded and where scripts do not run.
 * @slot title - The title above the form.
 * @slot intro - One or two sentences under the title.
 * @slot submit - The text of the button.
 * @slot note - Small print under the button.
 * @slot accepted - The message after an accepted sign-up.
 * @slot opener - The text of the button that opens a dialog.
 *
 * @csspart form - The `<form>`.
 * @csspart title - Its title.
 * @csspart intro - The sentences under the title.
 * @csspart field - One field with its label, help and error.
 * @csspart label - Its label.
 * @csspart help - The help text under the label.
 * @csspart input - The control: an `<input>` or a `<select>`.
 * @csspart error - The error message of a field.
 * @csspart suggestion - The suggestion of a corrected address.
 * @csspart suggestion-button - The button that accepts it.
 * @csspart option - A radio button or checkbox with its label.
 * @csspart link - The link after the label of a checkbox.
 * @csspart button - The submit button.
 * @csspart status - The result of the sign-up.
 * @csspart mark - The check mark of an accepted sign-up.
 * @csspart opener - The button that opens a dialog.
 * @csspart dialog - The dialog, slide-in or bar.
 * @csspart close - The button that closes it.
 *
 * @cssprop [--rasa-signup-accent=blue] - The button, and the focus ring.
 * @cssprop [--rasa-signup-on-accent=white, in dark themes black] - The button's text.
 * @cssprop [--rasa-signup-border-color=the text colour at 55 %] - The border of fields.
 * @cssprop [--rasa-signup-input-background=transparent] - The background of fields.
 * @cssprop [--rasa-signup-error-color=red] - Error messages, and the border of invalid fields.
 * @cssprop [--rasa-signup-radius=0.4em] - The radius of corners.
 * @cssprop [--rasa-signup-gap=1em] - The space between fields.
 * @cssprop [--rasa-signup-background=Canvas] - The background of a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-color=CanvasText] - The text of a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-max-width=28em] - The maximum width of a dialog, slide-in or bar.
 *
 * @event {SignupEvent} signup-ready - The form has loaded, also after `src` has changed.
 * @event {SignupEvent} signup-start - The visitor, or the browser, starts to fill in the form.
 * @event {SignupEvent} signup-submit - The form is submitted. One of the next two events follows, unless the browser goes to a page of the proxy.
 * @event {SignupEvent} signup-accepted - The proxy has accepted the sign-up.
 * @event {SignupRefusedEvent} signup-refused - The sign-up was not accepted. `event.code` is the reason; the form shows a message.
 */
export class RasaSignup extends Base {
  /** Lets the browser keep typed values with its history, as it does for inputs outside a shadow root. */
  static readonly formAssociated = true;

  static readonly observedAttributes = ['src', 'display', 'lang'];

  /** Undefined in the steps `loading` and `unavailable`, defined in all others. */
  #form: LoadedForm | undefined;
  #state: FormState = { step: 'loading' };
  #loading: AbortController | undefined;
  /** The previous form, until its typed values are copied to the next one. */
  #left: HTMLFormElement | null = null;
  #closeOverlay: (() => void) | undefined;
  #isInPage = false;
  readonly #envelope = new Envelope();
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #internals = this.attachInternals();
  #kept: FormData | undefined;

  constructor() {
    super();
    addStyles(this.#root, styles);
  }

  /**
   * URL of the form at the proxy. The only required attribute.
   * @attr
   */
  get src(): string | null {
    return this.getAttribute('src');
  }

  set src(src: string | null | undefined) {
    this.#reflect('src', src);
  }

  /**
   * Where the form appears: in its place, or over the page when opened.
   * @attr
   * @default 'inline'
   */
  get display(): 'inline' | 'dialog' | 'slide-in' | 'bar' {
    return displays.find((display) => display === this.getAttribute('display')) ?? 'inline';
  }

  set display(display: string | null | undefined) {
    this.#reflect('display', display);
  }

  connectedCallback(): void {
    // Set by a script or framework before the element was defined. Such a property hides the accessor of the
    // class.
    for (const name of ['src', 'display'] as const) {
      const own = Object.getOwnPropertyDescriptor(this, name);
      if (own && Reflect.deleteProperty(this, name)) this[name] = own.value as string;
    }
    this.#isInPage = true;
    // A form that was moved in the page is loaded already; one that was removed while it loaded is not.
    if (this.#form) this.#openOverlay();
    else void this.#load();
  }

  disconnectedCallback(): void {
    this.#isInPage = false;
    this.#abandon();
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (this.#isInPage) void this.#load();
    else this.#leave();
  }

  /** The browser restores the state when the visitor returns, before the form has loaded. */
  formStateRestoreCallback(kept: FormData): void {
    this.#kept = kept;
  }

  #reflect(name: string, value: string | null | undefined): void {
    if (value == null) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  #become(state: FormState): void {
    this.#state = state;
    draw(this.#root, state, this.#form, { touch: this.#onTouch, submit: this.#onSubmit });
  }

  #leave(): void {
    this.#left = this.#formElement ?? this.#left;
    this.#form = undefined;
  }

  /** Loads the form, and keeps what was typed into the previous one. */
  async #load(): Promise<void> {
    this.#abandon();
    this.#leave();
    this.#become({ step: 'loading' });
    const loading = new AbortController();
    this.#loading = loading;
    // Several attributes that are set in a row load the form only once.
    await Promise.resolve();
    const { src } = this;
    if (!src || loading.signal.aborted) return;
    const form = await loadForm(src, this.display, langOf(this), loading);
    // Removed from the page, or another `src` meanwhile: the last call wins.
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (form) this.#show(form);
    else this.#become({ step: 'unavailable', hasFallback: !!this.querySelector(':scope > :not([slot])') });
    void this.#loadDebug(src);
  }

  #show(loaded: LoadedForm): void {
    this.#form = loaded;
    // Read before the fallback disappears, because a hidden element has no focus.
    const focused = this.querySelector<HTMLInputElement>(':focus')?.name;
    this.#become({ step: 'editing', issues: {} });
    const form = this.#formElement;
    if (!form) return;
    this.#openOverlay();
    this.#tell(new SignupEvent('signup-ready', loaded.definition.id));
    const isKept = this.#kept && putBack(this.#kept, form);
    if (carryOver(this.#left ?? this, form) || isKept) this.#onTouch();
    this.#left = null;
    if (focused) form.querySelector<HTMLElement>(`[name=${CSS.escape(focused)}]`)?.focus();
  }

  #openOverlay(): void {
    this.#closeOverlay = this.#form?.overlay?.start(this);
  }

  async #loadDebug(src: string): Promise<void> {
    if (!this.hasAttribute('debug') && !new URLSearchParams(location.search).has('debug')) return;
    try {
      (await loadPart<typeof debug>(src, 'debug')).showDebug(this);
    } catch {
      this.dataset['debug'] = 'blocked';
    }
  }

  /**
   * Stops loading and proofs that are no longer needed. A submitted sign-up is still sent, even if its proof
   * is not ready.
   */
  #abandon(): void {
    this.#loading?.abort();
    this.#loading = undefined;
    this.#closeOverlay?.();
    if (this.#state.step !== 'sending') void this.#form?.proofs?.then((proofs) => proofs?.stop());
  }

  get #formElement(): HTMLFormElement | null {
    return this.#root.querySelector('form');
  }

  #tell(event: SignupEvents[keyof SignupEvents]): void {
    this.dispatchEvent(event);
  }

  /** Until the first touch the element does no work, and fetches nothing but the definition. */
  readonly #onTouch = (): void => {
    const form = this.#form;
    const element = this.#formElement;
    if (!form || !element) return;
    // Only the state, not the value: an outer form does not submit any of it.
    this.#internals.setFormValue(null, new FormData(element));
    void proofsOf(form)?.then((proofs) => proofs?.prepare());
    if (form.touched) return;
    form.touched = true;
    this.#tell(new SignupEvent('signup-start', form.definition.id));
    watchForTypos(element, form.definition.texts);
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.#state.step !== 'sending') void this.#submit();
  };

  async #submit(): Promise<void> {
    const form = this.#form;
    const element = this.#formElement;
    if (!form || !element) return;
    this.#tell(new SignupEvent('signup-submit', form.definition.id));
    const issues = findIssues(form.definition, element);
    if (Object.keys(issues).length > 0) {
      this.#become({ step: 'editing', issues });
      this.#refuse(form, 'invalid');
      return;
    }

    const values = { ...readValues(element), ...form.captured };
    const fields = { ...values, ...this.#envelope.of(values) };
    this.#become({ step: 'sending' });
    const sent = await send(form, fields);
    if (this.#form !== form) return;
    if (sent.is === 'impossible') {
      this.#become({ step: 'editing', issues: {} });
      submitPlainly(element, fields);
      return;
    }
    if (sent.is === 'refused') {
      const trap = element.querySelector<HTMLInputElement>(`[name=${honeypot}]`);
      // Software filled in the honeypot without the visitor's knowledge. The visitor must be able to try
      // again.
      if (trap && sent.problem.code === 'bot_suspected') trap.value = '';
      const { problem } = sent;
      const known = form.definition.fields.map(({ name }) => name);
      if (Object.keys(problem.issues).some((name) => !known.includes(name))) await this.#renew(form, element);
      if (this.#form !== form) return;
      this.#become({ step: 'refused', problem });
      this.#refuse(form, problem.code);
      return;
    }
    this.#accept(form.definition);
  }

  /** Typed values stay in the fields of the same names, wherever those are now. */
  async #renew(form: LoadedForm, element: HTMLFormElement): Promise<void> {
    await renewForm(form, langOf(this));
    if (this.#form !== form) return;
    const typed = new FormData(element);
    this.#become(this.#state);
    putBack(typed, element);
  }

  #refuse({ definition }: LoadedForm, code: VisibleProblem): void {
    this.#formElement
      ?.querySelector<HTMLElement>(':is(input, select)[aria-invalid], [aria-invalid] input')
      ?.focus();
    this.#tell(new SignupRefusedEvent(definition.id, code));
  }

  #accept({ id, redirect }: FormDefinition): void {
    this.#internals.setFormValue(null);
    const hadFocus = this.matches(':focus-within');
    this.#become({ step: 'accepted' });
    // The focused button is gone. Without this, keyboard navigation would restart at the top of the page.
    if (hadFocus) this.#root.querySelector<HTMLElement>('.status')?.focus();
    this.#tell(new SignupEvent('signup-accepted', id));
    if (redirect) location.assign(redirect);
  }
}
