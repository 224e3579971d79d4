import type { Form } from '../forms/forms.ts';
import type { Added, Once } from '../outbox/outbox.ts';
import type { NewSignup } from '../outbox/signup.ts';
import type { Limits } from './limits.ts';
import type { SignupPost } from './signup-post.ts';

export interface Waiting {
  /** What the form that waits asks with. */
  readonly ticket: string;
  readonly email: string;
}

/** Where sign-ups wait that have to be confirmed, see `Confirmations`. */
export interface WaitingRoom {
  hold(
    signup: NewSignup,
    about: { readonly form: Form; readonly lang: string; readonly once: Once },
  ): Promise<{ readonly added: Added; readonly ticket: string }>;
  /** The ticket of the first try of this name, where that had to be confirmed. */
  ticketOf(retry: string): Promise<string | undefined>;
}

/** From this part of its quota on, a network or a form is under attack, or very popular. */
const attackedFrom = 0.5;

interface Candidate {
  readonly post: SignupPost;
  readonly form: Form;
  readonly limits: Pick<Limits, 'load'>;
  /** Something looked like a robot. */
  readonly isSuspicious: boolean;
}

/** Whether a sign-up waits for a click in a mail. Never decided by the address, or the answer would tell. */
export async function hasToConfirm({ post, form, limits, isSuspicious }: Candidate): Promise<boolean> {
  switch (form.confirm) {
    case 'never':
      return false;
    case 'plain':
      return post.plain;
    case 'suspicious':
      return isSuspicious || post.plain || (await limits.load(post.ip, form)) >= attackedFrom;
    case 'always':
      return true;
  }
}
