import {
  ticked,
  type AskedField,
  type CheckboxField,
  type FormDefinition,
  type FormTexts,
} from '../../shared/form.ts';
import { honeypot } from '../../shared/signup.ts';
import type { Issues } from '../../widget/form/issues.ts';

/** The `<form>` of `vanilla-form.ts`, and the content before and after it. */
export class VanillaForm {
  readonly element: HTMLFormElement;
  readonly #definition: FormDefinition;
  readonly #intro: HTMLSlotElement;
  readonly #title = slot('title');
  readonly #note = slot('note');
  readonly #words = slot('submit');
  readonly #button = create('button', { part: 'button', type: 'submit' });
  readonly #trap = create('input', {
    name: honeypot,
    tabindex: '-1',
    autocomplete: 'off',
    'data-1p-ignore': '',
    'data-bwignore': '',
    'data-form-type': 'other',
    'data-lpignore': 'true',
    'data-protonpass-ignore': '',
  });

  constructor(src: string, definition: FormDefinition) {
    const { intro, fields, texts } = definition;
    this.#definition = definition;
    this.#intro = slot('intro', ...(intro ? [part('p', 'intro', intro)] : []));
    this.element = create('form', {
      part: 'form',
      method: 'post',
      action: src,
      'accept-charset': 'utf-8',
      novalidate: '',
    });
    const trap = create('label', { class: 'honeypot', 'aria-hidden': 'true' });
    trap.append(texts.leaveEmpty, this.#trap);
    const asked = fields.filter((field) => field.type !== 'hidden');
    this.element.append(
      ...asked.map((field) => createField(field, texts, field === asked.at(-1) ? 'send' : 'next')),
      trap,
      this.#button,
    );
    this.setSending(false);
  }

  placeAround(status: Element): void {
    status.before(this.#title, this.#intro, this.element);
    status.after(this.#note);
  }

  remove(): void {
    for (const piece of [this.#title, this.#intro, this.element, this.#note]) piece.remove();
  }

  setSending(isSending: boolean): void {
    const { texts } = this.#definition;
    this.element.ariaBusy = this.#button.ariaDisabled = String(isSending);
    this.#words.textContent = texts.submit;
    this.#button.replaceChildren(isSending ? texts.sending : this.#words);
  }

  clearTrap(): void {
    this.#trap.value = '';
  }

  /** Shows the issue of each field and focuses the first of these fields. */
  show(issues: Issues): void {
    const { fields, texts } = this.#definition;
    for (const field of fields) {
      if (field.type === 'hidden') continue;
      const { name } = field;
      const issue = issues[name];
      const error = this.element.querySelector(`#${CSS.escape(name)}-error`);
      const control = this.element.querySelector(`[name=${CSS.escape(name)}]`);
      const described = field.type === 'radio' ? control?.closest('fieldset') : control;
      error?.replaceChildren(issue ? (field.issues?.[issue] ?? texts.issues[issue]) : '');
      set(described, 'aria-invalid', issue && 'true');
      const ids = [field.help && `${name}-help`, issue && `${name}-error`].filter(Boolean).join(' ');
      set(described, 'aria-describedby', ids || undefined);
    }
    this.element
      .querySelector<HTMLElement>(':is(input, select)[aria-invalid], [aria-invalid] input')
      ?.focus();
  }
}

function createField(field: AskedField, texts: FormTexts, enterkeyhint: 'next' | 'send'): Element {
  const { name, label, required, help } = field;
  const isGroup = field.type === 'radio';
  const box = create(isGroup ? 'fieldset' : 'div', { class: 'field', part: 'field' });
  if (isGroup) box.setAttribute('role', 'radiogroup');
  const shared = { part: 'input', name, required: required ? '' : undefined };
  const described = { 'aria-describedby': help ? `${name}-help` : undefined };
  const optional = create('span', { class: 'optional' });
  optional.textContent = texts.optional;
  const said = [label, ' ', ...(required || field.type === 'checkbox' ? [] : [optional])];
  const helped = create('p', { class: 'help', part: 'help', id: `${name}-help` });
  helped.textContent = help ?? '';
  const about = help ? [helped] : [];
  const error = create('p', { class: 'error', part: 'error', id: `${name}-error` });

  switch (field.type) {
    case 'radio':
      box.append(
        part('legend', 'label', ...said),
        ...about,
        ...field.options.map((option) =>
          createOption(create('input', { ...shared, type: 'radio', value: option.value }), option.label),
        ),
        error,
      );
      break;
    case 'checkbox': {
      const input = create('input', { ...shared, ...described, type: 'checkbox', value: ticked });
      box.append(createOption(input, ...said), ...createLink(field.link), ...about, error);
      break;
    }
    // The form under test loads the part for it on demand; no page here has one.
    case 'newsletters':
      break;
    case 'select': {
      const select = create('select', { ...shared, ...described, id: name });
      select.append(
        new Option('–', ''),
        ...field.options.map(({ label: words, value }) => new Option(words, value)),
      );
      box.append(createLabel(name, said), ...about, select, error);
      break;
    }
    case 'text':
    case 'email':
    case 'tel':
    case 'url':
    case 'number':
    case 'date': {
      const { type, autocomplete, placeholder, pattern, min, max } = field;
      const given = { type, autocomplete, placeholder, pattern, min, max, enterkeyhint };
      const step = type === 'number' ? 'any' : undefined;
      const dir = type === 'email' || type === 'url' || type === 'tel' ? 'ltr' : undefined;
      const input = create('input', { ...shared, ...described, ...given, id: name, step, dir });
      const asked = type === 'email' ? [create('div', { class: 'suggestion', 'aria-live': 'polite' })] : [];
      box.append(createLabel(name, said), ...about, input, error, ...asked);
    }
  }
  return box;
}

function createLabel(name: string, said: readonly (Node | string)[]): Element {
  const label = part('label', 'label', ...said);
  label.setAttribute('for', name);
  return label;
}

function createOption(box: Element, ...said: (Node | string)[]): Element {
  const option = create('label', { class: 'option', part: 'option' });
  const words = create('span');
  words.append(...said);
  option.append(box, words);
  return option;
}

function createLink(link: CheckboxField['link']): Element[] {
  if (!link) return [];
  const anchor = create('a', { part: 'link', href: link.href, target: '_blank', rel: 'noopener' });
  anchor.textContent = link.label;
  return [anchor];
}

/** Creates an element. Attributes without a value are omitted. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | undefined>> = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) set(element, attribute, value);
  return element;
}

function set(element: Element | null | undefined, attribute: string, value: string | undefined): void {
  if (value === undefined) element?.removeAttribute(attribute);
  else element?.setAttribute(attribute, value);
}

function part(name: keyof HTMLElementTagNameMap, is: string, ...children: (Node | string)[]): HTMLElement {
  const element = create(name, { part: is });
  element.append(...children);
  return element;
}

export function slot(name: string, ...children: (Node | string)[]): HTMLSlotElement {
  const element = create('slot', { name });
  element.append(...children);
  return element;
}
