import type { SignupEvents } from './form/events.ts';
import type { RasaSignup } from './form/rasa-signup.ts';

/** `@rasa-signup/widget/element`: the element's class and its events. It registers nothing; `define` is the page's to call. */
export * from './form/events.ts';
export { RasaSignup } from './form/rasa-signup.ts';

declare global {
  interface HTMLElementTagNameMap {
    'rasa-signup': RasaSignup;
  }
  // The events bubble, so that the document and the window hear them too.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- The only way to add to it.
  interface GlobalEventHandlersEventMap extends SignupEvents {}
}
