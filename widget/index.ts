import { RasaSignup } from './element.ts';

/** `rasa-signup`: registers the element, once, whichever copy of it comes first. On a server there is nowhere to. */
export * from './element.ts';

const registry = (globalThis as Partial<typeof globalThis>).customElements;
if (!registry?.get('rasa-signup')) registry?.define('rasa-signup', RasaSignup);
