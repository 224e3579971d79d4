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

/** What visitors do, as counts by day, form and origin of the page: see `FunnelCounts`. */
export const funnelCounts = {
  name: 'funnel_counts',
  columns: {
    /** Names all the others but `count`; begins with the day. */
    id: 'text',
    /** In UTC. */
    day: 'text',
    /** By its name. */
    account: 'text',
    form: 'text',
    origin: 'text',
    step: 'text',
    /** A problem's code; empty without. */
    reason: 'text',
    count: 'integer',
  },
  id: 'id',
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

export const funnelStep: Omit<Migration, 'version'> = {
  name: 'the funnel of sign-ups',
  sqlite: `
    create table funnel_counts (
      id text primary key,
      day text not null,
      account text not null,
      form text not null,
      origin text not null,
      step text not null,
      reason text not null,
      count integer not null
    ) strict, without rowid;
    alter table delivered_contacts add column origin text not null default '';
  `,
  postgres: `
    create table funnel_counts (
      id text collate "C" primary key,
      day text not null,
      account text not null,
      form text not null,
      origin text not null,
      step text not null,
      reason text not null,
      count bigint not null
    );
    alter table delivered_contacts add column origin text not null default '';
  `,
};
