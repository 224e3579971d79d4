import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** What people agreed to, and what became of it: rows that are only added. See `receiptRow`. */
export const receipts = {
  name: 'receipts',
  columns: {
    /** That of the row in `signups`, or one of its own. */
    id: 'text',
    kind: 'text',
    /** By its name. */
    account: 'text',
    form: 'text',
    source: 'text',
    /** When it happened. Unix time in ms, as the others. */
    at: 'integer',
    /** When the row was written. */
    made_at: 'integer',
    /** Of the visitor, BCP 47; empty without. */
    lang: 'text',
    /** SHA-256 of the wording, see `consentTexts`; empty without. */
    wording: 'text',
    /** `link`, `code`, or empty. */
    confirmed_by: 'text',
    /** 0 without. */
    confirmed_at: 'integer',
    /** HMACs with the key of the person; the second one is empty without a network. */
    address: 'text',
    network: 'text',
    /** Encrypted with the key of the person. */
    details: 'bytes',
    /** SHA-256 over all of the above. */
    leaf: 'text',
    /** The block that seals it; 0 before. The only column that ever changes, and only once. */
    block: 'integer',
  },
  id: 'id',
} as const satisfies Table;

/** One key for each person with receipts. Without it, nobody can say whose they are. */
export const consentKeys = {
  name: 'consent_keys',
  columns: {
    /** The keyed hash of the address, in hex. */
    id: 'text',
    /** As in the person's receipts. */
    address: 'text',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

/** What forms said, by the SHA-256 of it. */
export const consentTexts = {
  name: 'consent_texts',
  columns: { id: 'text', body: 'text' },
  id: 'id',
} as const satisfies Table;

/** The roots of sealed receipts, each chained to the one before. */
export const consentRoots = {
  name: 'consent_roots',
  columns: {
    /** The number of the block with ten digits, so that texts sort as numbers do. */
    id: 'text',
    sealed_at: 'integer',
    rows: 'integer',
    root: 'text',
    previous: 'text',
    hash: 'text',
  },
  id: 'id',
} as const satisfies Table;

export const receiptsStep: Omit<Migration, 'version'> = {
  name: 'receipts of consent',
  sqlite: `
    create table receipts (
      id text primary key,
      kind text not null,
      account text not null,
      form text not null,
      source text not null,
      at integer not null,
      made_at integer not null,
      lang text not null,
      wording text not null,
      confirmed_by text not null,
      confirmed_at integer not null,
      address text not null,
      network text not null,
      details blob not null,
      leaf text not null,
      block integer not null
    ) strict, without rowid;
    create index receipts_block on receipts (block, id);
    create index receipts_address on receipts (address);
    create table consent_keys (
      id text primary key, address text not null, made_at integer not null, key_id text not null, payload blob not null
    ) strict, without rowid;
    create table consent_texts (id text primary key, made_at integer not null, body text not null) strict;
    create table consent_roots (
      id text primary key,
      sealed_at integer not null,
      rows integer not null,
      root text not null,
      previous text not null,
      hash text not null
    ) strict, without rowid;
  `,
  postgres: `
    create table receipts (
      id text collate "C" primary key,
      kind text not null,
      account text not null,
      form text not null,
      source text not null,
      at bigint not null,
      made_at bigint not null,
      lang text not null,
      wording text not null,
      confirmed_by text not null,
      confirmed_at bigint not null,
      address text collate "C" not null,
      network text not null,
      details bytea not null,
      leaf text not null,
      block bigint not null
    );
    create index receipts_block on receipts (block, id);
    create index receipts_address on receipts (address);
    create table consent_keys (
      id text collate "C" primary key,
      address text not null,
      made_at bigint not null,
      key_id text not null,
      payload bytea not null
    );
    create table consent_texts (id text collate "C" primary key, made_at bigint not null, body text not null);
    create table consent_roots (
      id text collate "C" primary key,
      sealed_at bigint not null,
      rows bigint not null,
      root text not null,
      previous text not null,
      hash text not null
    );
  `,
};

/** Nothing proves a time that is in no hash, and nothing reads it. */
export const provenColumnsStep: Omit<Migration, 'version'> = {
  name: 'receipts keep what is proven',
  sqlite: `
    alter table consent_keys drop column made_at;
    alter table consent_texts drop column made_at;
  `,
  postgres: `
    alter table consent_keys drop column made_at;
    alter table consent_texts drop column made_at;
  `,
};
