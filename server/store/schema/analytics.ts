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

/** Links to reports, see `ReportLinks`. Times are Unix time in ms; 0 is never. */
export const reportLinks = {
  name: 'report_links',
  columns: {
    id: 'text',
    /** Chosen by the operator. Of links that are not revoked, each has another. */
    name: 'text',
    /** SHA-256 of the secret. */
    hash: 'bytes',
    /** By its name. */
    account: 'text',
    report: 'text',
    /** What is asked for, as JSON of the words that a URL would have. */
    question: 'text',
    created_at: 'integer',
    expires_at: 'integer',
    used_at: 'integer',
    revoked_at: 'integer',
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

export const reportLinksStep: Omit<Migration, 'version'> = {
  name: 'links to reports',
  sqlite: `
    create table report_links (
      id text primary key,
      name text not null,
      hash blob not null unique,
      account text not null,
      report text not null,
      question text not null,
      created_at integer not null,
      expires_at integer not null,
      used_at integer not null,
      revoked_at integer not null
    ) strict;
    create unique index report_links_name on report_links (name) where revoked_at = 0;
  `,
  postgres: `
    create table report_links (
      id text collate "C" primary key,
      name text not null,
      hash bytea not null unique,
      account text not null,
      report text not null,
      question text not null,
      created_at bigint not null,
      expires_at bigint not null,
      used_at bigint not null,
      revoked_at bigint not null
    );
    create unique index report_links_name on report_links (name) where revoked_at = 0;
  `,
};
