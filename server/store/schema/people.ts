import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** What is known of people at rasa.io, without their addresses. See `People`. */
export const people = {
  name: 'people',
  columns: {
    /** Names the account and the person. */
    id: 'text',
    /** The destination: its upstream and account. */
    account: 'text',
    /** The keyed hash of the address, as in `signups`. */
    person: 'bytes',
    /** rasa.io's id; empty where it is not known. */
    rasa_id: 'text',
    /** `subscribed`, `unsubscribed`, `bounced`, `complained` or `unknown`. */
    subscription: 'text',
    /** Since when it is archived, in ms of Unix time; 0 is not archived, -1 not known. */
    archived_at: 'integer',
    /** rasa.io's word for why somebody is not subscribed; empty without. */
    reason: 'text',
    /** Unix time in ms. */
    read_at: 'integer',
  },
  id: 'id',
} as const satisfies Table;

/** How far the list of an account has been read. Times are Unix time in ms; 0 is never. */
export const peopleReads = {
  name: 'people_reads',
  columns: {
    /** The destination. */
    id: 'text',
    /** When the reading of the whole list that is under way began. */
    began_at: 'integer',
    /** How many of the list it has read. */
    position: 'integer',
    /** When the whole list was read for the last time. */
    complete_at: 'integer',
    /** When the last reading began, of the list or of its changes: those since then are not known. */
    read_at: 'integer',
  },
  id: 'id',
} as const satisfies Table;

export const peopleStep: Migration = {
  version: 4,
  name: 'people',
  sqlite: `
    create table people (
      id text primary key,
      account text not null,
      person blob not null,
      rasa_id text not null,
      subscription text not null,
      archived_at integer not null,
      reason text not null,
      read_at integer not null
    ) strict, without rowid;
    create index people_rasa_id on people (rasa_id);
    create table people_reads (
      id text primary key,
      began_at integer not null,
      position integer not null,
      complete_at integer not null,
      read_at integer not null
    ) strict, without rowid;
  `,
  postgres: `
    create table people (
      id text collate "C" primary key,
      account text not null,
      person bytea not null,
      rasa_id text not null,
      subscription text not null,
      archived_at bigint not null,
      reason text not null,
      read_at bigint not null
    );
    create index people_rasa_id on people (rasa_id);
    create table people_reads (
      id text collate "C" primary key,
      began_at bigint not null,
      position bigint not null,
      complete_at bigint not null,
      read_at bigint not null
    );
  `,
};

const sentByPerson = 'create index sent_contacts_person on sent_contacts (account, person);';

/** For what is asked and erased of one person: an application may have sent a million. */
export const sentByPersonStep: Omit<Migration, 'version'> = {
  name: 'contacts from applications by person',
  sqlite: sentByPerson,
  postgres: sentByPerson,
};

const answersByAge = 'create index request_answers_created on request_answers (created_at);';

/** For forgetting the oldest: their ids are hashes. */
export const answersByAgeStep: Omit<Migration, 'version'> = {
  name: 'answers to applications by age',
  sqlite: answersByAge,
  postgres: answersByAge,
};

export const whatBecameOfSent: Migration = {
  version: 9,
  name: 'contacts from applications that were left alone',
  sqlite: `
    alter table sent_contacts add column person blob not null default x'';
    alter table sent_contacts add column ended text not null default '';
  `,
  postgres: `
    alter table sent_contacts add column person bytea not null default '';
    alter table sent_contacts add column ended text not null default '';
  `,
};
