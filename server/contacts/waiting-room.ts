import type { NewSignup } from '../outbox/signup.ts';
import type { Insert, Statement } from '../store/database.ts';
import type { AskedConfirmation } from './items.ts';

export interface HeldContact {
  readonly signup: NewSignup & { readonly id: string };
  /** The keyed hash of the address. */
  readonly person: Uint8Array;
}

/** Makes the rows of contacts that wait, for the write that stores what else belongs to them. */
export type Hold = (contacts: readonly HeldContact[]) => Insert;

/** Where contacts wait that have to be confirmed, see `ConfirmationOnRequest`. */
export interface WaitingRoom {
  /** How long a contact waits for its click. */
  readonly lifetimeMs: number;
  /** `undefined` where the account has no such form. */
  for(account: string, asked: AskedConfirmation): Promise<Hold | undefined>;
  /** What an erasure takes away. */
  forgetting(person: Uint8Array, hashOf: (email: string) => Uint8Array): Promise<readonly Statement[]>;
}
