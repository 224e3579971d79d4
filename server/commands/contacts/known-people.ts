import { lastPeopleRead, peopleOfV1, peopleOfV2, readPeople } from '../../accounts/people-reading.ts';
import { People } from '../../accounts/people.ts';
import type { Known } from '../../contacts/files/survey.ts';
import type { Env } from '../../config/env.ts';
import { isRasaError } from '../../rasa/errors.ts';
import { createPersons } from '../../rasa/persons/persons.ts';
import { createContactsV2 } from '../../rasa/v2/contacts.ts';
import type { TextStream } from '../terminal.ts';
import { openAccountCalls, type OpenAccount } from './persons.ts';
import { number, ProgressLine, timeOf } from './progress-line.ts';

/** Who of the account is known, and whether they may be written to. */
export interface KnownPeople {
  readonly know: (emails: readonly string[]) => Promise<readonly Known[]>;
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
        know: async (emails) => {
          const hashes = emails.map((email) => people.hashOf(email));
          const known = await people.ofMany(opened.destination, hashes);
          return known.map((person) => (person ? (person.sticky[0] ?? 'changed') : 'created'));
        },
        close: () => opened.close(),
      };
    }
    stderr.write(
      'There is no database here to keep the list in, so nobody knows who is new and who has left.\n',
    );
    await opened.close();
    return undefined;
  } catch (error) {
    await opened.close();
    if (stop.aborted || !isRasaError(error)) throw error;
    stderr.write(`The list at rasa.io cannot be read: ${error.message}.\n`);
    return undefined;
  }
}

/**
 * Reads the list of the account, the first time all of it and later what has changed, and says before how
 * long that takes. `undefined` where there is no database to keep it in. Rejects with a `RasaError`.
 */
export async function refreshPeople(
  opened: OpenAccount,
  options: Pick<KnownPeopleOptions, 'stderr' | 'stop'>,
): Promise<People | undefined> {
  const { api, calls, database, destination } = opened;
  if (!database) return undefined;
  const people = await People.open({ database });
  await sayHowLong(opened, options);
  const line = new ProgressLine(options.stderr, 'Reading');
  await readPeople({
    database,
    people,
    account: destination,
    source: api === 'v1' ? peopleOfV1(createPersons(calls)) : peopleOfV2(createContactsV2(calls)),
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
