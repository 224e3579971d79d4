import { fixture, html, waitUntil as waitFor } from '@open-wc/testing';
import type { FormDefinition } from '../../../shared/form.ts';

/** What the stub received in one test. */
interface Seen {
  readonly posts: readonly Record<string, string>[];
  readonly proofs: readonly string[];
  readonly asked: readonly string[];
  readonly loads: number;
}

/** A stub of the proxy for one test, see test/helpers/sites/stub-proxy.ts. */
export function room(behaviour: string) {
  const base = `/stub/${behaviour}/${crypto.randomUUID()}`;
  const get = async (what: string) => (await (await fetch(`${base}/${what}`)).json()) as Seen;
  return {
    src: `${base}/forms/newsletter`,
    seen: () => get('seen'),
    release: () => get('release'),
  };
}

export function loadScript(attributes: Record<string, string> = {}): Promise<HTMLScriptElement> {
  const script = document.createElement('script');
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  script.src = '/dist/widget/embed.js';
  document.body.append(script);
  return new Promise((resolve, reject) => {
    script.addEventListener('load', () => {
      resolve(script);
    });
    script.addEventListener('error', reject);
  });
}

export function inside(element: Element) {
  const root = element.shadowRoot;
  if (!root) throw new Error('not upgraded');
  const get = <T extends Element>(selector: string, type: new () => T): T => {
    const found = root.querySelector(selector);
    if (found instanceof type) return found;
    throw new Error(`no ${selector}`);
  };
  return {
    input: (name: string) => get(`input[name=${name}]`, HTMLInputElement),
    select: (name: string) => get(`select[name=${name}]`, HTMLSelectElement),
    choice: (name: string, value: string) => get(`input[name=${name}][value='${value}']`, HTMLInputElement),
    honeypot: () => get('input[name=your_message]', HTMLInputElement),
    button: () => get('button[type=submit]', HTMLButtonElement),
    form: () => root.querySelector('form'),
    status: () => get('[role=status]', HTMLElement),
    error: (name: string) => root.getElementById(`${name}-error`)?.textContent.trim(),
    question: () => root.querySelector('[part=suggestion]'),
    takeSuggestion: () => get('[part=suggestion-button]', HTMLButtonElement),
    focused: () => root.activeElement,
  };
}

/** Waits longer than the library's default of a second, for busy machines. */
export function waitUntil(holds: () => unknown, what?: string): Promise<void> {
  return waitFor(holds, what, { timeout: 30_000 });
}

export async function loadedForm(behaviour: string, changes: Partial<FormDefinition> = {}) {
  const { src, seen, release } = room(behaviour);
  const element = await fixture<HTMLElement>(
    html`<rasa-signup src=${withChanges(src, changes)}></rasa-signup>`,
  );
  const parts = inside(element);
  await waitUntil(() => parts.form());
  return { element, seen, release, ...parts };
}

/** URL of the same form with changed members in its definition. */
export function withChanges(src: string, changes: Partial<FormDefinition>): string {
  return Object.keys(changes).length > 0 ? `${src}?with=${encodeURIComponent(JSON.stringify(changes))}` : src;
}

/**
 * Fills in an input like the browser and some password managers: sets the value and fires at most one event.
 */
export function fillIn(input: HTMLInputElement, value: string, event = 'change'): void {
  input.value = value;
  input.dispatchEvent(new Event(event, { bubbles: true }));
}
