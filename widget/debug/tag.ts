import type { Finding } from './finding.ts';

/**
 * Says why a script tag of ours has placed no form. Empty if there is one on the page: also a tag that only
 * loads the script, for elements in the markup, names none. A form of which the browser has made no element
 * counts as none.
 */
export function findTag(script: HTMLScriptElement): readonly Finding[] {
  const { src, dataset } = script;
  const form = findForm(document);
  if (form?.matches(':defined')) return [];
  if (form || !('customElements' in window)) return [{ is: 'fault', about: 'script', words: undefinedForm }];
  // The script marks each tag whose form it has placed.
  if (Symbol.for('rasa-signup') in script) return [{ is: 'fault', about: 'script', words: removed }];
  return findNoForm(src, dataset);
}

const removed =
  'A script of this page has removed the form after it was placed, perhaps with every element whose name it does not know. Such a script must leave <rasa-signup> alone.';

const undefinedForm =
  'A script of this page has replaced customElements.define, or something else of the browser that the form needs, so that <rasa-signup> remains an unknown element. The console may name it. Load embed.js before that script.';

function findNoForm(src: string, dataset: DOMStringMap): readonly Finding[] {
  const query = new URL(src).searchParams;
  const form = dataset['form'] ?? query.get('form');
  const into = dataset['into'] ?? query.get('into');
  const words =
    form === null
      ? `${src} names no form, and there is no <rasa-signup> on this page. Perhaps the attribute data-form was dropped, as some tag managers do. The URL of the script can name the form too: ${withForm(src)}`
      : into !== null && !document.getElementById(into)
        ? `${src} puts its form into the element with the id "${into}", which is not on this page.`
        : `${src} has placed no form for "${form}". If this is a copy of the script, give the whole URL of the form, such as https://signup.example.com/forms/newsletter.`;
  return [{ is: 'fault', about: 'script', words }];
}

function withForm(src: string): string {
  const url = new URL(src);
  url.searchParams.set('form', 'newsletter');
  return url.href;
}

function findForm(root: ParentNode): Element | null {
  const here = root.querySelector('rasa-signup');
  if (here) return here;
  for (const { shadowRoot } of root.querySelectorAll('*')) {
    const form = shadowRoot && findForm(shadowRoot);
    if (form) return form;
  }
  return null;
}
