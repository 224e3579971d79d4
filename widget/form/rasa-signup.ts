import {
  LitElement,
  unsafeCSS,
  type PropertyDeclaration,
  type PropertyDeclarations,
  type TemplateResult,
} from 'lit';
import { explain, loadPart } from '../client.ts';
import type * as touch from '../first-touch.ts';
import { Ground } from './controllers/ground.ts';
import { FormLoader, langOf, type LoadedForm } from './controllers/form-loader.ts';
import { ProofOfWork } from './controllers/proof-of-work.ts';
import { Submission } from './controllers/submission.ts';
import { Translation } from './controllers/translation.ts';
import { TypedKeys } from './controllers/typed-keys.ts';
import type * as unavailable from '../words/words.ts';
import { displays, issuesOf, renderState, type FormState } from './drawing.ts';
import { SignupEvent } from './events.ts';
import { recheck } from './issues.ts';
import styles from './rasa-signup.css?inline';
import { carryOver, controlOf, putBack, restoreOuterForm } from './values.ts';

/** The accessors below read and write the attribute, so Lit sees no difference and must not look for one. */
const fromAttribute = { __proto__: null, hasChanged: () => true } as PropertyDeclaration;

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
 * @event {SignupEvent} signup-submit - The form is submitted. One of the next three events follows, unless the browser goes to a page of the proxy.
 * @event {SignupEvent} signup-accepted - The proxy has accepted the sign-up.
 * @event {SignupEvent} signup-pending - The proxy has accepted the sign-up, and its address has to be confirmed.
 * @event {SignupRefusedEvent} signup-refused - The sign-up was not accepted. `event.code` is the reason; the form shows a message.
 * @event {SignupEvent} signup-confirmed - The address was confirmed while the form was open.
 */
export class RasaSignup extends LitElement {
  static override readonly styles = unsafeCSS(styles);

  /** Lets the browser keep typed values with its history, as it does for inputs outside a shadow root. */
  static readonly formAssociated = true;

  static override readonly properties: PropertyDeclarations = {
    src: fromAttribute,
    display: fromAttribute,
    // Only observed: every element has the property `lang`.
    language: { __proto__: null, attribute: 'lang' } as PropertyDeclaration,
    state: { __proto__: null, state: true } as PropertyDeclaration,
  };

  /** The URL of the script, which may be elsewhere than the forms. Unknown to the npm package. */
  static script: string | undefined;

  /** @internal */
  declare state: FormState;

  /** The previous form, until its typed values are copied to the next one. */
  #left: HTMLFormElement | null = null;
  #kept: FormData | undefined;
  readonly #internals = this.attachInternals();
  readonly #loader = new FormLoader(this, {
    isBusy: () => this.state.step === 'sending',
    leave: () => {
      this.#leave();
    },
    show: (form) => this.#show(form),
  });
  readonly #proof = new ProofOfWork(this);
  readonly #submission = new Submission(this, this.#loader, this.#proof, this.#internals);
  /** What a form in another language takes over from the one before. */
  #resumed: FormState | undefined;

  constructor() {
    super();
    this.state = { step: 'loading' };
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
      press: this.#submission.press,
      submit: this.#submission.submit,
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
    this.state = this.#resumed ?? { step: 'editing', issues: {} };
    await this.updateComplete;
    const form = this.#formElement;
    if (!form || this.#loader.form !== loaded) return;
    this.dispatchEvent(new SignupEvent('signup-ready', loaded.definition.id));
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

  /** Until the first touch the element does no work, and fetches nothing but the definition. */
  readonly #onTouch = (): void => {
    const { form } = this.#loader;
    const element = this.#formElement;
    if (!form || !element) return;
    this.#proof.prepare(form);
    if (!form.touched) {
      form.touched = true;
      this.dispatchEvent(new SignupEvent('signup-start', form.definition.id));
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
}
