import { createProofs, type Proofs } from '../../../server/signup/proofs.ts';

/** The secret of a product that accepts the challenges of `openIssuer`. */
export const challengeSecret = 'known to the product and to its tests';

/** The least possible work, two attempts, for tests that need thousands of proofs. */
export const leastWork = 1;

export interface IssuerOptions {
  readonly secret?: string;
  readonly now?: () => number;
}

/** Challenges such as a product's with that secret gives out, without asking it. */
export function openIssuer({
  secret = challengeSecret,
  // People are not faster than this.
  now = () => Date.now() - 5000,
}: IssuerOptions = {}): Pick<Proofs, 'issue'> {
  return createProofs({ secret, work: leastWork, now });
}
