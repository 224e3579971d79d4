import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

export const webhookTables: Omit<Migration, 'version'> = {
  name: 'webhooks',
  sqlite: `
    create table webhooks (
      id text primary key,
      account text not null,
      types text not null,
      state text not null,
      reason text not null,
      position integer not null,
      failures integer not null,
      failing_since integer not null,
      due integer not null,
      created_at integer not null,
      key_id text not null,
      payload blob not null
    ) strict;
    create table webhook_attempts (
      id text primary key, webhook text not null, event text not null, at integer not null, took_ms integer not null,
      status integer not null, result text not null
    ) strict;
    create index webhook_attempts_webhook on webhook_attempts (webhook, id);
  `,
  postgres: `
    create table webhooks (
      id text collate "C" primary key,
      account text not null,
      types text not null,
      state text not null,
      reason text not null,
      position bigint not null,
      failures integer not null,
      failing_since bigint not null,
      due bigint not null,
      created_at bigint not null,
      key_id text not null,
      payload bytea not null
    );
    create table webhook_attempts (
      id text collate "C" primary key, webhook text collate "C" not null, event text not null, at bigint not null,
      took_ms integer not null, status integer not null, result text not null
    );
    create index webhook_attempts_webhook on webhook_attempts (webhook, id);
  `,
};

/** Endpoints that events are sent to, see `Endpoints`. Times are Unix time in ms; 0 is never. */
export const webhooks = {
  name: 'webhooks',
  columns: {
    id: 'text',
    /** By its name; empty for all. */
    account: 'text',
    /** Separated by blanks; empty for all. */
    types: 'text',
    /** `active` or `disabled`. */
    state: 'text',
    /** Why it is disabled; empty without. */
    reason: 'text',
    /** The number of the last event that it is done with. */
    position: 'integer',
    /** Attempts in a row that failed with the event after it. */
    failures: 'integer',
    failing_since: 'integer',
    /** No attempt before. */
    due: 'integer',
    created_at: 'integer',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** What was tried with endpoints in the last days. */
export const webhookAttempts = {
  name: 'webhook_attempts',
  columns: {
    id: 'text',
    webhook: 'text',
    event: 'text',
    at: 'integer',
    took_ms: 'integer',
    /** Of the answer; 0 without one. */
    status: 'integer',
    /** `delivered`, or why not. */
    result: 'text',
  },
  id: 'id',
} as const satisfies Table;
