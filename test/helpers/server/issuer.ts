import { createProofs, type Proofs } from '../../../server/signup/proofs.ts';
import { realFiles } from '../../../server/system/files.ts';
import { Secret } from '../../../server/system/secret.ts';
import { openServerSecret } from '../../../server/system/server-secret.ts';

/** Of a product, which then takes what `openIssuer` gives out. */
export const challengeSecret = 'known to the product and to its tests';

/** The least work that there is, two attempts, for who needs thousands of proofs. */
export const leastWork = 1;

export interface IssuerOptions {
  readonly secret?: string;
  readonly now?: () => number;
}

/** Challenges such as a product's with that secret gives out, without asking it. */
export async function openIssuer({
  secret = challengeSecret,
  // People are not faster than this.
  now = () => Date.now() - 5000,
}: IssuerOptions = {}): Promise<Pick<Proofs, 'issue'>> {
  return createProofs({
    secret: await openServerSecret({ dataDir: '', files: realFiles, given: new Secret(secret) }),
    // Whoever only issues redeems nothing.
    used: { claim: () => false, release: () => undefined, close: () => Promise.resolve() },
    work: leastWork,
    now,
  });
}
