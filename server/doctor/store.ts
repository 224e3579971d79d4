import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { destinationOf } from '../config/accounts/destination.ts';
import { refuseOldOutbox } from '../outbox/old-directory.ts';
import { openFile, openIfThere, openPlace, refuseMissing } from '../outbox/place.ts';
import { probe } from '../outbox/store-watch.ts';
import { sameSql, type Database, type Row } from '../store/database.ts';
import { NewerSchema, StoreRefused, StoreUnavailable } from '../store/errors.ts';
import { databaseFileName } from '../store/open-store.ts';
import { checkSealed } from '../store/maintenance.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import type { SqliteDatabase } from '../store/sqlite/sqlite-database.ts';
import type { Files } from '../system/files.ts';
import type { Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

const silent = pino({ level: 'silent' });
/** Longer than a holder of a lease takes to confirm it. */
const beatMs = 2500;

/** Whether what is accepted can be stored and read, who delivers it just now, and what waits for whom. */
export async function checkStore(setup: Setup, files: Files): Promise<readonly Finding[]> {
  const { dataDir, store, production } = setup;
  if (store === 'faulty') return [note('It was not looked at, since its settings are wrong.')];
  const place = { dataDir, ...store };
  try {
    await refuseOldOutbox(dataDir, files);
    if (!(await isMade(place, files))) return [note('Nobody has signed up yet: there is no database.')];
    // What it finds holds for a proxy.
    const options = { log: silent, isProduction: production, isHurried: true, files };
    const file = store.databaseUrl ? undefined : await openFile(place, options);
    const database = file ?? (await openPlace(place, options));
    try {
      // Reading one secret tells whether the key is the right one.
      await new ServerSecrets({ database }).get('seen');
      return [
        ...(file ? await checkSoundness(file, join(dataDir, databaseFileName), files) : []),
        ...(await checkWrites(database)),
        ...(await checkWorkers(database)),
        ...(await checkWaiting(database, setup)),
      ];
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreRefused || error instanceof NewerSchema) {
      return [fault(error.message)];
    }
    throw error;
  }
}

/** The store, where there is one that can be used; what is wrong with it is said elsewhere. */
export async function openUsable(
  { dataDir, store, production }: Setup,
  files: Files,
): Promise<Database | undefined> {
  if (store === 'faulty') return undefined;
  const options = { log: silent, isProduction: production, isHurried: true, files };
  return openIfThere({ dataDir, ...store }, options).catch(() => undefined);
}

/** No key is no fault yet where there is no database. */
async function isMade(place: Parameters<typeof refuseMissing>[0], files: Files): Promise<boolean> {
  try {
    await refuseMissing(place, files);
    return true;
  } catch (error) {
    if (error instanceof StoreRefused && error.message.startsWith('There is no database')) return false;
    throw error;
  }
}

/** A larger file would take seconds from a slow disk, while nothing is stored. */
const checkedBytes = 32 * 1024 * 1024;

/** What `store check` finds, of a small file. */
async function checkSoundness(
  database: SqliteDatabase,
  path: string,
  files: Files,
): Promise<readonly Finding[]> {
  const { size } = await files.stat(path);
  if (size > checkedBytes) {
    return [note('The database is too large to be read through here: rasa-signup store check does so.')];
  }
  const faults = [...(await database.check())];
  for (const { table, damaged } of await checkSealed(database)) {
    if (damaged.length > 0) faults.push(`${table}: the contents of ${damaged.length} rows are damaged`);
  }
  if (faults.length === 0) return [fine('The database is sound.')];
  return faults
    .slice(0, shownFaults)
    .map((words) =>
      fault(`The database is damaged: ${words}.`, 'Check the disk. Restore a backup, or see store check.'),
    );
}

const shownFaults = 5;

/** Much that stops sign-ups stops writes alone: a full disk, a lock, a standby. */
async function checkWrites(database: Database): Promise<readonly Finding[]> {
  try {
    await probe(database);
    return [];
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return [fault(`Nothing can be stored. ${error.message}`, 'See err.reason in docs/operating.md.')];
  }
}

async function checkWorkers(database: Database): Promise<readonly Finding[]> {
  const read = () =>
    database.read({
      sql: sameSql(`select name, owner, epoch, beat from leases where owner <> '' and name like 'deliver %'`),
    });
  const before = await read();
  if (before.length === 0) return [note('No proxy delivers from it just now.')];
  await sleep(beatMs);
  const after = await read();
  const isAlive = (row: Row) =>
    !before.some(
      (one) => one['name'] === row['name'] && one['beat'] === row['beat'] && one['epoch'] === row['epoch'],
    );
  const alive = after.filter(isAlive);
  if (alive.length === 0) return [note('No proxy delivers from it just now.')];
  return alive.map(({ owner }) => fine(`A proxy delivers from it: ${String(owner)}.`));
}

async function checkWaiting(database: Database, { accounts }: Setup): Promise<readonly Finding[]> {
  const groups = await database.read({
    sql: sameSql(
      'select upstream, account, key_id, count(*) as n from signups group by upstream, account, key_id',
    ),
  });
  const [dead] = await database.read({ sql: sameSql('select count(*) as n from dead_letters') });
  const deadLetters = Number(dead?.['n'] ?? 0);
  const own = accounts.map(destinationOf);
  const isOurs = (row: Row) =>
    own.some(({ upstream, account }) => row['upstream'] === upstream && row['account'] === account);
  const elsewhere = groups.filter((row) => !isOurs(row));
  const sealed = groups.filter((row) => !database.keyIds.includes(String(row['key_id'])));
  return [
    note(`Waiting for rasa.io: ${sumOf(groups.filter(isOurs))}. Set aside: ${deadLetters}.`),
    ...(deadLetters > 0 ? [warning('rasa.io has refused sign-ups.', 'See rasa-signup outbox list.')] : []),
    ...elsewhere.map((row) =>
      warning(
        `${Number(row['n'])} sign-ups wait for ${String(row['upstream'])} (account ${String(row['account'])}), which ` +
          'is not what the proxy is set to now; they stay where they are.',
        'Run the proxy with the RASA_ settings that they were accepted with, and they are delivered.',
      ),
    ),
    ...(sealed.length > 0
      ? [
          fault(
            `${sumOf(sealed)} sign-ups were sealed with a key that is not given; they wait.`,
            'Give that key as OUTBOX_KEY_PREVIOUS, or restore the file store-key from a backup.',
          ),
        ]
      : []),
  ];
}

function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + Number(row['n']), 0);
}
