import { randomUUID } from 'node:crypto';
import type { Problem, ProblemCode } from '../../shared/signup.ts';
import { quotaKeyOf } from '../forms/email-address.ts';
import type { Form, Forms } from '../forms/forms.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { OutboxUnavailable, type Outbox } from '../outbox/outbox.ts';
import type { Bots } from './bots.ts';
import { readFields, refuseOverQuota, refuseUnlistedOrigin } from './guards.ts';
import type { Quotas, Limits, QuotaState } from './limits.ts';
import type { SignupPost } from './signup-post.ts';
import type { TestAddresses } from './test-addresses.ts';

/** The only way in for sign-ups. Takes and returns plain data, so that any HTTP front end can use it. */
export interface Intake {
  receive(post: SignupPost): Promise<Answer & { readonly remaining: readonly QuotaState[] }>;
}

export type Answer =
  | {
      readonly is: 'accepted';
      readonly form: Form;
      /** The page that a plain form asked to redirect to, if that is allowed. */
      readonly redirectTo: string | undefined;
    }
  /**
   * A plain form: the answer is a page that repeats the fields and asks for one click, which sends them again
   * with the token.
   */
  | {
      readonly is: 'unconfirmed';
      readonly form: Form;
      readonly fields: Fields;
      readonly token: string;
      readonly redirectTo: string | undefined;
    }
  /** With the form and the fields, as far as they were read, so that a page can show them again. */
  | {
      readonly is: 'refused';
      readonly problem: Problem;
      readonly form?: Form | undefined;
      readonly fields?: Readonly<Record<string, unknown>>;
    };

type Fields = Readonly<Record<string, string>>;

export interface IntakeOptions {
  readonly origins: Origins;
  readonly limits: Limits;
  readonly forms: Forms;
  readonly bots: Bots;
  readonly outbox: Pick<Outbox, 'add'>;
  /** Only with the sandbox: gives the answers for its test addresses. */
  readonly answerTestAddress?: TestAddresses | undefined;
  readonly now?: () => number;
  readonly newId?: () => string;
}

/** How long to wait before the next try when the outbox cannot store a sign-up, in seconds. */
const unavailableForS = 30;

export function createIntake({
  origins,
  limits,
  forms,
  bots,
  outbox,
  answerTestAddress,
  now = Date.now,
  newId = randomUUID,
}: IntakeOptions): Intake {
  return {
    async receive(post) {
      const form = forms.find(post.form);
      const quotas = limits.open(form);
      try {
        const answer = await pass(post, form, quotas);
        if (!usesQuota(answer)) await quotas.release();
        return { ...answer, remaining: quotas.remaining };
      } catch (error) {
        await quotas.release();
        throw error;
      }
    },
  };

  /** All checks of a sign-up in order, cheapest first. `accepted` means that it would survive a power cut. */
  async function pass(post: SignupPost, form: Form | undefined, quotas: Quotas): Promise<Answer> {
    const early =
      refuseUnlistedOrigin(form?.origins ?? origins, post) ??
      (await refuseOverQuota(quotas, 'service', '')) ??
      (await refuseOverQuota(quotas, 'network', post.ip));
    // The form is needed for a link back to it.
    if (early) return { is: 'refused', problem: early, form };
    if (!form)
      return refused(problem('no_such_form', { detail: `There is no form ${JSON.stringify(post.form)}.` }));

    const read = await readFields(post);
    if (!('fields' in read)) return { is: 'refused', problem: read, form };
    const kept = { form, fields: read.fields };

    const checked = form.check(read.fields);
    if (checked.is === 'invalid') {
      const invalid = problem('invalid', { issues: checked.issues });
      return { is: 'refused', problem: invalid, ...kept };
    }
    const { contact, envelope } = checked;
    const { id = newId(), page, redirect } = envelope;
    const redirectTo = redirect !== undefined && form.mayRedirectTo(redirect) ? redirect : undefined;

    const verdict = await bots.judge(post, checked);
    if (verdict.is === 'robot')
      return {
        is: 'refused',
        problem: problem('bot_suspected', { detail: adviceFor(verdict.reason) }),
        ...kept,
      };
    if (verdict.is === 'unconfirmed') return { ...verdict, form, redirectTo };

    const testAnswer = await answerTestAddress?.(contact.email);
    const late =
      testAnswer?.problem ??
      (testAnswer ? undefined : await refuseOverQuota(quotas, 'address', quotaKeyOf(contact.email))) ??
      (await refuseOverQuota(quotas, 'form', form.id));
    if (late) {
      verdict.release();
      return { is: 'refused', problem: late, ...kept };
    }

    const acceptedAt = new Date(now()).toISOString();
    try {
      const signup = { id, form: form.id, contact, acceptedAt, ...(page !== undefined && { page }) };
      const added = await outbox.add(signup);
      // A retry of a stored sign-up is not delivered again and uses no quota.
      if (added === 'duplicate') await quotas.release(['address', 'form']);
    } catch (error) {
      verdict.release();
      if (!(error instanceof OutboxUnavailable)) throw error;
      return { is: 'refused', problem: problem('unavailable', { retryAfterS: unavailableForS }), ...kept };
    }
    // The answer is the same for every address; otherwise it would reveal who is subscribed.
    return { is: 'accepted', form, redirectTo };
  }
}

function refused(why: Problem): Answer {
  return { is: 'refused', problem: why };
}

/** Refusals that use up quota: those that the sender causes. Typing errors and exceeded quotas do not. */
const usingQuota: readonly ProblemCode[] = [
  'bot_suspected',
  'malformed',
  'no_such_form',
  'too_large',
  'unsupported',
];

function usesQuota(answer: Answer): boolean {
  switch (answer.is) {
    case 'accepted':
      return true;
    case 'unconfirmed':
      // The click will use the quota.
      return false;
    case 'refused':
      return usingQuota.includes(answer.problem.code);
  }
}

function adviceFor(reason: string): string {
  return `This looks like a robot (${reason}). A proof of work for this form comes from its /challenge and counts once.`;
}
