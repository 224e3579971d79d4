import {
  ticked,
  type AskedField,
  type CheckboxField,
  type FormDefinition,
  type HiddenField,
} from '../../shared/form.ts';
import { honeypot } from '../../shared/signup.ts';
import type { Issues } from '../../widget/issues.ts';
import { Proofs } from '../../widget/proof.ts';

type Control = HTMLInputElement | HTMLSelectElement;

/** The `<form>` of `vanilla-form.ts`: what is asked, filled in and found wrong. */
export class VanillaForm {
  readonly src: string;
  readonly definition: FormDefinition;
  readonly proofs: Proofs | undefined;
  readonly element: HTMLFormElement;
  isTouched = false;
  isSending = false;
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
  readonly #button = create('button', { part: 'button', type: 'submit' });
  readonly #words = slot('submit', '');

  constructor(src: string, definition: FormDefinition) {
    const { title, intro, fields, texts, proof } = definition;
    this.src = src;
    this.definition = definition;
    this.proofs = proof ? new Proofs(src) : undefined;
    this.element = create('form', {
      part: 'form',
      method: 'post',
      action: src,
      'accept-charset': 'utf-8',
      novalidate: '',
    });
    const trap = create('label', { class: 'honeypot', 'aria-hidden': 'true' });
    trap.append(texts.leaveEmpty, this.#trap);
    this.#button.append(this.#words);
    this.element.append(
      part('h2', 'title', slot('title', title)),
      ...(intro === undefined ? [] : [part('p', 'intro', slot('intro', intro))]),
      ...fields.filter((field) => field.type !== 'hidden').map((field) => createField(field, texts)),
      trap,
      this.#button,
      part('p', 'note', slot('note', '')),
    );
    this.setSending(false);
  }

  setSending(isSending: boolean): void {
    const { texts } = this.definition;
    this.isSending = isSending;
    this.element.ariaBusy = this.#button.ariaDisabled = String(isSending);
    this.#words.textContent = isSending ? texts.sending : texts.submit;
  }

  input(name: string | undefined): Control | undefined {
    return this.#controls.find((control) => control.name === name);
  }

  get #controls(): Control[] {
    return [...this.element.querySelectorAll<Control>('.field input, .field select')];
  }

  /** Takes what was put into the fallback meanwhile, and says whether anything was. */
  carryOver(host: Element): boolean {
    let isTouched = false;
    for (const control of this.#controls) {
      const fallback = host.querySelector<HTMLInputElement>(`[name="${CSS.escape(control.name)}"]`);
      if (!fallback) continue;
      if (control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)) {
        isTouched ||= fallback.checked !== fallback.defaultChecked;
        control.checked =
          fallback.checked && (control.type === 'checkbox' || control.value === fallback.value);
      } else {
        isTouched ||= fallback.value !== fallback.defaultValue;
        control.value = fallback.value;
      }
    }
    return isTouched;
  }

  values(): Record<string, string> {
    const data = new FormData(this.element);
    const values: Record<string, string> = {};
    for (const field of this.definition.fields) {
      const value = field.type === 'hidden' ? read(field) : data.get(field.name);
      if (typeof value === 'string' && value !== '') values[field.name] = value;
    }
    return values;
  }

  trapped(): Record<string, string> {
    return this.#trap.value === '' ? {} : { [honeypot]: this.#trap.value };
  }

  clearTrap(): void {
    this.#trap.value = '';
  }

  findIssues(): Issues {
    const issues: Record<string, Issues[string]> = {};
    const values = this.values();
    for (const field of this.definition.fields) {
      if (field.type === 'hidden') continue;
      const { name, required } = field;
      const value = values[name] ?? '';
      const control = this.input(name);
      if (required && value.trim() === '') issues[name] = 'missing';
      else if (field.type === 'email' && value !== '' && !/^\S+@\S+\.\S+$/.test(value))
        issues[name] = 'malformed';
      else if (field.type !== 'email' && control?.validity.valid === false) issues[name] = 'malformed';
      else if ('maxLength' in field && value.length > field.maxLength) issues[name] = 'too_long';
    }
    return issues;
  }

  /** Says what is wrong beside each field, and goes to the first. */
  show(issues: Issues): void {
    const { fields, texts } = this.definition;
    let first: Control | undefined;
    for (const field of fields) {
      if (field.type === 'hidden') continue;
      const issue = issues[field.name];
      const control = this.input(field.name);
      const error = this.element.querySelector(`#${CSS.escape(field.name)}-error`);
      error?.replaceChildren(issue ? (field.issues?.[issue] ?? texts.issues[issue]) : '');
      const target = field.type === 'radio' ? control?.closest('fieldset') : control;
      if (issue) target?.setAttribute('aria-invalid', 'true');
      else target?.removeAttribute('aria-invalid');
      if (issue) first ??= control;
    }
    first?.focus();
  }

  submitPlainly(fields: Readonly<Record<string, string>>): void {
    const complete = ({ formData }: FormDataEvent): void => {
      for (const [name, value] of Object.entries(fields)) formData.set(name, value);
    };
    this.element.addEventListener('formdata', complete, { once: true });
    this.element.submit();
  }
}

