import { noteChanged, noteDelivered, noteLeftAlone } from './contacts/sent-contacts.ts';
import { createRecorder, lineOf } from './confirm/receipts/recorder.ts';
import type { DeliveriesOptions } from './delivery/deliveries.ts';
import type { Destination } from './outbox/signup.ts';
import type { Database } from './store/database.ts';
import type { SurvivalOptions } from './survival/watch.ts';
import { noteDeliveredContacts } from './survival/delivered-contacts.ts';
import { forgetDelivered } from './survival/forgetting.ts';

/** What the rooms write in the same transaction about what was delivered, left alone or changed. */
export function besideAcknowledgements(
  destinations: ReadonlyMap<string, Destination>,
  { keptForHandoverMs }: { readonly keptForHandoverMs: number | undefined },
  database: Database,
): Pick<DeliveriesOptions, 'besideDelivered' | 'besideLeftAlone' | 'besideChanged' | 'keepReceipts'> {
  const accountOf = ({ upstream, account }: Destination) =>
    [...destinations].find(([, each]) => each.upstream === upstream && each.account === account)?.[0];
  const noteContacts = noteDeliveredContacts(keptForHandoverMs !== undefined);
  const noteContactChanges = noteChanged(accountOf);
  return {
    besideDelivered: (...made) => [...noteDelivered(...made), ...noteContacts(...made)],
    besideLeftAlone: noteLeftAlone,
    keepReceipts: createRecorder({ database, accountOf }),
    besideChanged: (changed, call) => [
      ...noteContactChanges(changed, call),
      // What was taken away on purpose is not looked for.
      ...changed.flatMap(({ kind, person }) =>
        kind === 'update' ? [] : forgetDelivered(call.destination, person),
      ),
    ],
  };
}

/** The line of a receipt where somebody was found to have left at rasa.io. */
export function besideLeft(database: Database): NonNullable<SurvivalOptions['besideLeft']> {
  return ({ person, state, atMs, account }) =>
    lineOf(database, person, { kind: state, account, source: 'rasa.io', atMs, nowMs: Date.now() });
}
