import type { VisibleProblem } from '../../shared/form.ts';

/** The browser's own: old MooTools puts another one in the place of `Event`. */
const NativeEvent = Object.getPrototypeOf(MessageEvent) as typeof Event;

/**
 * An event for the analytics of the page: which form, and what happened. It never contains the address or any
 * other typed value. It bubbles, out of shadow roots too.
 */
export class SignupEvent extends NativeEvent {
  /** The form's id. */
  readonly form: string;

  constructor(type: keyof SignupEvents, form: string) {
    super(type, { bubbles: true, composed: true });
    this.form = form;
  }
}

/** `signup-refused`: the sign-up was refused, and the form tells the visitor why. */
export class SignupRefusedEvent extends SignupEvent {
  readonly code: VisibleProblem;

  constructor(form: string, code: VisibleProblem) {
    super('signup-refused', form);
    this.code = code;
  }
}

export interface SignupEvents {
  /** The form has loaded, for the first time or after another `src`. */
  'signup-ready': SignupEvent;
  /** The visitor, or the browser, has begun to fill in the form. */
  'signup-start': SignupEvent;
  /**
   * The button was pressed. One of the next three events follows, unless the browser goes to the proxy's page
   * instead.
   */
  'signup-submit': SignupEvent;
  'signup-accepted': SignupEvent;
  /** The address has to be confirmed. */
  'signup-pending': SignupEvent;
  'signup-refused': SignupRefusedEvent;
  'signup-confirmed': SignupEvent;
}
