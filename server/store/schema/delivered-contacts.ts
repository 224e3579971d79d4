import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** For so many days it is seen whether a contact is still there; then its row is deleted. */
export const watchedDays = 90;

/** What was delivered, to see whether it stays at rasa.io. See `DeliveredContacts`. */
export const deliveredContacts = {
  name: 'delivered_contacts',
  columns: {
    /** That of the row in `signups`. */
    id: 'text',
    upstream: 'text',
    account: 'text',
    form: 'text',
    /** Of the page with the form; empty where it was no form, and in rows of earlier versions. */
    origin: 'text',
    /** A keyed hash of the address. */
    person: 'bytes',
    /** Empty where rasa.io said none. */
    rasa_id: 'text',
    /** 0 where the id may be that of another contact of the same call, which has the same `delivered_at`. */
    is_own: 'integer',
    delivered_at: 'integer',
    /** Empty, `archived` or `unsubscribed`, as it was found last. */
    state: 'text',
    /** Since when, by rasa.io's clock; 0 without a state. */
    state_at: 'integer',
    /** rasa.io's word for why it is unsubscribed. */
    reason: 'text',
  },
  id: 'id',
} as const satisfies Table;

/** When an account was last compared with what was delivered to it. `id` names upstream and account. */
export const comparisons = {
  name: 'comparisons',
  columns: { id: 'text', began_at: 'integer', ended_at: 'integer' },
  id: 'id',
} as const satisfies Table;

/** The addresses of delivered contacts, for as long as KEEP_FOR_HANDOVER says. */
export const handoverAddresses = {
  name: 'handover_addresses',
  columns: { id: 'text', kept_at: 'integer' },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

export const deliveredContactsStep: Omit<Migration, 'version'> = {
  name: 'delivered contacts, and whether they are still there',
  sqlite: `
    create table delivered_contacts (
      id text primary key,
      upstream text not null,
      account text not null,
      form text not null,
      person blob not null,
      rasa_id text not null,
      is_own integer not null,
      delivered_at integer not null,
      state text not null,
      state_at integer not null,
      reason text not null
    ) strict, without rowid;
    create index delivered_contacts_rasa_id on delivered_contacts (rasa_id);
    create table comparisons (
      id text primary key, began_at integer not null, ended_at integer not null
    ) strict, without rowid;
    create table handover_addresses (
      id text primary key, kept_at integer not null, key_id text not null, payload blob not null
    ) strict;
  `,
  postgres: `
    create table delivered_contacts (
      id text collate "C" primary key,
      upstream text not null,
      account text not null,
      form text not null,
      person bytea not null,
      rasa_id text not null,
      is_own smallint not null,
      delivered_at bigint not null,
      state text not null,
      state_at bigint not null,
      reason text not null
    );
    create index delivered_contacts_rasa_id on delivered_contacts (rasa_id);
    create table comparisons (id text primary key, began_at bigint not null, ended_at bigint not null);
    create table handover_addresses (
      id text collate "C" primary key, kept_at bigint not null, key_id text not null, payload bytea not null
    );
  `,
};
