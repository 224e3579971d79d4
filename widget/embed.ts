import { RasaSignup } from './rasa-signup.ts';

/**
 * What the script tag runs. It registers the element once, however often it is loaded, and places a form behind each
 * `<script src="…/embed.js" data-form="newsletter">`, whichever way that script was loaded and whichever copy runs.
 */
if (!customElements.get('rasa-signup')) customElements.define('rasa-signup', RasaSignup);

for (const script of document.querySelectorAll<HTMLScriptElement>('script[data-form][src]')) {
  const { form } = script.dataset;
  if (form === undefined || !/\/embed(\.[0-9a-f]{16})?\.js$/.test(new URL(script.src).pathname)) continue;
  if (script.nextElementSibling?.localName === 'rasa-signup') continue;
  const element = document.createElement('rasa-signup');
  element.setAttribute('src', new URL(`forms/${encodeURIComponent(form)}`, script.src).href);
  script.after(element);
}
