import type { HTMLAttributes } from 'svelte/elements';
import type { RasaSignupAttributes } from './attributes.js';
import type { RasaSignup, SignupEvents } from './element.js';

/** `onsignup-accepted={(event) => …}` of Svelte 5, `on:signup-accepted` of Svelte 4. */
type SignupHandlers = {
  [Name in keyof SignupEvents as `on${Name}` | `on:${Name}`]?:
    ((event: SignupEvents[Name]) => void) | undefined;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'rasa-signup': HTMLAttributes<RasaSignup> & RasaSignupAttributes & SignupHandlers;
  }
}
