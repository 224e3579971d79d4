import type { KnownPerson } from '../accounts/people.ts';
import type { FoundPerson } from '../accounts/person-finder.ts';
import type { Acknowledgement } from '../outbox/acknowledgements.ts';
import type { Waiting } from '../outbox/rows.ts';
import type { Change, StickyState } from '../outbox/signup.ts';

/** What is to be done with one that is due. */
export type Sorted =
  | { readonly is: 'send'; readonly waiting: Waiting }
  /** A change of the contact with this id of rasa.io's. */
  | { readonly is: 'change'; readonly waiting: Waiting; readonly change: Change; readonly rasaId: string }
  /** It is left as it is at rasa.io. */
  | { readonly is: 'leave'; readonly waiting: Waiting; readonly state: StickyState }
  /** The contact is not found yet. */
  | { readonly is: 'wait'; readonly waiting: Waiting }
  /** There is nothing left to do. */
  | { readonly is: 'done'; readonly waiting: Waiting }
  | { readonly is: 'refuse'; readonly waiting: Waiting; readonly reason: string };

/** Finds the contact that is to be changed. */
export type FindPerson = (person: Uint8Array, known: KnownPerson | undefined) => FoundPerson;

/**
 * Whether a contact may be sent, by what is known of the person: nobody who has left is brought back, unless
 * the policy that came with the contact says so for each reason that holds. A change is made to whoever is
 * there; without `find` the destination takes none.
 */
export function sortByState(waiting: Waiting, known: KnownPerson | undefined, find?: FindPerson): Sorted {
  const { contact, change, resubscribe = [] } = waiting.signup;
  const sticky = known?.sticky ?? [];
  if (change) return sortChange({ waiting, change }, known, find);
  const state = sticky.find((each) => !resubscribe.includes(each));
  if (state !== undefined) return { is: 'leave', waiting, state };
  // An archived contact comes back with the subscription that it had.
  if (sticky.every((each) => each === 'archived')) return { is: 'send', waiting };
  const signup = { ...waiting.signup, contact: { ...contact, is_subscribed: true } };
  return { is: 'send', waiting: { ...waiting, signup } };
}

function sortChange(
  { waiting, change }: { readonly waiting: Waiting; readonly change: Change },
  known: KnownPerson | undefined,
  find: FindPerson | undefined,
): Sorted {
  if (!find) {
    const reason = 'The webhook of a sign-up form adds contacts only. Change the contact at rasa.io.';
    return { is: 'refuse', waiting, reason };
  }
  const isArchived = known?.sticky.includes('archived') === true;
  // rasa.io might bring it back.
  if (isArchived && change.kind === 'update') return { is: 'leave', waiting, state: 'archived' };
  if (isArchived && change.kind === 'archive') return { is: 'done', waiting };
  const found = find(waiting.person, known);
  switch (found.is) {
    case 'found':
      return { is: 'change', waiting, change, rasaId: found.rasaId };
    case 'sought':
      return { is: 'wait', waiting };
    case 'absent': {
      const isDone = change.kind === 'archive' || (change.kind === 'erase' && !change.wasDelivered);
      if (isDone) return { is: 'done', waiting };
      const reason = 'rasa.io does not list this contact: it is archived or deleted, or never arrived.';
      return { is: 'refuse', waiting, reason };
    }
  }
}

/** Between two looks whether a contact is found: the first after a second, later ones up to half a minute. */
const seekMs = { first: 1000, longest: 30_000 };

/** What is written down about one that is not sent now; `undefined` for what is to be sent. */
export function unsent(one: Sorted, nowMs: number): Acknowledgement | undefined {
  const { waiting } = one;
  switch (one.is) {
    case 'leave':
      return { waiting, is: 'left_alone', state: one.state };
    case 'wait': {
      const afterMs = Math.min(seekMs.longest, seekMs.first * 2 ** Math.min(waiting.attempts, 10));
      return { waiting, is: 'later', lane: 'retry', dueMs: nowMs + afterMs };
    }
    case 'done':
      return { waiting, is: 'delivered' };
    case 'refuse':
      return { waiting, is: 'refused', code: 'refused', reason: one.reason };
    case 'send':
    case 'change':
      return undefined;
  }
}