function createField(field: AskedField, texts: FormDefinition['texts']): Element {
  const { name, label, required, help } = field;
  const box = part(field.type === 'radio' ? 'fieldset' : 'div', 'field');
  box.className = 'field';
  const described = help === undefined ? `${name}-error` : `${name}-help ${name}-error`;
  const shared = { part: 'input', name, 'aria-describedby': described, ...(required && { required: '' }) };
  const heading = part(field.type === 'radio' ? 'legend' : 'label', 'label', label, ' ');
  if (field.type !== 'radio') heading.setAttribute('for', name);
  if (!required) heading.append(part('span', 'optional', texts.optional));
  const helped = help === undefined ? [] : [part('p', 'help', help)];
  helped[0]?.setAttribute('id', `${name}-help`);
  const error = part('p', 'error');
  error.id = `${name}-error`;
  error.className = 'error';

  switch (field.type) {
    case 'select': {
      const select = create('select', { ...shared, id: name });
      select.append(
        new Option('', ''),
        ...field.options.map((option) => new Option(option.label, option.value)),
      );
      box.append(heading, ...helped, select, error);
      break;
    }
    case 'radio':
      box.append(
        heading,
        ...helped,
        ...field.options.map(({ value, label: words }) =>
          part('label', 'option', create('input', { ...shared, type: 'radio', value }), words),
        ),
        error,
      );
      break;
    case 'checkbox':
      box.append(
        createBox(field, heading, create('input', { ...shared, id: name, type: 'checkbox', value: ticked })),
        ...helped,
        error,
      );
      break;
    case 'text':
    case 'email':
    case 'tel':
    case 'url':
    case 'number':
    case 'date': {
      const { type, autocomplete, placeholder, pattern, min, max } = field;
      const given = Object.entries({ type, autocomplete, placeholder, pattern, min, max });
      const dir = type === 'email' || type === 'url' || type === 'tel' ? { dir: 'ltr' } : {};
      const input = create('input', {
        ...shared,
        ...dir,
        id: name,
        ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      });
      const asked = type === 'email' ? [create('div', { class: 'suggestion', 'aria-live': 'polite' })] : [];
      box.append(heading, ...helped, input, error, ...asked);
    }
  }
  return box;
}

function createBox({ link }: CheckboxField, heading: Element, input: Element): Element {
  const box = part('div', 'option', input, heading);
  if (link) {
    const anchor = part('a', 'link', link.label);
    anchor.setAttribute('href', link.href);
    anchor.setAttribute('target', '_blank');
    box.append(' ', anchor);
  }
  return box;
}

function read({ from, maxLength }: HiddenField): string {
  const { origin, pathname, search } = location;
  const value =
    from === 'page'
      ? origin + pathname
      : from === 'referrer'
        ? document.referrer
        : new URLSearchParams(search).get(from.slice(1));
  return (value ?? '').slice(0, maxLength);
}

export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

function part(name: keyof HTMLElementTagNameMap, is: string, ...children: (Node | string)[]): HTMLElement {
  const element = create(name, { part: is });
  element.append(...children);
  return element;
}

export function slot(name: string, words: string): HTMLSlotElement {
  const element = create('slot', { name });
  element.textContent = words;
  return element;
}
