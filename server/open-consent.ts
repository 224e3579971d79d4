import { openDoubleOptIn, type DoubleOptIn, type DoubleOptInOptions } from './confirm/double-opt-in.ts';
import { noteConfirmed } from './contacts/sent-contacts.ts';
import { Sealer } from './confirm/receipts/sealer.ts';

export interface OpenConsentOptions extends Omit<DoubleOptInOptions, 'firstAccount' | 'besideConfirmed'> {
  readonly dataDir: string;
}

/** What stands for consent beside the sign-ups: double opt-in, and the sealing of receipts. */
export async function openConsent(options: OpenConsentOptions): Promise<DoubleOptIn> {
  // The first is that of sign-ups that name none.
  const accounts = [...options.destinations.keys()];
  const optIn = await openDoubleOptIn({
    ...options,
    firstAccount: accounts[0] ?? '',
    besideConfirmed: noteConfirmed,
  });
  const sealer = new Sealer({ ...options, accounts });
  return {
    ...optIn,
    async close() {
      await sealer.stop();
      await optIn.close();
    },
  };
}
