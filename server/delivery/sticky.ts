import type { KnownPerson } from '../accounts/people.ts';
import type { Waiting } from '../outbox/rows.ts';
import type { StickyState } from '../outbox/signup.ts';

/** One that is to be sent, or that is left as it is at rasa.io. */
export type Sorted =
  | { readonly is: 'send'; readonly waiting: Waiting }
  | { readonly is: 'leave'; readonly waiting: Waiting; readonly state: StickyState };

/**
 * Whether a contact may be sent, by what is known of the person: nobody who has left is brought back, unless
 * the policy that came with the contact says so for each reason that holds.
 */
export function sortByState(waiting: Waiting, known: KnownPerson | undefined): Sorted {
  const { contact, resubscribe = [] } = waiting.signup;
  const sticky = known?.sticky ?? [];
  const state = sticky.find((each) => !resubscribe.includes(each));
  if (state !== undefined) return { is: 'leave', waiting, state };
  // An archived contact comes back with the subscription that it had.
  if (sticky.every((each) => each === 'archived')) return { is: 'send', waiting };
  const signup = { ...waiting.signup, contact: { ...contact, is_subscribed: true } };
  return { is: 'send', waiting: { ...waiting, signup } };
}
