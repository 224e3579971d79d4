import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** What happened, in the order in which it was committed, and how far those who read it have come. */
export const eventTables: Omit<Migration, 'version'> = {
  name: 'events',
  sqlite: `
    create table events (
      seq integer primary key,
      id text not null unique,
      type text not null,
      account text not null,
      subject text not null,
      at integer not null,
      told_at integer not null,
      data text not null
    ) strict;
    create index events_subject on events (subject);
    create table event_numbers (name text primary key, value integer not null) strict, without rowid;
  `,
  postgres: `
    create table events (
      seq bigint primary key,
      id text collate "C" not null unique,
      type text not null,
      account text not null,
      subject text collate "C" not null,
      at bigint not null,
      told_at bigint not null,
      data text not null
    );
    create index events_subject on events (subject);
    create table event_numbers (name text primary key, value bigint not null);
  `,
};

/** What happened, see `eventStatements`. */
export const events = {
  name: 'events',
  columns: {
    /** In the order of the commits, and never twice. */
    seq: 'integer',
    id: 'text',
    type: 'text',
    /** By its name. */
    account: 'text',
    /** The sign-up or other thing that it happened to. */
    subject: 'text',
    /** When it happened. Unix time in ms. */
    at: 'integer',
    /** When the row was written. Unix time in ms. */
    told_at: 'integer',
    /** JSON without anything personal. */
    data: 'text',
  },
  id: 'id',
} as const satisfies Table;

/**
 * `last`: the number of the last event. `swept`: the last one that was deleted as too old. `told` and the
 * store's id: see `Teller`. Absent: 0.
 */
export const eventNumbers = {
  name: 'event_numbers',
  columns: { name: 'text', value: 'integer' },
  id: 'name',
} as const satisfies Table;
