import { createProofs, type Proofs } from '../../../server/signup/proofs.ts';

/** Of a product, which then takes what `openIssuer` gives out. */
export const challengeSecret = 'known to the product and to its tests';

/** The least work that there is, two attempts, for who needs thousands of proofs. */
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
