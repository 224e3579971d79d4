import { RasaSignup } from './form/rasa-signup.ts';

/** Marks a tag whose form is placed, for every copy of this script: the page may have moved the form away. */
const placed = Symbol.for('rasa-signup');

/** What a script tag can say about its form. */
const passedOn = ['lang', 'layout', 'display', 'open-on', 'again-after', 'debug'] as const;

/**
 * What the script tag runs. It registers the element once, however often it is loaded, and places a form behind each
 * `<script src="…/embed.js" data-form="newsletter">`, whichever way that script was loaded and whichever copy runs.
 */
if (!customElements.get('rasa-signup')) {
  customElements.define('rasa-signup', RasaSignup);
  // A module runs once, however often a page that swaps its content inserts its tag; but each tag says that it loaded.
  document.addEventListener(
    'load',
    ({ target }) => {
      if (target instanceof HTMLScriptElement) place(target);
    },
    true,
  );
}

document.querySelectorAll<HTMLScriptElement>('script[data-form]').forEach(place);

function place(script: HTMLScriptElement): void {
  const src = addressOf(script);
  if (!src || Reflect.has(script, placed)) return;
  Reflect.set(script, placed, 1);
  // A copy of this tag, or of the page with the form in it, or a snippet that was pasted twice.
  for (const near of [script.previousElementSibling, script.nextElementSibling]) {
    if (near?.localName === 'rasa-signup' && near.getAttribute('src') === src) return;
  }
  const element = document.createElement('rasa-signup');
  element.setAttribute('src', src);
  for (const name of passedOn) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null) element.setAttribute(name, value);
  }
  script.after(element);
}

/**
 * The form that a script tag is for: by name, at the proxy that the script comes from; or by its whole address, for
 * sites that serve a copy of the script from elsewhere. A tag that a consent tool or an optimiser holds back is for none.
 */
function addressOf({ src, type, dataset: { form } }: HTMLScriptElement): string | undefined {
  if (!form || !/^(module|(text|application)\/(x-)?(java|ecma)script)?$/i.test(type)) return undefined;
  if (/^https?:.+\/forms\/./.test(form)) return form;
  const [, proxy] = /^(https?:\/\/[\w.:-]+\/([^?#]*\/)?)embed(\.[0-9a-f]{16})?\.js([?#]|$)/.exec(src) ?? [];
  return proxy && `${proxy}forms/${encodeURIComponent(form)}`;
}
