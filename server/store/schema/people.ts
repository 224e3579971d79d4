import type { Migration } from '../migrations.ts';

export const people: Migration = {
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
