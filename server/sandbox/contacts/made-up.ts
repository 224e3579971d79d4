import { createIds } from '../../store/ids.ts';
import { dayMs } from '../figures/issues.ts';
import { contactsTable } from './contacts-file.ts';
import { never, rowOf, type Person } from './person.ts';
import type { Persons } from './persons.ts';

const firstNames = ['Ada', 'Grace', 'Noor', 'Jan', 'Li', 'Olive', 'Theodora', 'Kofi', 'Ines', 'Sten'];
const lastNames = ['Lovelace', 'Hopper', 'Haddad', 'Kowalski', 'Wei', 'Dunmore', 'Mensah', 'Costa'];

const slice = 5000;

/**
 * Makes so many contacts, so that lists and figures have something to show: subscribed ones at
 * `member.test`, which came evenly over the last `days`.
 */
export async function makeContacts(
  { persons, now }: { readonly persons: Persons; readonly now: number },
  { count, days }: { readonly count: number; readonly days: number },
): Promise<void> {
  const id = createIds();
  // Two rounds do not make the same addresses.
  const round = id().replaceAll('-', '').slice(4, 12);
  const since = now - days * dayMs;
  for (let made = 0; made < count; made += slice) {
    const rows = Array.from({ length: Math.min(slice, count - made) }, (_, index) => {
      const number = made + index;
      const created = Math.floor(since + ((now - since) * number) / count);
      return rowOf(personOf(id(), created, { number, round }));
    });
    await persons.run([{ into: contactsTable, rows }]);
  }
}

function personOf(
  id: string,
  created: number,
  { number, round }: { readonly number: number; readonly round: string },
): Person {
  const first_name = firstNames[number % firstNames.length] ?? null;
  const last_name = lastNames[number % lastNames.length] ?? null;
  return {
    id,
    seq: 0,
    email: `${first_name?.toLowerCase() ?? ''}.${number + 1}.${round}@member.test`,
    external_id: `m-${round}-${number + 1}`,
    first_name,
    last_name,
    segment_code: null,
    referred_by: null,
    is_active: true,
    is_subscribed: true,
    is_archived: false,
    unsubscribe_reason: null,
    source: 'made here',
    via: null,
    created,
    updated: created,
    until: never,
    attributes: [],
  };
}
