import type { Hold } from '../outbox/signup.ts';
import type { Statement } from '../store/database.ts';
import type { AskedConfirmation } from './items.ts';

/** Where contacts wait that have to be confirmed, see `ConfirmationOnRequest`. */
export interface WaitingRoom {
  /** How long a contact waits for its click. */
  readonly lifetimeMs: number;
  /** `undefined` where the account has no such form. */
  for(account: string, asked: AskedConfirmation): Promise<Hold | undefined>;
  /** What an erasure takes away. */
  forgetting(person: Uint8Array, hashOf: (email: string) => Uint8Array): Promise<readonly Statement[]>;
}
