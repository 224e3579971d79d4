import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** Messages that wait to be sent, and those that were not, see `MailQueue`. Times are Unix time in ms. */
export const mails = {
  name: 'mails',
  columns: {
    id: 'text',
    /** When it is tried next, or goes for good. */
    due: 'integer',
    attempts: 'integer',
    created_at: 'integer',
    /** Later it is not sent any more. */
    until: 'integer',
    /** 0 while it waits. */
    failed_at: 'integer',
    /** Codes of the protocol. */
    reason: 'text',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** Sign-ups that wait for their click, and for a while what became of them, see `Confirmations`. */
export const confirmations = {
  name: 'confirmations',
  columns: {
    id: 'text',
    form: 'text',
    /** A keyed hash of the address. */
    person: 'bytes',
    /** See `states`. */
    state: 'integer',
    /** When something is to be done with it: mail, remind, or delete. Unix time in ms. */
    due: 'integer',
    created_at: 'integer',
    /** 1: its mail was asked for again. */
    again: 'integer',
    reminded: 'integer',
    /** Wrong codes. */
    tries: 'integer',
    /** The one that this one repeats; empty without. */
    repeats: 'text',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** How much mail an address got lately, and until when it gets none. Times are Unix time in ms. */
export const mailedPeople = {
  name: 'mailed_people',
  columns: {
    /** A keyed hash of the address, in hex. */
    id: 'text',
    blocked_until: 'integer',
    mailed_at: 'integer',
    /** When the day of the count began. */
    day_at: 'integer',
    day_count: 'integer',
  },
  id: 'id',
} as const satisfies Table;

export const doubleOptInTables: Omit<Migration, 'version'> = {
  name: 'mail and double opt-in',
  sqlite: `
    create table mails (
      id text primary key,
      due integer not null,
      attempts integer not null,
      created_at integer not null,
      until integer not null,
      failed_at integer not null,
      reason text not null,
      key_id text not null,
      payload blob not null
    ) strict, without rowid;
    create index mails_due on mails (failed_at, due);
    create table confirmations (
      id text primary key,
      form text not null,
      person blob not null,
      state integer not null,
      due integer not null,
      created_at integer not null,
      again integer not null,
      reminded integer not null,
      tries integer not null,
      repeats text not null,
      key_id text not null,
      payload blob not null
    ) strict, without rowid;
    create index confirmations_due on confirmations (due);
    create index confirmations_person on confirmations (person);
    create table mailed_people (
      id text primary key,
      blocked_until integer not null,
      mailed_at integer not null,
      day_at integer not null,
      day_count integer not null
    ) strict, without rowid;
  `,
  postgres: `
    create table mails (
      id text collate "C" primary key,
      due bigint not null,
      attempts integer not null,
      created_at bigint not null,
      until bigint not null,
      failed_at bigint not null,
      reason text not null,
      key_id text not null,
      payload bytea not null
    );
    create index mails_due on mails (failed_at, due);
    create table confirmations (
      id text collate "C" primary key,
      form text not null,
      person bytea not null,
      state smallint not null,
      due bigint not null,
      created_at bigint not null,
      again smallint not null,
      reminded smallint not null,
      tries integer not null,
      repeats text not null,
      key_id text not null,
      payload bytea not null
    );
    create index confirmations_due on confirmations (due);
    create index confirmations_person on confirmations (person);
    create table mailed_people (
      id text collate "C" primary key,
      blocked_until bigint not null,
      mailed_at bigint not null,
      day_at bigint not null,
      day_count integer not null
    );
  `,
};
