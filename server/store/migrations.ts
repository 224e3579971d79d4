import { NewerSchema } from './errors.ts';
import { alertsGoOnStep, alertsStep } from './schema/alerts.ts';
import { cursorsStep, funnelStep, reportCacheStep, reportLinksStep } from './schema/analytics.ts';
import { deliveredContactsStep } from './schema/delivered-contacts.ts';
import { doubleOptInTables } from './schema/double-opt-in.ts';
import { eventTables } from './schema/events.ts';
import { leavingStep } from './schema/leaving.ts';
import { answersByAgeStep, peopleStep, sentByPersonStep, whatBecameOfSent } from './schema/people.ts';
import { provenColumnsStep, receiptsStep } from './schema/receipts.ts';
import { webhookTables } from './schema/webhooks.ts';

/**
 * One step of the schema, for both engines. Steps are only ever added: what was released is never changed.
 */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sqlite: string;
  readonly postgres: string;
}

/** What the engine of SQLite needs of every schema. */
export const sqliteBasis = `
    create table seen (seq integer primary key autoincrement, bucket integer not null, hashes blob not null) strict;
    create index seen_bucket on seen (bucket);
`;

const first: Migration = {
  version: 1,
  name: 'sign-ups, dead letters, leases, marks, secrets, settings, quotas',
  sqlite: `
    create table signups (
      seq integer primary key autoincrement,
      id text not null unique,
      upstream text not null,
      account text not null,
      form text not null,
      lane integer not null check (lane in (0, 1, 2)),
      kind text not null,
      person blob not null,
      due integer not null,
      attempts integer not null,
      accepted_at integer not null,
      key_id text not null,
      payload blob not null
    ) strict;
    create index signups_due on signups (upstream, account, lane, due);
    create index signups_tried on signups (person) where lane > 0;
    create table dead_letters (
      id text primary key,
      upstream text not null,
      account text not null,
      form text not null,
      kind text not null,
      person blob not null,
      reason text not null,
      attempts integer not null,
      accepted_at integer not null,
      failed_at integer not null,
      key_id text not null,
      payload blob not null
    ) strict, without rowid;
    create table leases (
      name text primary key,
      owner text not null,
      epoch integer not null,
      beat integer not null
    ) strict, without rowid;
    ${sqliteBasis}
    create table secrets (name text primary key, made_at integer not null, key_id text not null, payload blob not null) strict;
    create table settings (name text primary key, changed_at integer not null, key_id text not null, payload blob not null) strict;
    create table key_notes (
      id text primary key, account text not null, changed_at integer not null, key_id text not null, payload blob not null
    ) strict;
    create table pauses (
      id text primary key, until integer not null, failures integer not null, reason text not null, changed_at integer not null
    ) strict;
    create table quotas (
      window_id integer not null, key blob not null, used integer not null, primary key (window_id, key)
    ) strict, without rowid;
  `,
  postgres: `
    create table signups (
      seq bigint generated always as identity primary key,
      id text collate "C" not null unique,
      upstream text not null,
      account text not null,
      form text not null,
      lane smallint not null check (lane in (0, 1, 2)),
      kind text not null,
      person bytea not null,
      due bigint not null,
      attempts integer not null,
      accepted_at bigint not null,
      key_id text not null,
      payload bytea not null
    );
    create index signups_due on signups (upstream, account, lane, due, seq);
    create index signups_tried on signups (person) where lane > 0;
    create table dead_letters (
      id text collate "C" primary key,
      upstream text not null,
      account text not null,
      form text not null,
      kind text not null,
      person bytea not null,
      reason text not null,
      attempts integer not null,
      accepted_at bigint not null,
      failed_at bigint not null,
      key_id text not null,
      payload bytea not null
    );
    create table leases (name text primary key, owner text not null, epoch bigint not null, beat bigint not null);
    create table seen (bucket bigint not null, hash bytea not null, primary key (bucket, hash));
    create table secrets (name text primary key, made_at bigint not null, key_id text not null, payload bytea not null);
    create table settings (name text primary key, changed_at bigint not null, key_id text not null, payload bytea not null);
    create table key_notes (
      id text primary key, account text not null, changed_at bigint not null, key_id text not null, payload bytea not null
    );
    create table pauses (
      id text primary key, until bigint not null, failures integer not null, reason text not null, changed_at bigint not null
    );
    -- Unlogged: after a crash of the server quotas begin anew, and no hash of an address is written to the log or a replica.
    create unlogged table quotas (
      window_id bigint not null, key bytea not null, used bigint not null, primary key (window_id, key)
    );
  `,
};

