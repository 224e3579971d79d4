import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** What the operator was told is wrong, until a day after its end. Times are Unix time in ms; 0 is never. */
export const alerts = {
  name: 'alerts',
  columns: {
    /** The cause, and the account where it is one's. */
    id: 'text',
    began_at: 'integer',
    /** In words for people. */
    what: 'text',
    /** When it was told last. */
    told_at: 'integer',
    /** How many of them were told; 0 for a cause without a number. */
    count: 'integer',
    /** How often it has come back within a day of its end. */
    returns: 'integer',
    over_at: 'integer',
  },
  id: 'id',
} as const satisfies Table;

/** Messages to the operator that wait to be sent, see `NoteQueue`. Times are Unix time in ms. */
export const operatorNotes = {
  name: 'operator_notes',
  columns: {
    id: 'text',
    due: 'integer',
    attempts: 'integer',
    until: 'integer',
    /** Tells targets apart; empty in rows of earlier versions. */
    target: 'text',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** Up to which event the sign-ups of a form were summed up, and before when the next summary is too early. */
export const formNotes = {
  name: 'form_notes',
  columns: { id: 'text', position: 'integer', due: 'integer' },
  id: 'id',
} as const satisfies Table;

export const alertsStep: Omit<Migration, 'version'> = {
  name: 'alerts and notes about new sign-ups',
  sqlite: `
    create table alerts (id text primary key, began_at integer not null, what text not null) strict, without rowid;
    create table operator_notes (
      id text primary key,
      due integer not null,
      attempts integer not null,
      until integer not null,
      key_id text not null,
      payload blob not null
    ) strict, without rowid;
    create table form_notes (
      id text primary key, position integer not null, due integer not null
    ) strict, without rowid;
  `,
  postgres: `
    create table alerts (id text primary key, began_at bigint not null, what text not null);
    create table operator_notes (
      id text collate "C" primary key,
      due bigint not null,
      attempts integer not null,
      until bigint not null,
      key_id text not null,
      payload bytea not null
    );
    create table form_notes (id text primary key, position bigint not null, due bigint not null);
  `,
};

export const alertsGoOnStep: Omit<Migration, 'version'> = {
  name: 'alerts that go on or come back',
  sqlite: `
    alter table alerts add column told_at integer not null default 0;
    alter table alerts add column count integer not null default 0;
    alter table alerts add column returns integer not null default 0;
    alter table alerts add column over_at integer not null default 0;
    update alerts set told_at = began_at;
    alter table operator_notes add column target text not null default '';
  `,
  postgres: `
    alter table alerts add column told_at bigint not null default 0;
    alter table alerts add column count bigint not null default 0;
    alter table alerts add column returns integer not null default 0;
    alter table alerts add column over_at bigint not null default 0;
    update alerts set told_at = began_at;
    alter table operator_notes add column target text collate "C" not null default '';
  `,
};
