import type { VisibleProblem } from '../../shared/form.ts';

/**
 * What a form tells the page it stands on, for its analytics: which form, and what became of it. Never the address,
 * nor anything else that was typed. Each bubbles, out of shadow roots too.
 */
export class SignupEvent extends Event {
  /** The form's id. */
  readonly form: string;

  constructor(type: keyof SignupEvents, form: string) {
    super(type, { bubbles: true, composed: true });
    this.form = form;
  }
}

/** `signup-refused`: nothing was signed up, and the form says why. */
export class SignupRefusedEvent extends SignupEvent {
  readonly code: VisibleProblem;

  constructor(form: string, code: VisibleProblem) {
    super('signup-refused', form);
    this.code = code;
  }
}

export interface SignupEvents {
  /** The form is there, or there again after another `src`. */
  'signup-ready': SignupEvent;
  /** The visitor, or the browser, has begun to fill it in. */
  'signup-start': SignupEvent;
  /** The button was pressed; one of the next two follows, unless the browser goes to the proxy's page instead. */
  'signup-submit': SignupEvent;
  'signup-accepted': SignupEvent;
  'signup-refused': SignupRefusedEvent;
}
