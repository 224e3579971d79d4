import type { Migration } from '../migrations.ts';
import type { Table } from '../tables.ts';

/** Who asked for a link to leave, see `Leavings`. Times are Unix time in ms. */
export const leavings = {
  name: 'leavings',
  columns: {
    id: 'text',
    /** A keyed hash of the address. */
    person: 'bytes',
    /** See `states` of `confirm/leaving/rows.ts`. */
    state: 'integer',
    /** When something is to be done with it: mail, or delete. */
    due: 'integer',
    /** 0 before. */
    mailed_at: 'integer',
    /** Counts changes of the row, so that none is lost where two come together. */
    turn: 'integer',
  },
  id: 'id',
  sealed: 'payload',
} as const satisfies Table;

export const leavingStep: Omit<Migration, 'version'> = {
  name: 'links to leave',
  sqlite: `
    create table leavings (
      id text primary key,
      person blob not null,
      state integer not null,
      due integer not null,
      mailed_at integer not null,
      turn integer not null,
      key_id text not null,
      payload blob not null
    ) strict, without rowid;
    create index leavings_due on leavings (due);
    create index leavings_person on leavings (person);
  `,
  postgres: `
    create table leavings (
      id text collate "C" primary key,
      person bytea not null,
      state smallint not null,
      due bigint not null,
      mailed_at bigint not null,
      turn integer not null,
      key_id text not null,
      payload bytea not null
    );
    create index leavings_due on leavings (due);
    create index leavings_person on leavings (person);
  `,
};
