import type { Logger } from 'pino';
import { honeypot } from '../../shared/signup.ts';
import type { Checked } from '../forms/forms.ts';
import type { Once } from '../outbox/outbox.ts';
import { refusedFrom, suspect } from './bot-signals.ts';
import type { PageTokens } from './page-tokens.ts';
import type { Proofs, Redeemed } from './proofs.ts';
import type { SignupPost } from './signup-post.ts';

/**
 * Tells people from robots: by a proof of work, or a click where no script could compute one, and by the
 * signs in `bot-signals.ts`.
 */
export interface Bots {
  readonly mode: BotMode;
  /** `wasAccepted` says whether the same sign-up was accepted before: its proof is not judged again. */
  judge(post: SignupPost, checked: Valid, wasAccepted: () => Promise<boolean>): Promise<Verdict>;
  /** The proof of a sign-up has let in another one: `undefined` where it passes all the same. */
  judgeUsed(post: SignupPost): Extract<Verdict, { is: 'robot' }> | undefined;
  stats(): BotStats;
}

export type Verdict =
  /** Store `proof` in the same write as the sign-up: it counts once. */
  | {
      readonly is: 'person';
      readonly proof: Once['proof'];
      /** Something looked like a robot, though not enough to refuse it. */
      readonly isSuspicious: boolean;
      /** Time from the first interaction with the form, in ms, where it is known. */
      readonly ageMs?: number | undefined;
    }
  /**
   * A plain form without proof: the answer is a page that repeats these fields and asks for one click.
   * `isEarly`: the click came before the page was old enough, and counts a little later.
   */
  | {
      readonly is: 'unconfirmed';
      readonly fields: Readonly<Record<string, string>>;
      readonly token: string;
      readonly isEarly: boolean;
    }
  | { readonly is: 'robot'; readonly reason: string };

/** Counts since the start of the process. */
export interface BotStats {
  readonly mode: BotMode;
  readonly refused: number;
  /** Counted only in the mode `observe`. */
  readonly wouldHaveRefused: number;
  /** How often each reason was found, whether or not it led to a refusal. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface BotsOptions {
  readonly mode: BotMode;
  readonly proofs: Pick<Proofs, 'redeem'>;
  readonly tokens: PageTokens;
  /**
   * How old the page that asks for a click must be when the click comes, in ms. Without scripts there is no
   * work to ask a robot for, but it can be made to wait.
   */
  readonly leastPageAgeMs: number;
  readonly log: Logger;
  readonly newId: () => string;
}

type Proven =
  | { readonly is: 'good'; readonly ageMs: number; readonly proof: Once['proof'] }
  | { readonly is: 'early'; readonly token: string }
  | Extract<Redeemed, { is: 'bad' }>
  | { readonly is: 'none' };
type Valid = Extract<Checked, { is: 'valid' }>;

export function createBots({ mode, proofs, tokens, leastPageAgeMs, log, newId }: BotsOptions): Bots {
  const counted = { refused: 0, wouldHaveRefused: 0 };
  const reasons: Record<string, number> = {};
  const count = (reason: string) => (reasons[reason] = (reasons[reason] ?? 0) + 1);

  return {
    mode,

    async judge(post, checked, wasAccepted) {
      if (mode === 'off') return person();
      const proven = await redeem(post, checked);
      if (proven.is !== 'good' && (await wasAccepted())) return person();
      if (post.plain && mode === 'enforce') {
        if (proven.is === 'none') return unconfirmed(post.form, checked);
        if (proven.is === 'early') return early(checked, proven.token);
      }

      const found = suspect({
        trap: checked.envelope[honeypot],
        names: checked.names,
        headers: post.headers,
        ageMs: proven.is === 'good' ? proven.ageMs : undefined,
      });
      const proofFault = faultOf(proven, post.plain);
      const all = proofFault === undefined ? found.rules : [proofFault, ...found.rules];
      if (proofFault !== undefined || found.weight >= refusedFrom)
        return suspicion(post, all) ?? person(proven, true);
      for (const reason of all) count(reason);
      return person(proven, all.length > 0);
    },

    judgeUsed(post) {
      return suspicion(post, ['used proof']);
    },

    stats: () => ({ mode, ...counted, reasons: { ...reasons } }),
  };

  /** Counts a suspicion. Returns the refusal, or `undefined` if suspicions are only observed. */
  function suspicion(
    { form }: SignupPost,
    found: readonly string[],
  ): Extract<Verdict, { is: 'robot' }> | undefined {
    for (const reason of found) count(reason);
    if (mode === 'observe') {
      counted.wouldHaveRefused++;
      log.info({ form, reasons: found }, 'Bot check (observe only): this sign-up would have been refused.');
      return undefined;
    }
    counted.refused++;
    log.debug({ form, reasons: found }, 'Bot check: the sign-up was refused.');
    return { is: 'robot', reason: found.join(', ') };
  }

  async function redeem({ form, plain }: SignupPost, { fields, envelope }: Valid): Promise<Proven> {
    const { proof, token } = envelope;
    if (proof !== undefined) {
      const redeemed = proofs.redeem(proof, form);
      if (redeemed.is === 'bad') return redeemed;
      return { is: 'good', ageMs: redeemed.ageMs, proof: { kind: 'proof', text: redeemed.id } };
    }
    // A click is a plain form's: sent in another way, it would use the quotas of those who prove work.
    if (token === undefined || !plain) return { is: 'none' };
    const ageMs = await tokens.ageOf(token, form, confirmedBy(fields, envelope));
    // An expired token counts as none, so that the page is shown again.
    if (ageMs === undefined) return { is: 'none' };
    if (ageMs < leastPageAgeMs) return { is: 'early', token };
    return { is: 'good', ageMs, proof: { kind: 'click', text: token } };
  }

  /** The same page with the same token, whose age goes on. */
  function early({ fields, envelope }: Valid, token: string): Verdict {
    return { is: 'unconfirmed', fields: confirmedBy(fields, envelope), token, isEarly: true };
  }

  async function unconfirmed(form: string, { fields, envelope }: Valid): Promise<Verdict> {
    // A given id is kept: its click may already have been received.
    const confirmed = confirmedBy(fields, { id: newId(), ...envelope });
    const token = await tokens.issue(form, confirmed);
    return { is: 'unconfirmed', fields: confirmed, token, isEarly: false };
  }
}

/** The fields that the click confirms: all except the token and the proof. */
function confirmedBy(fields: Valid['fields'], envelope: Valid['envelope']): Record<string, string> {
  const { token: _token, proof: _proof, ...rest } = envelope;
  return { ...fields, ...rest };
}

function person(proven?: Proven, isSuspicious = false): Verdict {
  const good = proven?.is === 'good' ? proven : undefined;
  return { is: 'person', proof: good?.proof, ageMs: good?.ageMs, isSuspicious };
}

/**
 * The fault of the proof. A plain form without one has none: in the mode `enforce` it is asked for a click
 * instead.
 */
function faultOf(proven: Proven, plain: boolean): string | undefined {
  switch (proven.is) {
    case 'good':
    case 'early':
      return undefined;
    case 'none':
      return plain ? undefined : 'no proof';
    case 'bad':
      return `${proven.reason} proof`;
  }
}

export const botModes = ['enforce', 'observe', 'off'] as const;

export type BotMode = (typeof botModes)[number];
