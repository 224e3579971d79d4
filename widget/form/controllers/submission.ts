import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { VisibleProblem } from '../../../shared/form.ts';
import { honeypot, type Pending } from '../../../shared/signup.ts';
import { loadPart, type Sent, type VisitorProblem } from '../../client.ts';
import type * as confirm from '../../confirm/confirm.ts';
import type { FormState } from '../drawing.ts';
import { SignupEvent, SignupRefusedEvent } from '../events.ts';
import { Ids } from '../ids.ts';
import { findIssues } from '../issues.ts';
import { controlOf, putBack, readValues, submitPlainly, type Values } from '../values.ts';
import { langOf, renewForm, type LoadedForm } from './form-loader.ts';
import type { ProofOfWork } from './proof-of-work.ts';

interface Host extends ReactiveControllerHost, HTMLElement {
  readonly renderRoot: ParentNode;
  state: FormState;
}

/**
 * Submits the host's form, and shows what became of the sign-up: accepted, waiting for its confirmation, or
 * refused. The page is told of each submitted sign-up exactly once.
 */
export class Submission implements ReactiveController {
  readonly #host: Host;
  readonly #loader: { readonly form: LoadedForm | undefined };
  readonly #proof: ProofOfWork;
  readonly #internals: ElementInternals;
  readonly #ids = new Ids();
  #isSubmitted = false;
  /** Where the part for a sign-up that waits has been started. */
  #waitingIn: unknown;

  constructor(
    host: Host,
    loader: { readonly form: LoadedForm | undefined },
    proof: ProofOfWork,
    internals: ElementInternals,
  ) {
    this.#host = host;
    this.#loader = loader;
    this.#proof = proof;
    this.#internals = internals;
    host.addController(this);
  }

  /** A form that is drawn anew, for example in another language, still waits. */
  hostUpdated(): void {
    const { form } = this.#loader;
    const { state } = this.#host;
    const answer = 'answer' in state && state.answer;
    const status = answer && answer.ticket && this.#status;
    if (status === this.#waitingIn) return;
    this.#waitingIn = status;
    if (!status || !form) return;
    // Where the part is blocked, the thanks say what to do.
    void loadPart<typeof confirm>(form.action, 'confirm').then(({ wait }) => {
      if (status === this.#waitingIn) wait(this.#host, form.action, answer as Pending);
    }, String);
  }

  /**
   * A frame with `sandbox` and without `allow-forms` submits nothing, and says so to nobody. A handler of the
   * page that takes the form for something to be dragged has kept the focus from a field that is clicked. In
   * a link, a click on a field would follow the link.
   */
  readonly press = (event: Event): void => {
    const target = event.target as HTMLElement;
    if (target.matches('input,select')) target.focus();
    if (this.#host.closest('a') && !target.closest('button,a,.option')) event.preventDefault();
    const { form } = this.#loader;
    if (!form || !target.closest('[type=submit],slot[name=submit]')) return;
    this.#isSubmitted = false;
    setTimeout(() => {
      if (this.#isSubmitted || this.#host.state.step === 'accepted') return;
      this.#host.dispatchEvent(new SignupEvent('signup-submit', form.definition.id));
      void this.#refuse(form, { code: 'origin_refused', issues: {} });
    });
  };

  readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#isSubmitted = true;
    if (this.#host.state.step !== 'sending') void this.#submit();
  };

  get #form(): HTMLFormElement | null {
    return this.#host.renderRoot.querySelector('form');
  }

  get #status(): HTMLElement | null {
    return this.#host.renderRoot.querySelector('.status');
  }

  async #submit(): Promise<void> {
    const { form } = this.#loader;
    const element = this.#form;
    if (!form || !element) return;
    const { id } = form.definition;
    this.#host.dispatchEvent(new SignupEvent('signup-submit', id));
    const issues = findIssues(form.definition, element);
    if (Object.keys(issues).length > 0) {
      this.#host.state = { step: 'editing', issues };
      await this.#tellRefused(form, 'invalid');
      return;
    }

    let values: Values = form.captured;
    let sent: Sent = { is: 'impossible' };
    try {
      values = { ...readValues(element), ...values };
      values = { ...values, id: this.#ids.of(values) };
      this.#host.state = { step: 'sending' };
      sent = await this.#proof.send(form, values);
    } catch {
      // A built-in that the page has removed. The plain form needs none.
    }
    if (this.#loader.form !== form) {
      // Another form is shown now. The page is told nevertheless.
      this.#host.dispatchEvent(
        sent.is === 'accepted'
          ? acceptedEvent(id, sent.waiting)
          : new SignupRefusedEvent(id, sent.is === 'refused' ? sent.problem.code : 'unreachable'),
      );
    } else if (sent.is === 'impossible') {
      this.#host.state = { step: 'editing', issues: {} };
      await this.#host.updateComplete;
      submitPlainly(this.#form, values);
    } else if (sent.is === 'refused') await this.#explain(form, sent.problem);
    else await this.#accept(form, values['email'] ?? '', sent.waiting);
  }

  async #explain(form: LoadedForm, problem: VisitorProblem): Promise<void> {
    const trap = this.#form && controlOf(this.#form, honeypot);
    // Software filled in the honeypot without the visitor's knowledge. The visitor must be able to try again.
    if (trap && problem.code === 'bot_suspected') trap.value = '';
    const known = form.definition.fields.map(({ name }) => name);
    if (Object.keys(problem.issues).some((name) => !known.includes(name))) await this.#renew(form);
    await this.#refuse(form, problem);
  }

  /** Typed values stay in the fields of the same names, wherever those are now. */
  async #renew(form: LoadedForm): Promise<void> {
    await renewForm(form, langOf(this.#host));
    const element = this.#form;
    if (!element) return;
    const typed = new FormData(element);
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    putBack(typed, this.#form);
  }

  #refuse(form: LoadedForm, problem: VisitorProblem): Promise<void> {
    this.#host.state = { step: 'refused', problem };
    return this.#tellRefused(form, problem.code);
  }

  async #tellRefused({ definition }: LoadedForm, code: VisibleProblem): Promise<void> {
    await this.#host.updateComplete;
    this.#form
      ?.querySelector<HTMLElement>('input[aria-invalid],select[aria-invalid],[aria-invalid] input')
      ?.focus();
    this.#host.dispatchEvent(new SignupRefusedEvent(definition.id, code));
  }

  async #accept({ definition }: LoadedForm, address: string, answer: Partial<Pending>): Promise<void> {
    const { id, redirect } = definition;
    // The browser need not keep what was typed.
    this.#internals.setFormValue(null);
    const hadFocus = this.#host.matches(':focus-within');
    this.#host.state = { step: 'accepted', address, answer };
    await this.#host.updateComplete;
    // The focused button is gone. Without this, keyboard navigation would restart at the top of the page.
    if (hadFocus) this.#status?.focus();
    this.#host.dispatchEvent(acceptedEvent(id, answer));
    if (redirect && !answer.ticket) location.assign(redirect);
  }
}

function acceptedEvent(id: string, { ticket }: Partial<Pending>): SignupEvent {
  return new SignupEvent(ticket ? 'signup-pending' : 'signup-accepted', id);
}
