import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import {
  Acknowledgements,
  type Acknowledgement,
  type KeepReceipts,
  type SettleOptions,
} from '../../../server/outbox/acknowledgements.ts';
import { Claims, type Claim } from '../../../server/outbox/claims.ts';
import { DeadLetters } from '../../../server/outbox/dead-letters.ts';
import { Outbox, type OutboxOptions } from '../../../server/outbox/outbox.ts';
import { deadLetterRow, type Waiting } from '../../../server/outbox/rows.ts';
import type { Contact, Destination, NewSignup } from '../../../server/outbox/signup.ts';
import type { Database } from '../../../server/store/database.ts';
import { Leases } from '../../../server/store/leases.ts';
import { openStore, type StoreOptions } from '../../../server/store/open-store.ts';
import { deadLetters } from '../../../server/store/tables.ts';

/** A log whose lines can be read. */
export function recordLog(): { readonly log: Logger; readonly lines: () => string } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { log: pino({ level: 'trace' }, stream), lines: () => lines.join('') };
}

/** Where the product delivers to without credentials. */
export const toSandbox: Destination = { upstream: 'sandbox', account: 'sandbox' };

/** An outbox over a real database, as one process has it: with the lease, once it asks for it. */
export interface TestOutbox {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly claims: Claims;
  readonly acknowledgements: Acknowledgements;
  readonly deadLetters: DeadLetters;
  /** Adds one sign-up of this name. */
  readonly add: (name: string) => Promise<unknown>;
  /** Everything that would be sent now, in the order in which it would be. */
  readonly due: (max?: number) => Promise<readonly Waiting[]>;
  readonly settle: (
    acknowledgements: readonly Acknowledgement[],
    rest?: Omit<SettleOptions, 'fence' | 'acknowledgements'>,
  ) => Promise<void>;
  /** Delivers what is due, until nothing is. */
  readonly drain: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface TestOutboxOptions extends Partial<Pick<OutboxOptions, 'max' | 'now'>> {
  readonly keepReceipts?: (database: Database) => KeepReceipts;
  readonly destination?: Destination;
  readonly place: Partial<StoreOptions> & Pick<StoreOptions, 'dataDir'>;
}

const noForms: ReadonlySet<string> = new Set();

export async function openTestOutbox({
  place,
  destination = toSandbox,
  max = Infinity,
  now = Date.now,
  keepReceipts,
}: TestOutboxOptions): Promise<TestOutbox> {
  const database = await openStore({ log: recordLog().log, ...place });
  let closed: Promise<void> | undefined;
  onTestFinished(() => closed ?? database.close());
  const outbox = await Outbox.open({ database, destinations: new Map([['main', destination]]), max, now });
  const parts = { database, destination, now };
  const claims = new Claims(parts);
  const acknowledgements = new Acknowledgements({ ...parts, keepReceipts: keepReceipts?.(database) });
  const leases = new Leases({ database, owner: 'a test' });
  const name = `deliver ${destination.upstream} ${destination.account}`;
  const settle: TestOutbox['settle'] = async (list, rest = {}) => {
    const held = await leases.look(name);
    if (!held) throw new Error('Another process has the lease.');
    outbox.noteSettled(
      await acknowledgements.settle({ fence: leases.fence(held), acknowledgements: list, ...rest }),
    );
  };
  const due = async (most = 25) => allOf(await claims.claim(most, noForms));
  const close = async () => {
    await outbox.close();
    const held = await leases.look(name);
    if (held) await leases.release(held);
    await database.close();
  };
  return {
    database,
    outbox,
    claims,
    acknowledgements,
    deadLetters: new DeadLetters({ database, now }),
    add: (one) => outbox.add(makeSignup(one)),
    due,
    settle,
    async drain() {
      const delivered: string[] = [];
      for (let batch = await due(); batch.length > 0; batch = await due()) {
        delivered.push(...namesOf(batch));
        await settle(batch.map((waiting) => ({ waiting, is: 'delivered' })));
      }
      return delivered;
    },
    close: () => (closed ??= close()),
  };
}

export function allOf({ fresh, retries, alone }: Claim): readonly Waiting[] {
  return [...fresh, ...retries, ...alone];
}

/** A sign-up of `name@example.com`. */
export function makeSignup(name: string, changes: Partial<NewSignup> = {}): NewSignup {
  return { form: 'newsletter', contact: { email: `${name}@example.com` }, ...changes };
}

/** The names that `makeSignup` was given. */
export const namesOf = (batch: readonly { readonly signup: NewSignup }[]): string[] =>
  batch.map(({ signup }) => signup.contact.email.replace('@example.com', ''));

/** Somebody whom rasa.io has refused. */
export interface Refused {
  readonly id: string;
  readonly form?: string;
  readonly reason?: string;
  readonly hoursAgo?: number;
  readonly contact?: Contact;
  readonly destination?: Destination;
}

/** Dead letters with ids that can be read, as a delivery worker would have left them. */
export async function setAside(database: Database, refused: readonly Refused[]): Promise<void> {
  const rows = refused.map(({ id, form = 'newsletter', reason = 'refused', hoursAgo = 0, ...rest }) => {
    const failedMs = Date.now() - hoursAgo * 3_600_000;
    const signup = {
      ...makeSignup(id, { form }),
      ...(rest.contact && { contact: rest.contact }),
      id,
      acceptedAt: new Date(failedMs).toISOString(),
    };
    const waiting = {
      signup,
      lane: 0,
      attempts: 0,
      sinceMs: failedMs,
      person: createHash('md5').update(id).digest(),
    };
    const { destination = toSandbox } = rest;
    return deadLetterRow({ destination, waiting, code: 'refused', reason, attempts: 1, failedMs });
  });
  await database.write([{ into: deadLetters, rows }]);
}
