import type { Messages } from '../../shared/messages/messages.ts';
import type { Problem, ProblemCode } from '../../shared/signup.ts';
import { quotaKeyOf } from '../forms/email-address.ts';
import type { Checked, Form, Forms } from '../forms/forms.ts';
import { networkOf } from '../http/client-ip.ts';
import type { Origins } from '../http/origins.ts';
import { problem } from '../http/problem.ts';
import { retryName, type Once, type Outbox } from '../outbox/outbox.ts';
import type { Evidence } from '../outbox/signup.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Bots } from './bots.ts';
import { readFields, refuseOverQuota, refuseUnlistedOrigin } from './guards.ts';
import type { Quotas, Limits, QuotaState } from './limits.ts';
import type { Counted } from './rates.ts';
import type { SignupPost } from './signup-post.ts';
import type { TestAddresses } from './test-addresses.ts';
import { hasToConfirm, type Waiting, type WaitingRoom } from './waiting-room.ts';

/** The only way in for sign-ups. Takes and returns plain data, so that any HTTP front end can use it. */
export interface Intake {
  receive(post: SignupPost): Promise<Answer & { readonly remaining: readonly QuotaState[] }>;
}

export type Answer =
  | {
      readonly is: 'accepted';
      readonly form: Form;
      /** It was accepted before: a retry. */
      readonly isRetry?: boolean;
      /** The page that a plain form asked to redirect to, if that is allowed. */
      readonly redirectTo: string | undefined;
      /** Time from the first interaction with the form, in ms, where it is known. */
      readonly ageMs?: number | undefined;
      /** It waits for a click in the mail to this address. */
      readonly waiting?: Waiting | undefined;
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
      /** The click came too soon and counts a little later. */
      readonly isEarly: boolean;
      readonly redirectTo: string | undefined;
    }
  /** With the form and the fields, as far as they were read, so that a page can show them again. */
  | {
      readonly is: 'refused';
      readonly problem: Problem;
      readonly form?: Form | undefined;
      readonly fields?: Readonly<Record<string, unknown>>;
      /** Of a robot's: the signs of it. */
      readonly signs?: string;
      /** A quota of plain sign-ups is used up: with scripts it would go through. */
      readonly helpsScripts?: boolean;
    };

type Fields = Readonly<Record<string, string>>;

export interface IntakeOptions {
  readonly origins: Origins;
  readonly limits: Limits;
  readonly forms: Forms;
  readonly bots: Bots;
  readonly outbox: Pick<Outbox, 'add' | 'wasAdded'>;
  readonly waitingRoom: WaitingRoom;
  /** What the receipt will say beside the contact. */
  readonly evidenceOf: (visited: {
    readonly form: Form;
    readonly words: Messages;
    readonly checked: Extract<Checked, { is: 'valid' }>;
    readonly network: string;
  }) => Promise<Evidence>;
  /** Only with the sandbox: gives the answers for its test addresses. */
  readonly answerTestAddress?: TestAddresses | undefined;
}

/** How long to wait before the next try when the outbox cannot store a sign-up, in seconds. */
const unavailableForS = 30;

