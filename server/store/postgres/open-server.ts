import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { StoreRefused } from '../errors.ts';
import { migrations, missingAfter, type Migration } from '../migrations.ts';
import type { Connections, Transaction } from './connections.ts';

/** Refuses a server that could lose what it has acknowledged, and brings the schema up to date. */
export async function openServer(
  connections: Connections,
  isProduction: boolean,
  log: Logger,
): Promise<void> {
  await checkServer(connections, isProduction, log);
  // Read first: a start must not wait for a lock where there is nothing to do.
  if ((await missing(connections)).length === 0) return;
  await connections.transaction(async (transaction) => {
    // Of several proxies that start at once one migrates. The lock ends with the transaction, also behind a
    // pooler.
    await transaction.query('select pg_advisory_xact_lock($1)', [lockNumber]);
    for (const migration of await missing(transaction)) await apply(transaction, migration);
  });
}

/** "rasa" in ASCII; other programs in the same database have other numbers. */
const lockNumber = 0x72617361;

const oldestVersion = 130_000;

async function checkServer(connections: Connections, isProduction: boolean, log: Logger): Promise<void> {
  const { rows } = await connections.query(`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      current_setting('server_encoding') as encoding`);
  const server = rows[0] ?? {};
  if (Number(server['version']) < oldestVersion) {
    throw new StoreRefused(
      `PostgreSQL 13 or later is needed; DATABASE_URL leads to ${String(server['shown'])}.`,
    );
  }
  if (server['encoding'] !== 'UTF8') {
    throw new StoreRefused(
      `The database has the encoding ${String(server['encoding'])}; create it with UTF8.`,
    );
  }
  const off = ['fsync', 'full_page_writes'].filter((name) => server[name] === 'off');
  if (off.length === 0) return;
  const fault = `The PostgreSQL server has ${off.join(' and ')} off, so that a power cut can destroy the database.`;
  if (isProduction) throw new StoreRefused(`${fault} Switch it on in postgresql.conf.`);
  log.warn(fault);
}

async function missing(connections: Pick<Transaction, 'query'>): Promise<readonly Migration[]> {
  // Not by to_regclass: it can answer from a cache that does not know yet what another proxy has just
  // committed.
  const { rows } = await connections.query(
    `select tablename from pg_tables where schemaname = current_schema() and tablename in ('migrations', 'signups')`,
  );
  if (!rows.some(({ tablename }) => tablename === 'migrations')) {
    if (rows.length === 0) return migrations;
    throw new StoreRefused(
      'The database has a table "signups" of another program. Give rasa-signup its own database.',
    );
  }
  const { rows: applied } = await connections.query(
    'select version, name from migrations order by version desc limit 1',
  );
  return missingAfter(migrations, Number(applied[0]?.['version'] ?? 0), String(applied[0]?.['name']));
}

async function apply(transaction: Transaction, { version, name, postgres }: Migration): Promise<void> {
  if (version === 1) {
    await transaction.query(
      'create table migrations (version int primary key, name text not null, applied_at bigint not null)',
    );
    await transaction.query('create table meta (name text primary key, value text not null)');
    await transaction.query(`insert into meta (name, value) values ('store_id', $1)`, [randomUUID()]);
  }
  await transaction.query(postgres);
  await transaction.query('insert into migrations (version, name, applied_at) values ($1, $2, $3)', [
    version,
    name,
    Date.now(),
  ]);
}
