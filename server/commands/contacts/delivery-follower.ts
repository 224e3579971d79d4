import { importedFromFile } from '../../contacts/imports.ts';
import type { Destination } from '../../outbox/signup.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { pause } from '../../system/pause.ts';

const lookEveryMs = 500;
/** A delivery worker raises its beat about once a second. */
const isAliveWithinMs = 5000;

/** How many imported contacts of the account wait. */
export async function countWaiting(
  database: Pick<Database, 'read'>,
  { upstream, account }: Destination,
): Promise<number> {
  const [row] = await database.read({
    sql: sameSql('select count(*) as n from signups where upstream = ? and account = ? and form = ?'),
    params: [upstream, account, importedFromFile],
  });
  return Number(row?.['n'] ?? 0);
}

/**
 * Resolves when none of them waits, or `stop` is aborted, or no proxy delivers for this account: with how
 * many wait then.
 */
export async function followDeliveries(
  database: Pick<Database, 'read'>,
  destination: Destination,
  { stop, onWaiting }: { readonly stop: AbortSignal; readonly onWaiting: (waiting: number) => void },
): Promise<number> {
  let beat = await readBeat(database, destination);
  let changedAtMs = performance.now();
  for (;;) {
    const waiting = await countWaiting(database, destination);
    onWaiting(waiting);
    if (waiting === 0 || stop.aborted) return waiting;
    await pause(lookEveryMs, stop);
    const now = await readBeat(database, destination);
    if (now !== beat) changedAtMs = performance.now();
    else if (performance.now() - changedAtMs > isAliveWithinMs) return waiting;
    beat = now;
  }
}

async function readBeat(
  database: Pick<Database, 'read'>,
  { upstream, account }: Destination,
): Promise<string> {
  const [row] = await database.read({
    sql: sameSql('select epoch, beat from leases where name = ?'),
    params: [`deliver ${upstream} ${account}`],
  });
  return row ? `${String(row['epoch'])} ${String(row['beat'])}` : '';
}
