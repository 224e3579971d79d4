import styles from './debug.css?inline';
import { diagnose } from './diagnosis.ts';
import type { Finding } from './finding.ts';
import { findTag } from './tag.ts';

/**
 * Shows over the page what is wrong with a form, if the attribute `debug` or `?debug` in the URL asks for it.
 * All forms of a page share one panel. The element's `data-debug` gives the same for programs: `ok`, or the
 * subjects of the faults. A script tag that has placed no form is shown too, once the page has loaded.
 */
export function showDebug(element: HTMLElement): void {
  if (!(element instanceof HTMLScriptElement)) show(element);
  else if (document.readyState === 'complete') showTag(element);
  else
    addEventListener('load', () => {
      showTag(element);
    });
}

function showTag(script: HTMLScriptElement): void {
  if (findTag(script).length > 0) show(script);
}

function show(element: HTMLElement): void {
  const panel = panels.get(document) ?? new Panel();
  panels.set(document, panel);
  panel.add(element);
}

const panels = new WeakMap<Document, Panel>();

class Panel {
  readonly #list = document.createElement('div');
  readonly #forms = new Map<HTMLElement, HTMLElement>();

  constructor() {
    const host = document.createElement('div');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets.push(sheet);
    const again = makeButton('Look again', () => {
      for (const element of this.#forms.keys()) this.add(element);
    });
    const close = makeButton('Close', () => {
      host.remove();
      panels.delete(document);
    });
    root.append(close, again, make('h2', 'rasa-signup: what is wrong here?'), this.#list);
    host.popover = 'manual';
    // A picture of the page may be called `body`.
    document.documentElement.querySelector('body')?.append(host);
    host.showPopover();
  }

  add(element: HTMLElement): void {
    const section = this.#forms.get(element) ?? document.createElement('section');
    this.#forms.set(element, section);
    this.#list.append(section);
    void diagnose(element).then((findings) => {
      const faults = findings.filter(({ is }) => is === 'fault').map(({ about }) => about);
      element.dataset['debug'] = [...new Set(faults)].join(' ') || 'ok';
      const list = document.createElement('ul');
      list.append(...findings.map(makeItem));
      section.replaceChildren(make('h3', element.getAttribute('src') ?? 'a form without src'), list);
    });
  }
}

function makeItem({ is, words }: Finding): HTMLElement {
  const item = make('li', `${is === 'fine' ? '✓' : '✗'}\u2003${words}`);
  item.className = is;
  return item;
}

function make(name: string, words: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}

function makeButton(words: string, onClick: () => void): HTMLElement {
  const button = make('button', words);
  button.addEventListener('click', onClick);
  return button;
}
