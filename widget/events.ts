import type { VisibleProblem } from '../shared/form.ts';

/** What happens at a form, told on its element: bubbles out of every shadow root, and never says who signs up. */
export class SignupEvent extends Event {
  /** The id of the form, as its proxy knows it. */
  readonly form: string;

  constructor(type: keyof SignupEventMap, form: string) {
    super(type, { bubbles: true, composed: true });
    this.form = form;
  }
}

/** The form is there, and can be filled in. */
export class SignupReadyEvent extends SignupEvent {
  constructor(form: string) {
    super('signup-ready', form);
  }
}

/** Somebody has begun to fill it in. */
export class SignupStartEvent extends SignupEvent {
  constructor(form: string) {
    super('signup-start', form);
  }
}

/** A sign-up goes out. */
export class SignupSubmitEvent extends SignupEvent {
  constructor(form: string) {
    super('signup-submit', form);
  }
}

/** The proxy has kept the sign-up. */
export class SignupAcceptedEvent extends SignupEvent {
  constructor(form: string) {
    super('signup-accepted', form);
  }
}

/** The sign-up was not taken, or could not be sent. */
export class SignupRefusedEvent extends SignupEvent {
  /** Why. */
  readonly code: VisibleProblem;

  constructor(form: string, code: VisibleProblem) {
    super('signup-refused', form);
    this.code = code;
  }
}

/** Every event by its name, for `addEventListener`. */
export interface SignupEventMap {
  'signup-ready': SignupReadyEvent;
  'signup-start': SignupStartEvent;
  'signup-submit': SignupSubmitEvent;
  'signup-accepted': SignupAcceptedEvent;
  'signup-refused': SignupRefusedEvent;
}
