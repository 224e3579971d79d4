import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** Where pulls of analytics have come to, see `Cursors`. `id` is the account and a name of the operator's. */
export const cursors = {
  name: 'cursors',
  columns: { id: 'text', state: 'text', changed_at: 'integer' },
  id: 'id',
} as const satisfies Table;

/** Reports of the last day, see `ReportCache`. `id` names account, report and what is asked for. */
export const cachedReports = {
  name: 'cached_reports',
  columns: { id: 'text', made_at: 'integer' },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

export const cursorsStep: Omit<Migration, 'version'> = {
  name: 'cursors of analytics',
  sqlite: `
    create table cursors (id text primary key, state text not null, changed_at integer not null) strict, without rowid;
  `,
  postgres: `
    create table cursors (id text collate "C" primary key, state text not null, changed_at bigint not null);
  `,
};

export const reportCacheStep: Omit<Migration, 'version'> = {
  name: 'reports that are kept for a while',
  sqlite: `
    create table cached_reports (
      id text primary key, made_at integer not null, key_id text not null, payload blob not null
    ) strict;
  `,
  postgres: `
    create table cached_reports (
      id text collate "C" primary key, made_at bigint not null, key_id text not null, payload bytea not null
    );
  `,
};
