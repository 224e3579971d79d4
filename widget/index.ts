import { RasaSignup } from './element.ts';

/** `rasa-signup`: registers the element once, even if several copies are loaded. Does nothing on a server. */
export * from './element.ts';

const registry = (globalThis as Partial<typeof globalThis>).customElements;
if (!registry?.get('rasa-signup')) registry?.define('rasa-signup', RasaSignup);
