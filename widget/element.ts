import type { SignupEvents } from './form/events.ts';
import type { RasaSignup } from './form/rasa-signup.ts';

/**
 * `@rasa-signup/widget/element`: the element's class and its events. It does not register the element; the
 * page does, with `customElements.define`.
 */
export * from './form/events.ts';
export { RasaSignup } from './form/rasa-signup.ts';

declare global {
  interface HTMLElementTagNameMap {
    'rasa-signup': RasaSignup;
  }
  // The events bubble, so the document and the window receive them too.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- The only way to extend the interface.
  interface GlobalEventHandlersEventMap extends SignupEvents {}
}
