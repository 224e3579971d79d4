import type { Logger } from 'pino';
import { honeypot } from '../../shared/signup.ts';
import type { Checked } from '../forms/forms.ts';
import type { Once } from '../outbox/outbox.ts';
import { refusedFrom, suspect } from './bot-signals.ts';
import type { PageTokens } from './page-tokens.ts';
import type { Proofs, Redeemed } from './proofs.ts';
import type { SignupPost } from './signup-post.ts';

/** Tells people from robots: by a proof of work, or a click where no script could do any, and by what else they show. */
export interface Bots {
  /** `wasAccepted` says whether the same sign-up was accepted before: its proof is not judged again. */
  judge(post: SignupPost, checked: Valid, wasAccepted: () => Promise<boolean>): Promise<Verdict>;
  /** The proof of a sign-up has let in another one: `undefined` where it passes all the same. */
  judgeUsed(post: SignupPost): Extract<Verdict, { is: 'robot' }> | undefined;
  stats(): BotStats;
}

export type Verdict =
  /** The proof is to be stored together with the sign-up, since it counts once. */
  | { readonly is: 'person'; readonly proof: Once['proof'] }
  /** A plain form: a page of ours repeats these fields and asks for one click. */
  | { readonly is: 'unconfirmed'; readonly fields: Readonly<Record<string, string>>; readonly token: string }
  | { readonly is: 'robot'; readonly reason: string };

/** Since the start. */
export interface BotStats {
  readonly mode: BotMode;
  readonly refused: number;
  /** In the mode `observe`. */
  readonly wouldHaveRefused: number;
  /** How often each reason was found, be it enough to refuse or not. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface BotsOptions {
  readonly mode: BotMode;
  readonly proofs: Pick<Proofs, 'redeem'>;
  readonly tokens: PageTokens;
  readonly log: Logger;
  readonly newId: () => string;
}

type Proven =
  | { readonly is: 'good'; readonly ageMs: number; readonly proof: Once['proof'] }
  | Extract<Redeemed, { is: 'bad' }>
  | { readonly is: 'none' };
type Valid = Extract<Checked, { is: 'valid' }>;

export function createBots({ mode, proofs, tokens, log, newId }: BotsOptions): Bots {
  const counted = { refused: 0, wouldHaveRefused: 0 };
  const reasons: Record<string, number> = {};
  const count = (reason: string) => (reasons[reason] = (reasons[reason] ?? 0) + 1);

  return {
    async judge(post, checked, wasAccepted) {
      if (mode === 'off') return person();
      const proven = await redeem(post.form, checked);
      if (proven.is !== 'good' && (await wasAccepted())) return person();
      if (proven.is === 'none' && post.plain && mode === 'enforce') return unconfirmed(post.form, checked);

      const found = suspect({
        trap: checked.envelope[honeypot],
        names: checked.names,
        headers: post.headers,
        ageMs: proven.is === 'good' ? proven.ageMs : undefined,
      });
      const proofFault = faultOf(proven, post.plain);
      const all = proofFault === undefined ? found.rules : [proofFault, ...found.rules];
      if (proofFault !== undefined || found.weight >= refusedFrom)
        return suspicion(post, all) ?? person(proven);
      for (const reason of all) count(reason);
      return person(proven);
    },

    judgeUsed(post) {
      return suspicion(post, ['used proof']);
    },

    stats: () => ({ mode, ...counted, reasons: { ...reasons } }),
  };

  /** Counted, and refused unless only observed. */
  function suspicion(
    { form }: SignupPost,
    found: readonly string[],
  ): Extract<Verdict, { is: 'robot' }> | undefined {
    for (const reason of found) count(reason);
    if (mode === 'observe') {
      counted.wouldHaveRefused++;
      log.info({ form, reasons: found }, 'This sign-up would have been refused as a robot’s.');
      return undefined;
    }
    counted.refused++;
    log.debug({ form, reasons: found }, 'A sign-up was refused as a robot’s.');
    return { is: 'robot', reason: found.join(', ') };
  }

  async function redeem(form: string, { fields, envelope }: Valid): Promise<Proven> {
    const { proof, token } = envelope;
    if (proof !== undefined) {
      const redeemed = proofs.redeem(proof, form);
      if (redeemed.is === 'bad') return redeemed;
      return { is: 'good', ageMs: redeemed.ageMs, proof: { kind: 'proof', text: redeemed.id } };
    }
    if (token === undefined) return { is: 'none' };
    const ageMs = await tokens.ageOf(token, form, confirmedBy(fields, envelope));
    // A page that was left open for too long is shown anew.
    return ageMs === undefined
      ? { is: 'none' }
      : { is: 'good', ageMs, proof: { kind: 'click', text: token } };
  }

  async function unconfirmed(form: string, { fields, envelope }: Valid): Promise<Verdict> {
    // An id that was there already stays: the click for it may have come before.
    const confirmed = confirmedBy(fields, { id: newId(), ...envelope });
    return { is: 'unconfirmed', fields: confirmed, token: await tokens.issue(form, confirmed) };
  }
}

/** What the click stands for: everything but what proves it. */
function confirmedBy(fields: Valid['fields'], envelope: Valid['envelope']): Record<string, string> {
  const { token: _token, proof: _proof, ...rest } = envelope;
  return { ...fields, ...rest };
}

function person(proven?: Proven): Verdict {
  return { is: 'person', proof: proven?.is === 'good' ? proven.proof : undefined };
}

/** `plain` ones are asked for a click instead, where anybody is refused at all. */
function faultOf(proven: Proven, plain: boolean): string | undefined {
  switch (proven.is) {
    case 'good':
      return undefined;
    case 'none':
      return plain ? undefined : 'no proof';
    case 'bad':
      return `${proven.reason} proof`;
  }
}

export const botModes = ['enforce', 'observe', 'off'] as const;

export type BotMode = (typeof botModes)[number];
