import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { sqliteBasis, type Migration } from '../store/migrations.ts';
import { openSqlite } from '../store/open-store.ts';
import type { Table } from '../store/tables.ts';
import { Secret } from '../system/secret.ts';

/**
 * The sandbox's contacts in `sandbox.db`, a SQLite file of its own in DATA_DIR, also where the product uses a
 * server: the sandbox stands for a system outside. Nothing in it is sealed, so that it can be looked into
 * with any tool.
 */
export async function openContactsFile(
  dataDir: string,
  log: Logger = pino({ level: 'silent' }),
): Promise<Database> {
  return openSqlite({
    dataDir,
    fileName: 'sandbox.db',
    schema: [first],
    // The store wants one; without it, it would make a key file.
    key: new Secret('nothing is sealed'),
    reserveBytes: 0,
    log,
  });
}

export const persons = {
  name: 'persons',
  columns: {
    id: 'text',
    /** In lower case: addresses are compared that way. */
    email: 'text',
    /** The external id in UTF-8; empty where there is none. */
    external: 'bytes',
    /** 0 or 1. */
    archived: 'integer',
    /** Unix time in ms. */
    created: 'integer',
    updated: 'integer',
    /** All of it, as JSON. */
    person: 'text',
  },
  id: 'id',
} as const satisfies Table;

/** `counts` keeps how many there are, so that no call has to count them. */
const first: Migration = {
  version: 1,
  name: 'contacts of the sandbox',
  sqlite: `
    ${sqliteBasis}
    create table persons (
      seq integer primary key autoincrement,
      id text not null unique,
      email text not null,
      external blob not null,
      archived integer not null,
      created integer not null,
      updated integer not null,
      person text not null
    ) strict;
    create index persons_email on persons (email);
    create index persons_external on persons (external) where length(external) > 0;
    create index persons_live on persons (archived);
    create index persons_created on persons (archived, created);
    create index persons_updated on persons (archived, updated);
    create table counts (name text primary key, n integer not null) strict;
    insert into counts (name, n) values ('everyone', 0), ('live', 0);
    create trigger persons_added after insert on persons begin
      update counts set n = n + iif(name = 'live', 1 - new.archived, 1);
    end;
    create trigger persons_removed after delete on persons begin
      update counts set n = n - iif(name = 'live', 1 - old.archived, 1);
    end;
    create trigger persons_archived after update of archived on persons when old.archived <> new.archived begin
      update counts set n = n + old.archived - new.archived where name = 'live';
    end;
  `,
  postgres: '',
};
