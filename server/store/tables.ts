import { alerts, formNotes, operatorNotes } from './schema/alerts.ts';
import { cachedReports, cursors, funnelCounts, reportLinks } from './schema/analytics.ts';
import { comparisons, deliveredContacts, handoverAddresses } from './schema/delivered-contacts.ts';
import { confirmations, mailedPeople, mails } from './schema/double-opt-in.ts';
import { eventNumbers, events } from './schema/events.ts';
import { leavings } from './schema/leaving.ts';
import { people, peopleReads } from './schema/people.ts';
import { consentKeys, consentRoots, consentTexts, receipts } from './schema/receipts.ts';
import { webhookAttempts, webhooks } from './schema/webhooks.ts';

/** A table that takes `Insert`s or has a sealed column, as the engines need to know it. */
export interface Table {
  readonly name: string;
  /** The columns of an insert, but for `key_id` and the sealed one. */
  readonly columns: Readonly<Record<string, 'text' | 'integer' | 'bytes'>>;
  /** Unique in the table; sealed values are bound to it. One of `columns`. */
  readonly id: string;
  /** Holds JSON, sealed; the key's id stands beside it in `key_id`. */
  readonly sealed?: string;
}

/**
 * What was accepted and waits. `seq` is given by the database and never returns. Personal data is in
 * `payload` only, sealed. A claim reads by the index (upstream, account, lane, due, seq).
 */
export const signups = {
  name: 'signups',
  columns: {
    /** UUIDv7, see `newId`. */
    id: 'text',
    /** The API and base address that the sign-up is meant for. */
    upstream: 'text',
    account: 'text',
    form: 'text',
    /** 0 untried, 1 retry, 2 goes alone. See `lanes`. */
    lane: 'integer',
    /** `upsert`, `unsubscribe`, `archive` or `erase`. */
    kind: 'text',
    /** A keyed hash of the address, to find what waits for one person. */
    person: 'bytes',
    /** Unix time in ms. */
    due: 'integer',
    attempts: 'integer',
    accepted_at: 'integer',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

export const lanes = { fresh: 0, retry: 1, alone: 2 } as const;

/** `due` of what was never tried: all of it is due, and goes in this order. */
export const precedences = { form: 0, application: 1, file: 2 } as const;

/** What rasa.io refused for good or what became too old; kept until it is replayed or purged. */
export const deadLetters = {
  name: 'dead_letters',
  columns: {
    id: 'text',
    upstream: 'text',
    account: 'text',
    form: 'text',
    kind: 'text',
    person: 'bytes',
    /** A code, never words of a visitor or of rasa.io. */
    reason: 'text',
    attempts: 'integer',
    accepted_at: 'integer',
    failed_at: 'integer',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** Secrets that the store makes for all proxies that share it, see `ServerSecrets`. */
export const secrets = {
  name: 'secrets',
  columns: { name: 'text', made_at: 'integer' },
  id: 'name',
  sealed: 'payload',
} as const satisfies Table;

/** What is decided while the product runs: one JSON value for each name. */
export const settings = {
  name: 'settings',
  columns: { name: 'text', changed_at: 'integer' },
  id: 'name',
  sealed: 'payload',
} as const satisfies Table;

/** How the credential sets of an account stand, for other processes. `id` names account and set. */
export const keyNotes = {
  name: 'key_notes',
  columns: { id: 'text', account: 'text', changed_at: 'integer' },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/**
 * How long deliveries to an account pause (the circuit). `until` is Unix time in ms, to be capped whenever it
 * is read; `failures` in a row double the pause.
 */
export const pauses = {
  name: 'pauses',
  columns: { id: 'text', until: 'integer', failures: 'integer', reason: 'text', changed_at: 'integer' },
  id: 'id',
} as const satisfies Table;

/** Tokens of applications, see `Tokens`. Times are Unix time in ms; 0 is never. */
export const tokens = {
  name: 'tokens',
  columns: {
    id: 'text',
    /** Chosen by the operator. Of tokens that are not revoked, each has another. */
    name: 'text',
    /** SHA-256 of the token. */
    hash: 'bytes',
    /** Separated by blanks. */
    scopes: 'text',
    /** The name of the account of everything that is sent with the token. */
    account: 'text',
    created_at: 'integer',
    expires_at: 'integer',
    used_at: 'integer',
    revoked_at: 'integer',
  },
  id: 'id',
} as const satisfies Table;

/** What applications have sent: whose it is, and when it was delivered. See `SentContacts`. */
export const sentContacts = {
  name: 'sent_contacts',
  columns: {
    /** The id of its row in `signups`. */
    id: 'text',
    /** By its name. */
    account: 'text',
    /** A keyed hash of the account and the sender's own name for it; empty where it has none. */
    ref: 'bytes',
    /** Of those with one `ref`, the highest is the last; 0 without. */
    turn: 'integer',
    /** A keyed hash of the contents, where there is a `ref`. */
    content: 'bytes',
    sent_at: 'integer',
    /** 0 where it is not delivered. */
    delivered_at: 'integer',
    /** The keyed hash of the address. Empty in rows of earlier versions. */
    person: 'bytes',
    /** The state for which it was not sent; empty otherwise. */
    ended: 'text',
  },
  id: 'id',
} as const satisfies Table;

/** Answers to requests with an Idempotency-Key. `id` is a keyed hash of the account and the key. */
export const requestAnswers = {
  name: 'request_answers',
  columns: {
    id: 'text',
    /** SHA-256 of the request's body. */
    body: 'bytes',
    created_at: 'integer',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/**
 * How far files of contacts were read. `id` is a hash of the contents, the account and how columns are read;
 * `rows` counts rows of the file, `stored` those that became sign-ups.
 */
export const imports = {
  name: 'imports',
  columns: { id: 'text', rows: 'integer', stored: 'integer', started_at: 'integer', changed_at: 'integer' },
  id: 'id',
} as const satisfies Table;

/** All tables with a sealed column: what `rekey` goes through. A new table must be added here. */
export const sealedTables: readonly Table[] = [
  signups,
  deadLetters,
  secrets,
  settings,
  keyNotes,
  requestAnswers,
  cachedReports,
  webhooks,
  handoverAddresses,
  mails,
  confirmations,
  leavings,
  operatorNotes,
  consentKeys,
];

/**
 * All tables that `store move` copies: what is promised or was decided. Not among them are counters of
 * quotas, and leases and marks, which are copied in ways of their own. A new table must be added here.
 */
export const movedTables: readonly Table[] = [
  signups,
  deadLetters,
  secrets,
  settings,
  keyNotes,
  pauses,
  tokens,
  sentContacts,
  requestAnswers,
  people,
  peopleReads,
  cursors,
  funnelCounts,
  reportLinks,
  events,
  eventNumbers,
  webhooks,
  webhookAttempts,
  imports,
  deliveredContacts,
  comparisons,
  handoverAddresses,
  mails,
  confirmations,
  mailedPeople,
  leavings,
  alerts,
  operatorNotes,
  formNotes,
  receipts,
  consentKeys,
  consentTexts,
  consentRoots,
];
