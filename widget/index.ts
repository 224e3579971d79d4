import { RasaSignup } from './element.ts';

/** `rasa-signup`: registers the element, once, whichever copy of it comes first. */
export * from './element.ts';

if (!customElements.get('rasa-signup')) customElements.define('rasa-signup', RasaSignup);
