import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { openSqlite } from '../../store/open-store.ts';
import type { Table } from '../../store/tables.ts';
import { Secret } from '../../system/secret.ts';
import { schema } from './schema.ts';

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
    schema,
    // The store wants one; without it, it would make a key file.
    key: new Secret('nothing is sealed'),
    reserveBytes: 0,
    log,
  });
}

export const contactsTable = {
  name: 'contacts',
  columns: {
    id: 'text',
    /** In lower case: addresses are compared that way. */
    email: 'text',
    /** The external id in UTF-8; empty where there is none. */
    external: 'bytes',
    /** Names in lower case, for the search. */
    first: 'text',
    last: 'text',
    segment: 'text',
    /** 0 or 1. */
    active: 'integer',
    subscribed: 'integer',
    archived: 'integer',
    /** Unix time in ms. */
    created: 'integer',
    updated: 'integer',
    until: 'integer',
    bucket: 'integer',
    /** All that is not in the other columns, as JSON. */
    person: 'text',
  },
  id: 'id',
} as const satisfies Table;