export function createIntake({
  origins,
  limits,
  forms,
  bots,
  outbox,
  waitingRoom,
  evidenceOf,
  answerTestAddress,
}: IntakeOptions): Intake {
  return {
    async receive(post) {
      const form = forms.find(post.form);
      // Where nobody has to prove work, a plain form is not a cheaper way in.
      const isApart = post.plain && bots.mode === 'enforce';
      const quotas = limits.open(form, isApart ? 'plain' : 'proven');
      try {
        const answer = await pass(post, form, quotas);
        await quotas.release(givenBack(answer));
        const isLimited = answer.is === 'refused' && answer.problem.code === 'rate_limited';
        return { ...answer, ...(isLimited && { helpsScripts: isApart }), remaining: quotas.remaining };
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
      (await refuseOverQuota(quotas, 'requests', post.ip)) ??
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
    try {
      return await admit(post, checked, { form, quotas, kept });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return { is: 'refused', problem: problem('unavailable', { retryAfterS: unavailableForS }), ...kept };
    }
  }

  /**
   * The checks that need the store. A retry of an accepted sign-up is accepted, whatever its proof and the
   * quotas.
   */
  async function admit(
    post: SignupPost,
    checked: Extract<Checked, { is: 'valid' }>,
    { form, quotas, kept }: { readonly form: Form; readonly quotas: Quotas; readonly kept: object },
  ): Promise<Answer> {
    const { contact, fields, envelope, accounts } = checked;
    const { id, redirect } = envelope;
    const redirectTo = redirect !== undefined && form.mayRedirectTo(redirect) ? redirect : undefined;
    // The fields as typed: the contact made from them may contain the time.
    const retry = id === undefined ? undefined : retryName([id, form.id], fields);
    const wasAccepted = () => outbox.wasAdded(retry);

    const verdict = await bots.judge(post, checked, wasAccepted);
    if (verdict.is === 'robot') return { ...robot(verdict.reason), ...kept };
    if (verdict.is === 'unconfirmed') return { ...verdict, form, redirectTo };
    // The answer is the same for every address; otherwise it would reveal who is subscribed.
    const accepted = { is: 'accepted', form, redirectTo, ageMs: verdict.ageMs } as const;

    const testAnswer = await answerTestAddress?.(contact.email);
    const late =
      testAnswer?.problem ??
      (testAnswer ? undefined : await refuseOverQuota(quotas, 'address', quotaKeyOf(contact.email))) ??
      (await refuseOverQuota(quotas, 'service', '')) ??
      (await refuseOverQuota(quotas, 'form', form.id));
    if (late) {
      if (!(await wasAccepted())) return { ...refused(late), ...kept };
      await quotas.release(signupQuotas);
      return { ...accepted, isRetry: true, waiting: await waitingSince(form, contact.email, retry) };
    }

    const [account, ...alsoTo] = accounts;
    const { resubscribe } = form;
    const words = post.languageOf(form.languages);
    const evidence = await evidenceOf({ form, words, checked, network: networkOf(post.ip) });
    const to = { form: form.id, account, alsoTo };
    const signup = { ...to, contact, resubscribe, origin: post.pageOrigin, evidence };
    const mustConfirm = await hasToConfirm({ post, form, limits, isSuspicious: verdict.isSuspicious });
    let ticket: string | undefined;
    const add = async (once: Once) => {
      if (!mustConfirm) return outbox.add(signup, once);
      const held = await waitingRoom.hold(signup, { form, lang: words.lang, once });
      ticket = held.ticket;
      return held.added;
    };
    let added = await add({ retry, proof: verdict.proof });
    if (added === 'used') {
      const used = bots.judgeUsed(post);
      if (used) {
        // One proof that is sent again and again must not use up what there is for others.
        await quotas.release(sharedQuotas);
        return { ...robot(used.reason), ...kept };
      }
      added = await add({ retry });
    }
    // A retry of a stored sign-up is not delivered again and uses no quota of sign-ups.
    if (added === 'duplicate') {
      await quotas.release(signupQuotas);
      return { ...accepted, isRetry: true, waiting: await waitingSince(form, contact.email, retry) };
    }
    return { ...accepted, waiting: ticket === undefined ? undefined : { ticket, email: contact.email } };
  }

  /** Of a retry: how its first try was answered. */
  async function waitingSince(form: Form, email: string, retry = ''): Promise<Waiting | undefined> {
    const ticket = form.confirm === 'never' ? undefined : await waitingRoom.ticketOf(retry);
    return ticket === undefined ? undefined : { ticket, email };
  }
}

function refused(why: Problem): Extract<Answer, { is: 'refused' }> {
  return { is: 'refused', problem: why };
}

function robot(signs: string): Extract<Answer, { is: 'refused' }> {
  const detail = `This looks like a robot (${signs}). A proof of work for this form comes from its /challenge and counts once.`;
  return { ...refused(problem('bot_suspected', { detail })), signs };
}

/** Those of others too: only what was accepted uses them, so that nobody can use them up by refusals. */
const sharedQuotas: readonly Counted[] = ['service', 'address', 'form'];
const signupQuotas: readonly Counted[] = ['network', ...sharedQuotas];

/**
 * What a request does not use in the end. A sign-up that could not be kept uses nothing, since that is not
 * the sender's fault. All others were checked, which uses up a request of the sender's network; refusals
 * that no person causes use one of its sign-ups.
 */
function givenBack(answer: Answer): readonly Counted[] {
  switch (answer.is) {
    case 'accepted':
      return [];
    case 'unconfirmed':
      // The click will use them.
      return signupQuotas;
    case 'refused':
      return givenBackBy[answer.problem.code];
  }
}

const givenBackBy: Readonly<Record<ProblemCode, readonly Counted[]>> = {
  unavailable: ['requests', ...signupQuotas],
  internal: ['requests', ...signupQuotas],
  // Nothing was checked but the origin.
  origin_refused: [],
  invalid: signupQuotas,
  rate_limited: signupQuotas,
  bot_suspected: sharedQuotas,
  malformed: sharedQuotas,
  no_such_form: sharedQuotas,
  not_found: sharedQuotas,
  method_not_allowed: sharedQuotas,
  too_large: sharedQuotas,
  unsupported: sharedQuotas,
};
