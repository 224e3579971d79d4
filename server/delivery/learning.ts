import type { Learned, People } from '../accounts/people.ts';
import type { Changed, Delivered } from '../outbox/acknowledgements.ts';
import type { Destination } from '../outbox/signup.ts';
import type { Statement } from '../store/database.ts';

interface Learning {
  readonly people: People;
  readonly destination: Destination;
  readonly nowMs: number;
}

/** What a change that rasa.io has made tells about the person. */
export function learningOf(
  { kind, person }: Changed,
  { people, destination, nowMs }: Learning,
): readonly Statement[] {
  switch (kind) {
    case 'update':
      return [];
    case 'unsubscribe':
      return people.learning(destination, [{ person, subscription: 'unsubscribed', reason: 'API' }]);
    case 'archive':
      return people.learning(destination, [{ person, archivedAtMs: nowMs }]);
    case 'erase':
      return [people.forgetting(destination, person)];
  }
}

/** What a delivery tells about a person: in an answer to several it is not said whose id is whose. */
export function learnedOf({ signup, person, contactId }: Delivered): readonly Learned[] {
  const isSubscribed = signup.contact['is_subscribed'] === true;
  const returns = signup.resubscribe?.includes('archived') ?? false;
  const rasaId = contactId?.of === 'contact' ? contactId.id : undefined;
  if (!isSubscribed && !returns && rasaId === undefined) return [];
  return [
    {
      person,
      rasaId,
      ...(isSubscribed && { subscription: 'subscribed' }),
      ...(returns && { archivedAtMs: 0 }),
    },
  ];
}
