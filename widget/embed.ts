import { RasaSignup } from './form/rasa-signup.ts';

/**
 * Marks a script tag whose form has been placed. All copies of this script share the mark, and the page may
 * have moved the form since.
 */
const placed = Symbol.for('rasa-signup');

/** The options of a form that a script tag can set. */
const passedOn = ['lang', 'layout', 'display', 'open-on', 'again-after', 'debug'] as const;

/**
 * The entry of the script tag. It registers the element once, however often the script is loaded, and places
 * a form after each `<script src="…/embed.js" data-form="newsletter">`, regardless of how that script was
 * loaded and of which copy runs.
 */
if (!customElements.get('rasa-signup')) {
  customElements.define('rasa-signup', RasaSignup);
  // A module runs only once, even if a page that swaps its content inserts the tag again. But every tag fires
  // `load`.
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
  // A copy of this tag, a copy of the page that includes the form, or a snippet that was pasted twice.
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
 * The URL of the form that a script tag is for. `data-form` is either a name, at the proxy that serves the
 * script, or a whole URL, for sites that serve a copy of the script from elsewhere. Returns `undefined` for a
 * tag that a consent tool or an optimiser holds back.
 */
function addressOf({ src, type, dataset: { form } }: HTMLScriptElement): string | undefined {
  if (!form || !/^(module|(text|application)\/(x-)?(java|ecma)script)?$/i.test(type)) return undefined;
  if (/^https?:.+\/forms\/./.test(form)) return form;
  const [, proxy] = /^(https?:\/\/[\w.:-]+\/([^?#]*\/)?)embed(\.[0-9a-f]{16})?\.js([?#]|$)/.exec(src) ?? [];
  return proxy && `${proxy}forms/${encodeURIComponent(form)}`;
}
