import type { People } from '../../accounts/people.ts';
import type { Env } from '../../config/env.ts';
import { forgettingConfirmations, isUnconfirmed } from '../../confirm/forgetting.ts';
import { lineOf, operatorForm } from '../../confirm/receipts/recorder.ts';
import { erasing, signupRow, waitingKinds } from '../../outbox/rows.ts';
import { NotFound } from '../../rasa/errors.ts';
import type { Person } from '../../rasa/persons/person.ts';
import { createIds } from '../../store/ids.ts';
import { lanes, signups } from '../../store/tables.ts';
import { forgetDelivered } from '../../survival/forgetting.ts';
import { confirm, mayAsk, printable, tableOf, toJson, type ExitCode, type Streams } from '../terminal.ts';
import { refreshPeople } from './known-people.ts';
import { openPersons, reporting } from './persons.ts';

export interface OnePersonOptions {
  readonly account?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface CommandContext {
  readonly env: Env;
  readonly streams: Streams;
  readonly stop: AbortSignal;
}

type Opened = Awaited<ReturnType<typeof openPersons>>;
type Found = Person & { readonly id: string; readonly email: string };

/** `rasa-signup contacts find EMAIL`: everything that rasa.io has of somebody. */
export function findContact(email: string, options: OnePersonOptions, context: CommandContext) {
  return withPerson(email, options, context, async ({ person, opened, people }) => {
    if (!person) {
      const waits = people && (await areSignupsWaiting(opened, people.hashOf(email)));
      const more = waits ? 'A sign-up with this address waits here to be delivered.' : undefined;
      return nobody(context, more ?? (await unconfirmed(opened, people, email)));
    }
    const { stdout } = context.streams;
    if (options.json ?? !stdout.isTTY) stdout.write(`${toJson(person)}\n`);
    else stdout.write(`${describe(person, stdout.columns)}\n`);
    return 0;
  });
}

/**
 * `rasa-signup contacts unsubscribe EMAIL`. Behind a sign-up that waits here another change waits, so that
 * its delivery does not bring the person back. That is written before rasa.io is asked: a delivery in between
 * is found by one or the other.
 */
export async function unsubscribeContact(
  email: string,
  options: OnePersonOptions,
  context: CommandContext,
): Promise<ExitCode> {
  let waits = false;
  const before: Extra['before'] = async (opened, people) => {
    if (people) waits = await unsubscribeLater(opened, people.hashOf(email));
  };
  return withPerson(
    email,
    options,
    context,
    async ({ person, opened, people }) => {
      if (!person && !waits) return nobody(context, await unconfirmed(opened, people, email));
      if (person) await unsubscribeNow(person, { opened, people, stop: context.stop });
      const later = 'A sign-up with this address waits here: it is unsubscribed when it is delivered.';
      const words = [...(person ? ['Unsubscribed.'] : []), ...(waits ? [later] : [])].join(' ');
      say(context, options, { unsubscribed: person?.id ?? null, waits }, words);
      return 0;
    },
    { before },
  );
}

async function unsubscribeNow(
  { id, email }: Found,
  { opened, people, stop }: Omit<Parts, 'person'> & { readonly stop: AbortSignal },
): Promise<void> {
  const { persons, destination, database } = opened;
  await persons.unsubscribe(id, { signal: stop });
  if (!people || !database) return;
  const person = people.hashOf(email);
  await people.learn(destination, [{ person, rasaId: id, subscription: 'unsubscribed' }]);
  await database.write(await lineOf(database, person, line('unsubscribed', opened)));
}

/** Whether there is anything that waits. */
async function unsubscribeLater({ database, destination }: Opened, person: Uint8Array): Promise<boolean> {
  if (!database || !(await areSignupsWaiting({ database, destination }, person))) return false;
  const sinceMs = Date.now();
  const change = { kind: 'unsubscribe', wasDelivered: false } as const;
  const row = signupRow(
    { id: createIds()(), form: operatorForm, contact: { email: '' }, change },
    { destination, lane: lanes.fresh, person, sinceMs },
  );
  await database.write([{ into: signups, rows: [row] }]);
  return true;
}

/** Whether the last that waits for a person adds them. */
async function areSignupsWaiting(
  { database, destination }: Pick<Opened, 'database' | 'destination'>,
  person: Uint8Array,
): Promise<boolean> {
  const kinds = database ? await waitingKinds(database, destination, person) : [];
  return kinds.at(-1) === 'upsert' || kinds.at(-1) === 'update';
}

/**
 * `rasa-signup contacts erase EMAIL`: deletes somebody at rasa.io and here, also what waits, for good. What
 * waits goes first, so that no delivery brings the person back.
 */
export function eraseContact(
  email: string,
  options: OnePersonOptions,
  context: CommandContext,
): Promise<ExitCode> {
  return withPerson(
    email,
    options,
    context,
    async ({ person, opened, people }) => {
      if (person) await opened.persons.remove(person.id, { signal: context.stop });
      if (people && opened.database) {
        const hash = people.hashOf(email);
        await opened.database.write([
          people.forgetting(opened.destination, hash),
          ...forgetDelivered(opened.destination, hash),
          ...(await forgettingConfirmations(opened.database, hash, (to) => people.hashOf(to))),
          ...(await lineOf(opened.database, hash, line('erased', opened))),
        ]);
      }
      const words = person ? 'Erased.' : 'rasa.io has nobody with this address; nothing of it waits here.';
      say(context, options, { erased: person?.id ?? null }, words);
      return 0;
    },
    { agree: () => agreeToErase(email, options, context), before: eraseHere },
  );
}

async function agreeToErase(email: string, { yes }: OnePersonOptions, { streams }: CommandContext) {
  if (yes) return true;
  if (mayAsk(streams)) {
    return confirm(streams, `Delete ${printable(email)} at rasa.io and here, permanently?`);
  }
  streams.stderr.write('erase deletes permanently. Without a terminal to ask at, confirm with --yes.\n');
  return false;
}

interface Parts {
  readonly person: Found | undefined;
  readonly opened: Opened;
  readonly people: People | undefined;
}

interface Extra {
  /** Asked once it is clear which account is meant. */
  readonly agree?: () => Promise<boolean>;
  /** Run before rasa.io is asked for the person. */
  readonly before: (opened: Opened, people: People | undefined, email: string) => Promise<void>;
}

async function withPerson(
  email: string,
  { account }: OnePersonOptions,
  { env, streams: { stderr }, stop }: CommandContext,
  run: (parts: Parts) => Promise<ExitCode>,
  extra?: Extra,
): Promise<ExitCode> {
  const opened = await openPersons(env, account);
  try {
    if (extra?.agree && !(await extra.agree())) return 1;
    return await reporting(stderr, stop, async () => {
      const people = await refreshPeople(opened, { stderr, stop });
      await extra?.before(opened, people, email);
      const person = await look(opened, people, email, stop);
      return run({ person, opened, people });
    });
  } finally {
    await opened.close();
  }
}

/** What the operator did, for the receipts. */
function line(kind: 'unsubscribed' | 'erased', { account }: Opened) {
  return { kind, account, source: 'operator', nowMs: Date.now() } as const;
}

async function unconfirmed({ database }: Opened, people: People | undefined, email: string) {
  if (!database || !people || !(await isUnconfirmed(database, people.hashOf(email)))) return undefined;
  return (
    'A sign-up with this address waits here for a click in its mail; nothing is sent to rasa.io without it. ' +
    '`rasa-signup contacts erase` takes it away.'
  );
}

function nobody({ streams: { stderr } }: CommandContext, more?: string): ExitCode {
  stderr.write(`rasa.io has nobody with this address, or has archived them.${more ? ` ${more}` : ''}\n`);
  return 1;
}

/** By the id that is known of the address, and where there is no database in the list itself. */
async function look(
  { persons, destination }: Opened,
  people: People | undefined,
  email: string,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const isIt = (person: Person): person is Found =>
    person.id !== undefined && person.email?.toLowerCase() === email.toLowerCase();
  if (people) {
    const id = (await people.of(destination, email))?.rasaId;
    if (id === undefined) return undefined;
    try {
      const person = await persons.get(id, { signal });
      return isIt(person) ? person : undefined;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }
  for await (const person of persons.list({ signal })) {
    if (isIt(person)) return persons.get(person.id, { signal }) as Promise<Found>;
  }
  return undefined;
}

async function eraseHere({ database, destination }: Opened, people: People | undefined, email: string) {
  if (!database || !people) return;
  await database.write(erasing(destination, people.hashOf(email)));
}

function say(
  { streams: { stdout } }: CommandContext,
  { json }: OnePersonOptions,
  value: object,
  words: string,
) {
  stdout.write(`${(json ?? !stdout.isTTY) ? toJson(value) : words}\n`);
}

function describe({ attributes, ...fields }: Person, columns = 0): string {
  const rows = Object.entries({ ...fields, ...attributes }).flatMap(([name, value]) =>
    value === undefined || value === null
      ? []
      : [
          [
            name,
            value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : toJson(value),
          ],
        ],
  );
  return tableOf(['FIELD', 'VALUE'], rows, { columns });
}
