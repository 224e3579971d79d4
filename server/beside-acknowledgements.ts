import { noteChanged, noteDelivered, noteLeftAlone } from './contacts/sent-contacts.ts';
import type { DeliveriesOptions } from './delivery/deliveries.ts';
import type { Destination } from './outbox/signup.ts';
import { forgetDelivered, noteDeliveredContacts } from './survival/delivered-contacts.ts';

/** What the rooms write in the same transaction about what was delivered, left alone or changed. */
export function besideAcknowledgements(
  destinations: ReadonlyMap<string, Destination>,
  { keptForHandoverMs }: { readonly keptForHandoverMs: number | undefined },
): Pick<DeliveriesOptions, 'besideDelivered' | 'besideLeftAlone' | 'besideChanged'> {
  const noteContacts = noteDeliveredContacts(keptForHandoverMs !== undefined);
  const noteContactChanges = noteChanged(
    ({ upstream, account }) =>
      [...destinations].find(([, each]) => each.upstream === upstream && each.account === account)?.[0],
  );
  return {
    besideDelivered: (...made) => [...noteDelivered(...made), ...noteContacts(...made)],
    besideLeftAlone: noteLeftAlone,
    besideChanged: (changed, call) => [
      ...noteContactChanges(changed, call),
      // What was taken away on purpose is not looked for.
      ...changed.flatMap(({ kind, person }) =>
        kind === 'update' ? [] : forgetDelivered(call.destination, person),
      ),
    ],
  };
}
