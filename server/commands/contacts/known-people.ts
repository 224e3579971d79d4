import {
  lastPeopleRead,
  peopleOfV1,
  peopleOfV2,
  readPeople,
  type PeopleSource,
} from '../../accounts/people-reading.ts';
import { People } from '../../accounts/people.ts';
import type { Asked, Know, Known } from '../../contacts/files/survey.ts';
import type { Env } from '../../config/env.ts';
import type { StickyState } from '../../outbox/signup.ts';
import { isRasaError } from '../../rasa/errors.ts';
import { createPersons } from '../../rasa/persons/persons.ts';
import { createContactsV2 } from '../../rasa/v2/contacts.ts';
import type { TextStream } from '../terminal.ts';
import { openAccountCalls, type OpenAccount } from './persons.ts';
import { number, ProgressLine, timeOf } from './progress-line.ts';

/** Who of the account is known, and whether they may be written to. */
export interface KnownPeople {
  readonly know: Know;
  close(): Promise<void>;
}

export interface KnownPeopleOptions {
  readonly env: Env;
  readonly account: string | undefined;
  readonly stderr: TextStream;
  readonly stop: AbortSignal;
}

/** Calls are at least 200 ms apart, and take some time themselves. */
const secondsPerCall = 0.25;
/** The fewest that rasa.io sends at once. */
const perCall = 50;

/** `undefined` where the list cannot be read, which is said. */
export async function openKnownPeople({
  env,
  account,
  ...options
}: KnownPeopleOptions): Promise<KnownPeople | undefined> {
  const { stderr, stop } = options;
  const opened = await openAccountCalls(env, account);
  try {
    const people = await refreshPeople(opened, options);
    if (people) {
      return {
        know: async (asked) => {
          const hashes = asked.map(({ email }) => people.hashOf(email));
          const known = await people.ofMany(opened.destination, hashes);
          return asked.map((one, at) => knownOf(one, known[at]?.sticky));
        },
        close: () => opened.close(),
      };
    }
    stderr.write('There is no database here; the list is only read.\n');
    const states = await readStates(opened, options);
    return {
      know: (asked) => Promise.resolve(asked.map((one) => knownOf(one, states.get(keyOf(one.email))))),
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    if (stop.aborted || !isRasaError(error)) throw error;
    stderr.write(`The list at rasa.io cannot be read: ${error.message}.\n`);
    return undefined;
  }
}

function knownOf({ resubscribe }: Asked, sticky: readonly StickyState[] | undefined): Known {
  if (!sticky) return 'created';
  return sticky.find((state) => !resubscribe.includes(state)) ?? 'changed';
}

function keyOf(email: string): string {
  return email.trim().toLowerCase();
}

/** Reads the states of the whole list, by address, and writes nothing. Rejects with a `RasaError`. */
async function readStates(
  opened: OpenAccount,
  options: Pick<KnownPeopleOptions, 'stderr' | 'stop'>,
): Promise<ReadonlyMap<string, readonly StickyState[]>> {
  await sayHowLong(opened, options);
  const line = new ProgressLine(options.stderr, 'Reading');
  const states = new Map<string, readonly StickyState[]>();
  let read = 0;
  const pages = sourceOf(opened).live({ since: undefined, skip: 0, signal: options.stop });
  for await (const { items, total } of pages) {
    read += items.length;
    for (const { email = '', subscription = 'subscribed', archivedAtMs = 0 } of items) {
      const sticky: StickyState[] = subscription === 'subscribed' ? [] : [subscription];
      states.set(keyOf(email), archivedAtMs > 0 ? [...sticky, 'archived'] : sticky);
    }
    line.show(read, total);
  }
  line.end();
  return states;
}

function sourceOf({ api, calls }: OpenAccount): PeopleSource {
  return api === 'v1' ? peopleOfV1(createPersons(calls)) : peopleOfV2(createContactsV2(calls));
}

/**
 * Reads the list of the account, the first time all of it and later what has changed, and says before how
 * long that takes. `undefined` where there is no database to keep it in. Rejects with a `RasaError`.
 */
export async function refreshPeople(
  opened: OpenAccount,
  options: Pick<KnownPeopleOptions, 'stderr' | 'stop'>,
): Promise<People | undefined> {
  const { database, destination } = opened;
  if (!database) return undefined;
  const people = await People.open({ database });
  await sayHowLong(opened, options);
  const line = new ProgressLine(options.stderr, 'Reading');
  await readPeople({
    database,
    people,
    account: destination,
    source: sourceOf(opened),
    signal: options.stop,
    onProgress: ({ read, total }) => {
      line.show(read, total);
    },
  });
  line.end();
  return people;
}

async function sayHowLong(
  { database, destination, api, calls }: OpenAccount,
  { stderr, stop }: Pick<KnownPeopleOptions, 'stderr' | 'stop'>,
): Promise<void> {
  const { completeAtMs } = database ? await lastPeopleRead(database, destination) : { completeAtMs: 0 };
  if (completeAtMs > 0 && api === 'v1') {
    stderr.write(`Reading what has changed at rasa.io since ${new Date(completeAtMs).toISOString()}.\n`);
    return;
  }
  const total = api === 'v1' ? await createPersons(calls).count({ signal: stop }) : undefined;
  const length = total === undefined ? 'its length is not known' : `${number(total)} contacts`;
  const seconds = Math.max(1, Math.ceil((total ?? 0) / perCall) * secondsPerCall);
  stderr.write(
    `Reading the list at rasa.io first: ${length}${total === undefined ? '' : `, at most ${timeOf(seconds)}`}.\n`,
  );
}