const tokens: Migration = {
  version: 2,
  name: 'tokens',
  sqlite: `
    create table tokens (
      id text primary key,
      name text not null,
      hash blob not null unique,
      scopes text not null,
      account text not null,
      created_at integer not null,
      expires_at integer not null,
      used_at integer not null,
      revoked_at integer not null
    ) strict;
    create unique index tokens_name on tokens (name) where revoked_at = 0;
  `,
  postgres: `
    create table tokens (
      id text collate "C" primary key,
      name text not null,
      hash bytea not null unique,
      scopes text not null,
      account text not null,
      created_at bigint not null,
      expires_at bigint not null,
      used_at bigint not null,
      revoked_at bigint not null
    );
    create unique index tokens_name on tokens (name) where revoked_at = 0;
  `,
};

const fromApplications: Migration = {
  version: 3,
  name: 'contacts from applications',
  sqlite: `
    create table sent_contacts (
      id text primary key,
      account text not null,
      ref blob not null,
      turn integer not null,
      content blob not null,
      sent_at integer not null,
      delivered_at integer not null
    ) strict, without rowid;
    create unique index sent_contacts_ref on sent_contacts (ref, turn) where turn > 0;
    create table request_answers (
      id text primary key, body blob not null, created_at integer not null, key_id text not null, payload blob not null
    ) strict;
  `,
  postgres: `
    create table sent_contacts (
      id text collate "C" primary key,
      account text not null,
      ref bytea not null,
      turn integer not null,
      content bytea not null,
      sent_at bigint not null,
      delivered_at bigint not null
    );
    create unique index sent_contacts_ref on sent_contacts (ref, turn) where turn > 0;
    create table request_answers (
      id text collate "C" primary key,
      body bytea not null,
      created_at bigint not null,
      key_id text not null,
      payload bytea not null
    );
  `,
};

/** For what `Claims` asks of rows that go after those of forms. No sign-up of a form is in these indexes. */
const fromFiles: Migration = {
  version: 10,
  name: 'contacts from files',
  sqlite: `
    create index signups_later on signups (person) where lane = 0 and due > 0;
    create table imports (
      id text primary key,
      rows integer not null,
      stored integer not null,
      started_at integer not null,
      changed_at integer not null
    ) strict, without rowid;
  `,
  postgres: `
    create index signups_later on signups (person) where lane = 0 and due > 0;
    create table imports (
      id text collate "C" primary key,
      rows bigint not null,
      stored bigint not null,
      started_at bigint not null,
      changed_at bigint not null
    );
  `,
};

/**
 * All steps of the product's schema, in order. Every start runs those that the database does not have yet.
 */
export const migrations: readonly Migration[] = [
  first,
  tokens,
  fromApplications,
  peopleStep,
  { version: 5, ...cursorsStep },
  { version: 6, ...eventTables },
  { version: 7, ...reportCacheStep },
  { version: 8, ...webhookTables },
  whatBecameOfSent,
  fromFiles,
  { version: 11, ...deliveredContactsStep },
  { version: 12, ...doubleOptInTables },
  { version: 13, ...funnelStep },
  { version: 14, ...alertsStep },
  { version: 15, ...reportLinksStep },
  { version: 16, ...sentByPersonStep },
  { version: 17, ...receiptsStep },
  { version: 18, ...leavingStep },
  { version: 19, ...alertsGoOnStep },
  { version: 20, ...provenColumnsStep },
  { version: 21, ...answersByAgeStep },
];

/** The steps of a schema that a database lacks whose last one is this. */
export function missingAfter(
  schema: readonly Migration[],
  version: number,
  name: string,
): readonly Migration[] {
  if (version > schema.length) throw new NewerSchema(version, name, schema.length);
  return schema.slice(version);
}
