import { openDoubleOptIn, type DoubleOptIn, type DoubleOptInOptions } from './confirm/double-opt-in.ts';
import { Sealer } from './confirm/receipts/sealer.ts';
import type { Destination } from './outbox/signup.ts';

export interface OpenConsentOptions extends Omit<DoubleOptInOptions, 'firstAccount'> {
  /** Of each account, by its name. The first is that of sign-ups that name none. */
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly dataDir: string;
}

/** What stands for consent beside the sign-ups: double opt-in, and the sealing of receipts. */
export async function openConsent({ destinations, ...options }: OpenConsentOptions): Promise<DoubleOptIn> {
  const accounts = [...destinations.keys()];
  const optIn = await openDoubleOptIn({ ...options, firstAccount: accounts[0] ?? '' });
  const sealer = new Sealer({ ...options, accounts });
  return {
    ...optIn,
    async close() {
      await sealer.stop();
      await optIn.close();
    },
  };
}
