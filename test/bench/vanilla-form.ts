import type { FormDefinition } from '../../shared/form.ts';
import { loadDefinition, type VisitorProblem } from '../../widget/client.ts';
import { Ids } from '../../widget/form/ids.ts';
import { SignupEvent, SignupRefusedEvent } from '../../widget/form/events.ts';
import { findIssues } from '../../widget/form/issues.ts';
import { langOf } from '../../widget/form/controllers/form-loader.ts';
import { ProofOfWork } from '../../widget/form/controllers/proof-of-work.ts';
import styles from '../../widget/form/rasa-signup.css?inline';
import { watchForTypos } from '../../widget/form/typo.ts';
import { capture, carryOver, readValues, submitPlainly, type Values } from '../../widget/form/values.ts';
import { create, slot, VanillaForm } from './vanilla-fields.ts';

/** A loaded form. */
interface LoadedForm {
  readonly action: string;
  readonly src: string;
  readonly definition: FormDefinition;
  readonly captured: Values;
  readonly drawn: VanillaForm;
  isTouched: boolean;
  isSending: boolean;
}

/**
 * The form without a framework, to measure the cost of Lit: the same definition, fields, issues, proof of
 * work, states, live region, slots, events and styles, made with the DOM alone. It shares with the element
 * everything that does not use Lit. Displays over the page and `?debug` are left out, because their modules
 * are loaded on demand. It is not shipped.
 */
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

class VanillaSignup extends HTMLElement {
  static readonly observedAttributes = ['src', 'lang'];

  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #frame = create('div', { class: 'root' });
  readonly #status = create('div', { class: 'status', part: 'status', role: 'status', tabindex: '-1' });
  readonly #fallback = create('slot');
  readonly #ids = new Ids();
  readonly #proof = new ProofOfWork({ addController: () => undefined });
  #form: LoadedForm | undefined;
  #loading: object | undefined;

  constructor() {
    super();
    this.#root.adoptedStyleSheets.push(sheet);
    this.#frame.append(this.#status, this.#fallback);
    this.#root.append(this.#frame);
  }

  connectedCallback(): void {
    if (!this.#form && !this.#loading) void this.#load();
  }

  disconnectedCallback(): void {
    this.#abandon();
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (this.isConnected && before !== now) void this.#load();
  }

  async #load(): Promise<void> {
    const before = this.#form?.drawn;
    this.#abandon();
    this.#form = undefined;
    before?.remove();
    this.#status.replaceChildren();
    this.#frame.append(this.#fallback);
    const src = this.getAttribute('src');
    if (!src) return;
    const loading = (this.#loading = {});
    const definition = await loadDefinition(src, langOf(this));
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (definition) this.#show(src, definition, before);
    else if (!this.querySelector(':scope > :not([slot])'))
      this.#status.textContent = 'The sign-up form could not be loaded. Please reload the page.';
  }

  #show(src: string, definition: FormDefinition, before: VanillaForm | undefined): void {
    const focused = this.querySelector<HTMLInputElement>(':focus')?.name;
    const drawn = new VanillaForm(src, definition);
    const form: LoadedForm = {
      action: src,
      src,
      definition,
      captured: capture(definition),
      drawn,
      isTouched: false,
      isSending: false,
    };
    this.#form = form;
    this.#fallback.remove();
    this.#frame.lang = definition.lang;
    this.#frame.dir = definition.dir;
    drawn.placeAround(this.#status);
    for (const type of ['focusin', 'pointerdown', 'input', 'change'])
      drawn.element.addEventListener(type, () => {
        this.#touch(form);
      });
    drawn.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!form.isSending) void this.#submit(form);
    });
    this.dispatchEvent(new SignupEvent('signup-ready', definition.id));
    if (carryOver(before?.element ?? this, drawn.element)) this.#touch(form);
    if (focused) drawn.element.querySelector<HTMLElement>(`[name=${CSS.escape(focused)}]`)?.focus();
  }

  #abandon(): void {
    this.#loading = undefined;
    this.#proof.stop();
  }

  #touch(form: LoadedForm): void {
    this.#proof.prepare(form);
    if (form.isTouched) return;
    form.isTouched = true;
    this.dispatchEvent(new SignupEvent('signup-start', form.definition.id));
    watchForTypos(form.drawn.element, form.definition.texts);
  }

  async #submit(form: LoadedForm): Promise<void> {
    const { definition, drawn } = form;
    this.dispatchEvent(new SignupEvent('signup-submit', definition.id));
    const issues = findIssues(definition, drawn.element);
    this.#status.replaceChildren();
    if (Object.keys(issues).length > 0) {
      drawn.show(issues);
      this.dispatchEvent(new SignupRefusedEvent(definition.id, 'invalid'));
      return;
    }
    drawn.show({});
    const values = { ...readValues(drawn.element), ...form.captured };
    const fields = { ...values, id: this.#ids.of(values) };
    form.isSending = true;
    drawn.setSending(true);
    const sent = await this.#proof.send(form, fields);
    form.isSending = false;
    if (this.#form !== form) return;
    drawn.setSending(false);
    if (sent.is === 'impossible') submitPlainly(drawn.element, fields);
    else if (sent.is === 'refused') this.#refuse(form, sent.problem);
    else this.#accept(form);
  }

  #refuse({ definition: { id, texts }, drawn }: LoadedForm, { code, issues }: VisitorProblem): void {
    const words = create('span', { class: 'error' });
    words.textContent = texts.problems[code];
    this.#status.replaceChildren(words);
    if (code === 'bot_suspected') drawn.clearTrap();
    drawn.show(issues);
    this.dispatchEvent(new SignupRefusedEvent(id, code));
  }

  #accept({ definition: { id, texts, redirect }, drawn }: LoadedForm): void {
    const hadFocus = this.matches(':focus-within');
    drawn.remove();
    this.#status.append(createMark(), slot('accepted', texts.accepted));
    if (hadFocus) this.#status.focus();
    this.dispatchEvent(new SignupEvent('signup-accepted', id));
    if (redirect) location.assign(redirect);
  }
}

function createMark(): Element {
  const mark = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  mark.setAttribute('part', 'mark');
  mark.setAttribute('class', 'mark');
  mark.setAttribute('viewBox', '0 0 24 24');
  mark.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M4 12.5l5.5 5.5L20 7');
  mark.append(path);
  return mark;
}

if (!customElements.get('vanilla-signup')) customElements.define('vanilla-signup', VanillaSignup);
