import { randomBytes } from 'node:crypto';
import { signupRow } from '../../server/outbox/rows.ts';
import type { Destination, NewSignup } from '../../server/outbox/signup.ts';
import type { Database } from '../../server/store/database.ts';
import { createIds } from '../../server/store/ids.ts';
import { lanes, signups } from '../../server/store/tables.ts';

export const destination: Destination = { upstream: 'v1 http://127.0.0.1:9', account: 'bench' };

/** A sign-up of about 250 bytes that no other one resembles. */
export function makeSignup(): NewSignup {
  return {
    form: 'newsletter',
    contact: {
      email: `ada.${randomBytes(9).toString('hex')}@example.com`,
      first_name: 'Ada',
      last_name: 'Lovelace',
    },
  };
}

const rowsAtOnce = 2000;

/** Leaves so many sign-ups waiting, as the outbox itself stores them. */
export async function writeBacklog(database: Database, count: number): Promise<void> {
  const newId = createIds();
  const sinceMs = Date.now();
  for (let written = 0; written < count; written += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - written) }, () =>
      signupRow(
        { ...makeSignup(), id: newId() },
        { destination, lane: lanes.fresh, person: randomBytes(16), sinceMs },
      ),
    );
    await database.write([{ into: signups, rows }]);
  }
}
