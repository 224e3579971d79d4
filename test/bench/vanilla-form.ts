import { loadDefinition, below, submit, type VisitorProblem } from '../../widget/client.ts';
import { Envelope } from '../../widget/envelope.ts';
import {
  SignupAcceptedEvent,
  SignupReadyEvent,
  SignupRefusedEvent,
  SignupStartEvent,
  SignupSubmitEvent,
} from '../../widget/events.ts';
import styles from '../../widget/rasa-signup.css?inline';
import type * as typo from '../../widget/typo.ts';
import { create, slot, VanillaForm } from './vanilla-fields.ts';

/**
 * The form without a framework, to measure what Lit costs: the same definition, fields, issues, proof of work, states,
 * live region, slots, events and styles, made with the DOM alone, and sharing with the element what never was Lit's.
 * What opens over the page is left out, as it is loaded on demand there. Nobody gets it.
 */
class VanillaSignup extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #frame = create('div');
  readonly #status = create('div', { class: 'status', part: 'status', role: 'status', tabindex: '-1' });
  readonly #envelope = new Envelope();
  #form: VanillaForm | undefined;
  #loading: AbortController | undefined;

  static readonly observedAttributes = ['src'];

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.#root.adoptedStyleSheets = [sheet];
    this.#frame.append(this.#status, create('slot'));
    this.#root.append(this.#frame);
  }

  connectedCallback(): void {
    if (!this.#form) void this.#load();
  }

  disconnectedCallback(): void {
    this.#loading?.abort();
    this.#loading = undefined;
    if (this.#form && !this.#form.isSending) this.#form.proofs?.stop();
  }

  attributeChangedCallback(): void {
    this.#form = undefined;
    if (this.isConnected) void this.#load();
  }

  async #load(): Promise<void> {
    const src = this.getAttribute('src');
    if (src === null) return;
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    const lang = this.closest('[lang]')?.getAttribute('lang') ?? undefined;
    const loaded = await loadDefinition(src, lang, loading);
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (loaded.is === 'unavailable') {
      if (this.childElementCount === 0)
        this.#status.textContent = 'The sign-up form could not be loaded. Please reload the page.';
      return;
    }
    const { definition } = loaded;
    const focused = this.querySelector<HTMLInputElement>('input:focus')?.name;
    const form = new VanillaForm(src, definition);
    this.#form = form;
    this.#frame.lang = definition.lang;
    this.#frame.dir = definition.dir;
    this.#status.before(form.element);
    this.#frame.querySelector('slot:not([name])')?.remove();
    for (const type of ['focusin', 'pointerdown', 'input', 'change'])
      form.element.addEventListener(type, () => {
        this.#touch(form);
      });
    form.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!form.isSending) void this.#submit(form);
    });
    if (form.carryOver(this)) this.#touch(form);
    form.input(focused)?.focus();
    this.dispatchEvent(new SignupReadyEvent(definition.id));
  }

  #touch(form: VanillaForm): void {
    form.proofs?.prepare();
    if (form.isTouched) return;
    form.isTouched = true;
    this.dispatchEvent(new SignupStartEvent(form.definition.id));
    import(/* @vite-ignore */ below(form.src, '../../typo.js')).then(
      (module: typeof typo) => {
        module.watchForTypos(form.element, form.definition.texts);
      },
      () => undefined,
    );
  }

  async #submit(form: VanillaForm): Promise<void> {
    const { id, texts, redirect } = form.definition;
    const issues = form.findIssues();
    form.show(issues);
    this.#status.replaceChildren();
    if (Object.keys(issues).length > 0) return;
    const values = form.values();
    const fields = { ...values, ...form.trapped(), ...this.#envelope.of(values) };
    form.setSending(true);
    this.dispatchEvent(new SignupSubmitEvent(id));
    const sent = await (form.proofs ? form.proofs.submit(fields) : submit(form.src, fields));
    if (this.#form !== form) return;
    form.setSending(false);
    if (sent.is === 'impossible') form.submitPlainly(fields);
    else if (sent.is === 'refused') this.#refuse(form, sent.problem);
    else {
      this.dispatchEvent(new SignupAcceptedEvent(id));
      const hadFocus = this.matches(':focus-within');
      form.element.remove();
      this.#status.append(slot('accepted', texts.accepted));
      if (hadFocus) this.#status.focus();
      if (redirect) location.assign(redirect);
    }
  }

  #refuse(form: VanillaForm, { code, issues }: VisitorProblem): void {
    const { id, texts } = form.definition;
    const words = create('span', { class: 'error' });
    words.textContent = texts.problems[code];
    this.#status.replaceChildren(words);
    if (code === 'bot_suspected') form.clearTrap();
    form.show(issues);
    this.dispatchEvent(new SignupRefusedEvent(id, code));
  }
}

if (!customElements.get('vanilla-signup')) customElements.define('vanilla-signup', VanillaSignup);
