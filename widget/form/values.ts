import type { FormDefinition, HiddenField } from '../../shared/form.ts';
import { honeypot } from '../../shared/signup.ts';

/** What a form sends, by field name. */
export type Values = Readonly<Record<string, string>>;

export type Control = HTMLInputElement | HTMLSelectElement;

/**
 * The values that the browser would send, including empty fields. The honeypot is omitted while it is empty.
 */
export function readValues(form: HTMLFormElement): Values {
  const data = new FormData(form);
  if (!data.get(honeypot)) data.delete(honeypot);
  const values: Record<string, string> = {};
  data.forEach((value, name) => (values[name] = value as string));
  return values;
}

/**
 * Copies the values of the controls below `from`, a fallback or a previous form, to the controls of the same
 * names. Returns whether the visitor had changed any of them.
 */
export function carryOver(from: ParentNode, form: HTMLFormElement): boolean {
  let changed = false;
  for (const control of controlsIn(form)) {
    for (const other of controlsIn(from)) {
      if (other.name !== control.name) continue;
      if (isBox(other)) {
        if (other.value !== control.value) continue;
        (control as HTMLInputElement).checked = other.checked;
        changed ||= other.checked !== other.defaultChecked;
      } else {
        control.value = other.value;
        changed ||= other.value !== ('defaultValue' in other ? other.defaultValue : '');
      }
    }
  }
  return changed;
}

const controls = 'input, select, textarea, button';

/**
 * Repairs a form of the page that contains the host with a whole form as its fallback. The parser drops the
 * inner form, and ends the outer one with it. The outer form then requires and sends the fallback's controls,
 * and lacks its own controls after the host.
 */
export function restoreOuterForm(host: Element): void {
  const outer = host.closest('form');
  const inner = host.querySelectorAll<HTMLInputElement>(controls);
  for (const control of inner) {
    if (!outer || control.form !== outer) continue;
    control.setAttribute('form', '');
    // Not its properties: a field can have the name `id`.
    if (!outer.getAttribute('id')) outer.setAttribute('id', 'rasa-signup-outer');
    for (let next = outer.nextElementSibling; next?.matches(controls); next = next.nextElementSibling)
      next.setAttribute('form', outer.getAttribute('id') ?? '');
  }
}

/** Restores the values that the browser kept of a form. */
export function putBack(kept: FormData, form: HTMLFormElement): true {
  for (const control of controlsIn(form)) {
    const values = kept.getAll(control.name).map(String);
    if (isBox(control)) control.checked = values.includes(control.value);
    else control.value = values[0] ?? '';
  }
  return true;
}

/** The values of the hidden fields as they are now, because the page's URL may change later. */
export function capture({ fields }: FormDefinition): Values {
  const values: Record<string, string> = {};
  for (const field of fields)
    if (field.type === 'hidden') values[field.name] = valueOf(field).slice(0, field.maxLength);
  return values;
}

/**
 * Submits as a form without scripts: the browser goes to the proxy, whose page asks for one click instead of
 * a proof.
 */
export function submitPlainly(form: HTMLFormElement, fields: Values): void {
  const complete = ({ formData }: FormDataEvent): void => {
    for (const [name, value] of Object.entries(fields)) formData.set(name, value);
  };
  form.addEventListener('formdata', complete, { once: true });
  // Not the form's own method: a field can have its name.
  HTMLFormElement.prototype.submit.call(form);
}

function valueOf({ from }: HiddenField): string {
  if (from === 'referrer') return document.referrer;
  return from === 'page' ? thisPage() : (new webkitURL(location.href).searchParams.get(from.slice(1)) ?? '');
}

/** The page's URL without query and fragment, which may be private. Empty if the page has no http URL. */
function thisPage(): string {
  const { protocol, origin, pathname } = location;
  return protocol.startsWith('http') ? origin + pathname : '';
}

export function controlsIn(root: ParentNode): Iterable<Control> {
  return root.querySelectorAll<Control>('input[name]:not([type=hidden]),select[name]');
}

export function controlOf(root: ParentNode, name: string): Control | undefined {
  for (const control of controlsIn(root)) if (control.name === name) return control;
  return undefined;
}

export function isBox(control: Control): control is HTMLInputElement {
  return control.type === 'checkbox' || control.type === 'radio';
}
