import type { People } from '../../accounts/people.ts';
import { waitingKinds } from '../../outbox/rows.ts';
import type { Destination } from '../../outbox/signup.ts';
import { sameSql, Unreadable, type Database } from '../../store/database.ts';
import { personId, readPersonKeys } from '../receipts/person-keys.ts';

/** An account that somebody is in, or was. */
export interface Newsletter {
  /** By its name. */
  readonly account: string;
  /** Whether mail can come from there, as far as that is known here. */
  readonly isOn: boolean;
  /** Whether rasa.io has the person, as far as that is known here. */
  readonly isThere: boolean;
}

export interface NewslettersOptions {
  readonly database: Pick<Database, 'read'>;
  readonly people: Pick<People, 'ofMany'>;
  /** Of each account, by its name. */
  readonly destinations: ReadonlyMap<string, Destination>;
}

/**
 * The newsletters of a person, by what waits in the outbox, what was read from rasa.io's lists, and receipts,
 * in this order. Sign-ups that were never confirmed do not count.
 */
export async function newslettersOf(
  { database, people, destinations }: NewslettersOptions,
  person: Uint8Array,
): Promise<readonly Newsletter[]> {
  const told = await lastReceipts(database, person);
  const all = await Promise.all(
    [...destinations].map(async ([account, destination]): Promise<Newsletter | undefined> => {
      const [known] = await people.ofMany(destination, [person]);
      const last = (await waitingKinds(database, destination, person)).at(-1);
      const receipt = told.get(account);
      if (!known && last === undefined && receipt === undefined) return undefined;
      const isOn =
        last === undefined
          ? known
            ? known.sticky.length === 0
            : receipt === 'signed_up'
          : last === 'upsert' || last === 'update';
      return { account, isOn, isThere: known !== undefined || receipt !== undefined };
    }),
  );
  return all.filter((one) => one !== undefined);
}

/** The kind of the last receipt, by the name of the account. */
async function lastReceipts(
  database: Pick<Database, 'read'>,
  person: Uint8Array,
): Promise<ReadonlyMap<string, string>> {
  const who = personId(person);
  const key = (await readPersonKeys(database, [who])).get(who);
  if (!key || key instanceof Unreadable) return new Map();
  const rows = await database.read({
    sql: sameSql('select account, kind from receipts where address = ? order by at, id'),
    params: [key.address],
  });
  return new Map(rows.map(({ account, kind }) => [String(account), String(kind)]));
}
