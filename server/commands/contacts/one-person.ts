import type { People } from '../../accounts/people.ts';
import type { Env } from '../../config/env.ts';
import { forgettingConfirmations } from '../../confirm/forgetting.ts';
import { lineOf } from '../../confirm/receipts/recorder.ts';
import { erasing } from '../../outbox/rows.ts';
import { NotFound } from '../../rasa/errors.ts';
import type { Person } from '../../rasa/persons/person.ts';
import { forgetDelivered } from '../../survival/delivered-contacts.ts';
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
type Found = Person & { readonly id: string };

/** `rasa-signup contacts find EMAIL`: everything that rasa.io has of somebody. */
export function findContact(email: string, options: OnePersonOptions, context: CommandContext) {
  return withPerson(email, options, context, ({ person }) => {
    if (!person) return Promise.resolve(nobody(context));
    const { stdout } = context.streams;
    if (options.json ?? !stdout.isTTY) stdout.write(`${toJson(person)}\n`);
    else stdout.write(`${describe(person, stdout.columns)}\n`);
    return Promise.resolve(0);
  });
}

/** `rasa-signup contacts unsubscribe EMAIL`. */
export function unsubscribeContact(email: string, options: OnePersonOptions, context: CommandContext) {
  return withPerson(email, options, context, async ({ person, opened, people }) => {
    if (!person) return nobody(context);
    await opened.persons.unsubscribe(person.id, { signal: context.stop });
    await people?.learn(opened.destination, [
      { person: people.hashOf(email), rasaId: person.id, subscription: 'unsubscribed' },
    ]);
    if (people && opened.database) {
      const hash = people.hashOf(email);
      await opened.database.write(await lineOf(opened.database, hash, line('unsubscribed', opened)));
    }
    say(context, options, { unsubscribed: person.id }, 'Unsubscribed.');
    return 0;
  });
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
  readonly agree: () => Promise<boolean>;
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
    if (extra && !(await extra.agree())) return 1;
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

function nobody({ streams: { stderr } }: CommandContext): ExitCode {
  stderr.write('rasa.io has nobody with this address, or has archived them.\n');
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
