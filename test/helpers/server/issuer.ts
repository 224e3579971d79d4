import { createProofs, type Proofs } from '../../../server/signup/proofs.ts';
import { realFiles } from '../../../server/system/files.ts';
import { Secret } from '../../../server/system/secret.ts';
import { openServerSecret } from '../../../server/system/server-secret.ts';

/** The secret of a product that accepts the challenges of `openIssuer`. */
export const challengeSecret = 'known to the product and to its tests';

/** The least possible work, two attempts, for tests that need thousands of proofs. */
export const leastWork = 1;

export interface IssuerOptions {
  readonly secret?: string;
  readonly now?: () => number;
}

/** Issues the challenges of a product with that secret, without a request to it. */
export async function openIssuer({
  secret = challengeSecret,
  // People are not faster than this.
  now = () => Date.now() - 5000,
}: IssuerOptions = {}): Promise<Pick<Proofs, 'issue'>> {
  return createProofs({
    secret: await openServerSecret({ dataDir: '', files: realFiles, given: new Secret(secret) }),
    // An issuer never redeems a proof.
    used: { claim: () => false, release: () => undefined, close: () => Promise.resolve() },
    work: leastWork,
    now,
  });
}
