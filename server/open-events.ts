import type { Logger } from 'pino';
import { readKeyNotes, statesOf } from './accounts/keys/key-notes.ts';
import { Tokens } from './contacts/tokens.ts';
import { CredentialsTeller } from './events/credentials.ts';
import { LeaseKeeper } from './store/leasing/lease-keeper.ts';
import { eventStatements } from './events/events.ts';
import { outcomeEvents } from './events/signups.ts';
import { keyOf, Teller, type TellerOptions } from './events/teller.ts';
import { Dispatcher } from './events/webhooks/dispatcher.ts';
import { Endpoints } from './events/webhooks/endpoints.ts';
import { Sender } from './events/webhooks/sender.ts';
import type { BesideSettled } from './outbox/acknowledgements.ts';
import type { Database } from './store/database.ts';
import { ExpectationFailed } from './store/errors.ts';
import { Leases } from './store/leases.ts';
import { pause } from './system/pause.ts';

export interface OpenEventsOptions {
  readonly database: Database;
  readonly places: TellerOptions['places'];
  /** Names this process to people. */
  readonly owner: string;
  readonly log: Logger;
}

/** What tells events: beside each acknowledgement, and in the background. */
export interface OpenEvents {
  readonly besideSettled: BesideSettled;
  /** Whether somebody reads events as they come. */
  readonly isRead: () => Promise<boolean>;
  close(): Promise<void>;
}

const lookEveryMs = 1000;

/** One process of those that share the store tells in the background, by a lease. */
export function openEvents({ database, places, owner, log }: OpenEventsOptions): OpenEvents {
  const names = new Map([...places].map(([name, place]) => [keyOf(place), name]));
  const tokens = new Tokens({ database });
  const endpoints = new Endpoints({ database });
  const isRead = async () => (await endpoints.areAny()) || tokens.anyAllows('events:read');
  const teller = new Teller({ database, places, isRead });
  const credentials = new CredentialsTeller({
    database,
    readStates: async () => statesOf((await readKeyNotes(database)).notes, Date.now()),
  });
  const sender = new Sender();
  const dispatcher = new Dispatcher({ database, endpoints, sender, log });
  const lease = new LeaseKeeper({
    leases: new Leases({ database, owner }),
    name: 'events',
    onChange: () => undefined,
    log,
  });
  const closing = new AbortController();
  const running = run();

  return {
    isRead,
    besideSettled: (settled, { destination, nowMs }) =>
      eventStatements(outcomeEvents(settled, names.get(keyOf(destination)) ?? '', nowMs), nowMs),
    async close() {
      closing.abort();
      await running;
      await dispatcher.close();
      await sender.close();
      await lease.stop();
    },
  };

  async function run(): Promise<void> {
    let isFailing = false;
    while (!closing.signal.aborted) {
      await pause(lookEveryMs, closing.signal);
      const { held, fence } = lease;
      if (!held || !fence) continue;
      try {
        await teller.tell(fence);
        await credentials.tell(fence);
        await dispatcher.look(fence);
        await teller.sweep(fence);
        isFailing = false;
      } catch (error) {
        if (error instanceof ExpectationFailed) lease.lose(held);
        else if (!isFailing) log.warn({ err: error }, 'Events cannot be told now; they are told later.');
        isFailing = true;
      }
    }
  }
}
