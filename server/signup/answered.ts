import type { Answer } from './intake.ts';
import type { QuotaState } from './limits.ts';

/** How a sign-up request was answered, without anything of its contents. */
export interface Answered {
  /** `accepted`, `unconfirmed` or a problem's code. */
  readonly outcome: string;
  /**
   * Which rule of several refused it: the quota, the signs of a robot, or the code of the first fault of the
   * input. Empty where the outcome says all.
   */
  readonly rule: string;
  /** What its network has used of its quota, where it has one. */
  readonly network: QuotaState | undefined;
  /** Time from the first interaction with the form to the sign-up, in ms, where it is known. */
  readonly ageMs: number | undefined;
}

export function answeredOf(answer: Answer & { readonly remaining: readonly QuotaState[] }): Answered {
  const { remaining } = answer;
  return {
    outcome: answer.is === 'refused' ? answer.problem.code : answer.is,
    rule: ruleOf(answer, remaining),
    network: remaining.find(({ axis }) => axis === 'network'),
    ageMs: answer.is === 'accepted' ? answer.ageMs : undefined,
  };
}

function ruleOf(answer: Answer, remaining: readonly QuotaState[]): string {
  if (answer.is !== 'refused') return '';
  const { problem, signs = '' } = answer;
  // The quota that is used up comes last.
  if (problem.code === 'rate_limited') return remaining.at(-1)?.axis ?? '';
  if (problem.code === 'invalid') return Object.values(problem.issues ?? {})[0] ?? '';
  return signs;
}
