import { LitElement, unsafeCSS, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { VisibleProblem } from '../../shared/form.ts';
import { honeypot, type Pending } from '../../shared/signup.ts';
import { explain, loadPart, type Sent, type VisitorProblem } from '../client.ts';
import type * as confirm from '../confirm/confirm.ts';
import type * as touch from '../first-touch.ts';
import { Ground } from './controllers/ground.ts';
import { FormLoader, langOf, renewForm, type LoadedForm } from './controllers/form-loader.ts';
import { OverlayOpener } from './controllers/overlay-opener.ts';
import { ProofOfWork } from './controllers/proof-of-work.ts';
import { Translation } from './controllers/translation.ts';
import { TypedKeys } from './controllers/typed-keys.ts';
import type * as unavailable from '../words/words.ts';
import { displays, issuesOf, renderState, type FormState } from './drawing.ts';
import { Ids } from './ids.ts';
import { SignupEvent, SignupRefusedEvent, type SignupEvents } from './events.ts';
import { findIssues, recheck } from './issues.ts';
import styles from './rasa-signup.css?inline';
import {
  carryOver,
  controlOf,
  putBack,
  readValues,
  restoreOuterForm,
  submitPlainly,
  type Values,
} from './values.ts';

/** The accessors below read and write the attribute, so Lit sees no difference and must not look for one. */
const fromAttribute = { hasChanged: () => true };

/**
 * `<rasa-signup src="https://signup.example.com/forms/newsletter">`: a sign-up form that looks like the page
 * around it. Its children are its fallback: they show until the form is there, and what was typed into them
 * is carried over.
 *
 * @tag rasa-signup
 * @summary A newsletter sign-up form that looks like the page around it.
 *
 * @attr {string} lang - Language of the form. Default: the nearest `lang` attribute around the element, else the visitor's language.
 * @attr {'stacked' | 'inline' | 'compact'} [layout=stacked] - `inline` puts fields and button in one row if there is room. `compact` uses less space, and puts first and last name side by side.
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
 * @csspart link - The link after the label of a checkbox, or to the form's own page.
 * @csspart button - The submit button.
 * @csspart status - The result of the sign-up.
 * @csspart mark - The check mark of an accepted sign-up.
 * @csspart opener - The button that opens a dialog.
 * @csspart dialog - The dialog, slide-in or bar.
 * @csspart close - The button that closes it.
 *
 * @cssprop [--rasa-signup-accent=blue] - The button, the focus ring and the check mark. The default is as light as the background needs.
 * @cssprop [--rasa-signup-on-accent=white or black] - The button's text. The default is readable on the accent.
 * @cssprop [--rasa-signup-border-color=grey] - The border of fields.
 * @cssprop [--rasa-signup-input-background=transparent] - The background of fields.
 * @cssprop [--rasa-signup-input-color=the text colour] - The text in fields.
 * @cssprop [--rasa-signup-error-color=red] - Error messages, and the border of invalid fields.
 * @cssprop [--rasa-signup-radius=0.5em] - The radius of corners.
 * @cssprop [--rasa-signup-gap=1.125em] - The space between fields.
 * @cssprop [--rasa-signup-height=3em] - The height of fields and buttons, at least 44px.
 * @cssprop [--rasa-signup-field-border=1px] - The width of the border of fields.
 * @cssprop [--rasa-signup-field-padding=0.75em] - The space at both ends of a field.
 * @cssprop [--rasa-signup-button-width=auto] - The width of the button, when it is not in one row with the fields. `100%` in a dialog, slide-in or bar, and with `layout="compact"`.
 * @cssprop [--rasa-signup-button-radius=the radius of corners] - The radius of the button's corners.
 * @cssprop [--rasa-signup-align=start] - How the title, the sentences, the button and the thanks are aligned: `start` or `center`.
 * @cssprop [--rasa-signup-title-font=the font of the page] - The font of the title, unless the page's style sheet sets it.
 * @cssprop [--rasa-signup-title-size=1.375em] - The size of the title, unless the page's style sheet sets it.
 * @cssprop [--rasa-signup-title-weight=650] - The weight of the title, unless the page's style sheet sets it.
 * @cssprop [--rasa-signup-background=none] - The background of the form. `Canvas` for a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-color=the text colour] - The text of the form. `CanvasText` for a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-padding=0] - The space around the form. 28px for a dialog.
 * @cssprop [--rasa-signup-frame=0] - The width of a border around the form in the page.
 * @cssprop [--rasa-signup-frame-color=the text colour] - The colour of that border.
 * @cssprop [--rasa-signup-frame-radius=twice the radius of corners] - The radius of the corners of the form.
 * @cssprop [--rasa-signup-shadow=none] - The shadow of the form. A soft one for a dialog, slide-in or bar.
 * @cssprop [--rasa-signup-max-width=32em] - The maximum width of the form. 48em with `layout="inline"`, 26em for a dialog, 23em for a slide-in.
 *
 * @event {SignupEvent} signup-ready - The form has loaded, also after `src` has changed.
 * @event {SignupEvent} signup-start - The visitor, or the browser, starts to fill in the form.
 * @event {SignupEvent} signup-submit - The form is submitted. One of the next two events follows, unless the browser goes to a page of the proxy.
 * @event {SignupEvent} signup-accepted - The proxy has accepted the sign-up.
 * @event {SignupRefusedEvent} signup-refused - The sign-up was not accepted. `event.code` is the reason; the form shows a message.
 */
export class RasaSignup extends LitElement {
  static override readonly styles = unsafeCSS(styles);

  /** Lets the browser keep typed values with its history, as it does for inputs outside a shadow root. */
  static readonly formAssociated = true;

  static override readonly properties: PropertyDeclarations = {
    src: fromAttribute,
    display: fromAttribute,
    // Only observed: every element has the property `lang`.
    language: { attribute: 'lang' },
    state: { state: true },
  };

  /** The URL of the script, which may be elsewhere than the forms. Unknown to the npm package. */
  static script: string | undefined;

  declare private state: FormState;

  /** The previous form, until its typed values are copied to the next one. */
  #left: HTMLFormElement | null = null;
  #kept: FormData | undefined;
  readonly #ids = new Ids();
  readonly #internals = this.attachInternals();
  readonly #loader = new FormLoader(this, {
    isBusy: () => this.state.step === 'sending',
    leave: () => {
      this.#leave();
    },
    show: (form) => this.#show(form),
  });
  readonly #proof = new ProofOfWork(this);
  /** What a form in another language takes over from the one before. */
  #resumed: FormState | undefined;
  #isSubmitted = false;

  constructor() {
    super();
    this.state = { step: 'loading' };
    new OverlayOpener(this, this.#loader);
    new Ground(this);
    new TypedKeys(this);
    new Translation(this, (from, form) => {
      carryOver(from, form);
      this.#watch(form);
    });
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

  /** The browser restores the state when the visitor returns, before the form has loaded. */
  formStateRestoreCallback(kept: FormData): void {
    this.#kept = kept;
  }

  /** An element of its own, so that it can be replaced. It shows the fallback until the first drawing. */
  protected override createRenderRoot(): HTMLElement {
    const place = super.createRenderRoot().appendChild(document.createElement('div'));
    place.append(document.createElement('slot'));
    return place;
  }

  /** While the first form loads, nothing is drawn: most of what the script would cost a page at its start. */
  protected override shouldUpdate(): boolean {
    this.#loader.follow();
    return this.hasUpdated || this.state.step !== 'loading';
  }

  protected override willUpdate(): void {
    this.renderRoot.querySelector(':scope>slot')?.remove();
  }

  protected override render(): TemplateResult {
    return renderState(this.state, this.#loader.form, this.display, {
      touch: this.#onTouch,
      edit: this.#onEdit,
      press: this.#onPress,
      submit: this.#onSubmit,
    });
  }

  protected override updated(): void {
    // For the style sheet. The hyphens are what Chromium before 125 asks for.
    const states = this.#internals.states as CustomStateSet | undefined;
    states?.[this.state.step === 'accepted' ? 'add' : 'delete']('--accepted');
  }

  #reflect(name: string, value: string | null | undefined): void {
    if (value == null) this.removeAttribute(name);
    // Lit also calls the accessor when the attribute has changed.
    else if (value !== this.getAttribute(name)) this.setAttribute(name, value);
  }

  async #become(state: FormState): Promise<void> {
    this.state = state;
    await this.updateComplete;
  }

  #leave(): void {
    const { form } = this.#loader;
    if (form) this.#resumed = form.src === this.src && this.state.step !== 'sending' ? this.state : undefined;
    this.#left = this.#formElement ?? this.#left;
    this.#proof.stop();
    this.state = { step: 'loading' };
    restoreOuterForm(this);
  }

  async #show(loaded: LoadedForm | undefined): Promise<void> {
    if (this.src) void explain(this, this.src);
    // Some style sheets hide every element that is empty.
    if (this.matches(':empty') && !this.checkVisibility()) this.append(' ');
    if (!loaded) return this.#excuse();
    // Read before the fallback disappears, because a hidden element has no focus.
    const focused = this.querySelector<HTMLInputElement>(':focus')?.name;
    await this.#become(this.#resumed ?? { step: 'editing', issues: {} });
    const form = this.#formElement;
    if (!form || this.#loader.form !== loaded) return;
    this.#tell(new SignupEvent('signup-ready', loaded.definition.id));
    const isKept = this.#kept && putBack(this.#kept, form);
    if (carryOver(this.#left ?? this, form) || isKept) this.#onTouch();
    this.#left = null;
    if (focused) controlOf(form, focused)?.focus();
  }

  /** Says that the form is unavailable, unless there is a fallback, or nobody asked for it: a pop-up. */
  async #excuse(): Promise<void> {
    const { src } = this;
    // The live region is there before its text, which is announced only then.
    this.state = { step: 'failed' };
    if (!src || this.display !== 'inline' || this.querySelector(':scope > :not([slot])')) return;
    const load = (from: string) => loadPart<typeof unavailable>(from, 'words');
    const words = await load(src)
      .catch(() => load(`${RasaSignup.script}/form`))
      .then(
        ({ unavailableIn }) => unavailableIn(langOf(this) ?? navigator.language),
        () => undefined,
      );
    if (src === this.src && !this.#loader.form) this.state = { step: 'unavailable', src, words };
  }

  get #formElement(): HTMLFormElement | null {
    return this.renderRoot.querySelector('form');
  }

  #tell(event: SignupEvents[keyof SignupEvents]): void {
    this.dispatchEvent(event);
  }

  /** Until the first touch the element does no work, and fetches nothing but the definition. */
  readonly #onTouch = (): void => {
    const { form } = this.#loader;
    const element = this.#formElement;
    if (!form || !element) return;
    this.#proof.prepare(form);
    if (!form.touched) {
      form.touched = true;
      this.#tell(new SignupEvent('signup-start', form.definition.id));
      this.#watch(element);
    }
    // Only the state, not the value: an outer form does not submit any of it.
    this.#internals.setFormValue(null, new FormData(element));
  };

  #watch(element: HTMLFormElement): void {
    const { form } = this.#loader;
    if (!form?.touched) return;
    // Where the part is blocked, the form does without suggestions.
    void loadPart<typeof touch>(form.src, 'proof').then(
      ({ watchForTypos }) => {
        watchForTypos(element, form.definition.texts);
      },
      () => undefined,
    );
  }

  /** A field that was wrong is checked again at each keystroke. */
  readonly #onEdit = (): void => {
    const { form } = this.#loader;
    const element = this.#formElement;
    this.#onTouch();
    const issues = issuesOf(this.state);
    if (!form || !element || Object.keys(issues).length === 0) return;
    this.state = { step: 'editing', issues: recheck(issues, form.definition, element) };
  };

  /** A frame with `sandbox` and without `allow-forms` submits nothing, and says so to nobody. */
  readonly #onPress = ({ target }: Event): void => {
    const { form } = this.#loader;
    if (!form || !(target as Element).closest('[type=submit], slot[name=submit]')) return;
    this.#isSubmitted = false;
    setTimeout(() => {
      if (this.#isSubmitted || this.state.step === 'accepted') return;
      this.#tell(new SignupEvent('signup-submit', form.definition.id));
      void this.#refuse(form, { code: 'origin_refused', issues: {} });
    });
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#isSubmitted = true;
    if (this.state.step !== 'sending') void this.#submit();
  };

  async #submit(): Promise<void> {
    const { form } = this.#loader;
    const element = this.#formElement;
    if (!form || !element) return;
    const { id } = form.definition;
    this.#tell(new SignupEvent('signup-submit', id));
    const issues = findIssues(form.definition, element);
    if (Object.keys(issues).length > 0) {
      this.state = { step: 'editing', issues };
      await this.#tellRefused(form, 'invalid');
      return;
    }

    let values: Values = form.captured;
    let sent: Sent = { is: 'impossible' };
    try {
      values = { ...readValues(element), ...values };
      values = { ...values, id: this.#ids.of(values) };
      this.state = { step: 'sending' };
      sent = await this.#proof.send(form, values);
    } catch {
      // A built-in that the page has removed. The plain form needs none.
    }
    if (this.#loader.form !== form) {
      // Another form is shown now. The page is told nevertheless.
      const code = sent.is === 'refused' ? sent.problem.code : 'unreachable';
      this.#tell(
        sent.is === 'accepted' ? new SignupEvent('signup-accepted', id) : new SignupRefusedEvent(id, code),
      );
    } else if (sent.is === 'impossible') {
      await this.#become({ step: 'editing', issues: {} });
      submitPlainly(this.#formElement, values);
    } else if (sent.is === 'refused') await this.#explain(form, sent.problem);
    else await this.#accept(form, values['email'] ?? '', sent.waiting);
  }

  async #explain(form: LoadedForm, problem: VisitorProblem): Promise<void> {
    const trap = this.#formElement && controlOf(this.#formElement, honeypot);
    // Software filled in the honeypot without the visitor's knowledge. The visitor must be able to try again.
    if (trap && problem.code === 'bot_suspected') trap.value = '';
    const known = form.definition.fields.map(({ name }) => name);
    if (Object.keys(problem.issues).some((name) => !known.includes(name))) await this.#renew(form);
    await this.#refuse(form, problem);
  }

  /** Typed values stay in the fields of the same names, wherever those are now. */
  async #renew(form: LoadedForm): Promise<void> {
    await renewForm(form, langOf(this));
    const element = this.#formElement;
    if (!element) return;
    const typed = new FormData(element);
    this.requestUpdate();
    await this.updateComplete;
    putBack(typed, this.#formElement);
  }

  async #refuse(form: LoadedForm, problem: VisitorProblem): Promise<void> {
    this.state = { step: 'refused', problem };
    await this.#tellRefused(form, problem.code);
  }

  async #tellRefused({ definition }: LoadedForm, code: VisibleProblem): Promise<void> {
    await this.updateComplete;
    this.#formElement
      ?.querySelector<HTMLElement>(':is(input, select)[aria-invalid], [aria-invalid] input')
      ?.focus();
    this.#tell(new SignupRefusedEvent(definition.id, code));
  }

  async #accept({ src, definition }: LoadedForm, address: string, waiting: Partial<Pending>): Promise<void> {
    const { id, redirect, texts } = definition;
    Object.assign(texts, waiting.accepted);
    this.#internals.setFormValue(null);
    const hadFocus = this.matches(':focus-within');
    await this.#become({ step: 'accepted', address });
    // The focused button is gone. Without this, keyboard navigation would restart at the top of the page.
    if (hadFocus) this.renderRoot.querySelector<HTMLElement>('.status')?.focus();
    if (waiting.ticket) {
      // Where the part is blocked, the thanks say what to do.
      void loadPart<typeof confirm>(src, 'confirm').then(({ wait }) => {
        wait(this, src, waiting as Pending);
      }, String);
      return;
    }
    this.#tell(new SignupEvent('signup-accepted', id));
    if (redirect) location.assign(redirect);
  }
}
