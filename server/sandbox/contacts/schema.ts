import { sqliteBasis, type Migration } from '../../store/migrations.ts';
import { dayMs, issueHourMs } from '../figures/issues.ts';
import { never } from './person.ts';

/** A tile that has so many contacts is followed by another one. */
const tileSize = 2048;

/** The key before which no contact is. */
const beforeAll = -never;

interface Order {
  readonly kind: 'seq' | 'created' | 'updated';
  /** The time that comes before `seq` in the order; 0 where there is none. */
  readonly time: (row: string) => string;
  /** Whether a live contact comes after this row. */
  readonly later: string;
}

const orders: readonly Order[] = [
  { kind: 'seq', time: () => '0', later: 'seq > new.seq' },
  ...(['created', 'updated'] as const).map((kind) => ({
    kind,
    time: (row: string) => `${row}.${kind}`,
    later: `(${kind}, seq) > (new.${kind}, new.seq)`,
  })),
];

/**
 * Tiles count live contacts in an order, some thousand each, so that a page costs the same wherever it is.
 * They are kept by triggers, in the same transaction as the contacts. A tile goes from its key up to that of
 * the next one. A new one begins with a contact that comes after all others, as new and changed ones do.
 */
function entersTiles(): string {
  return orders
    .map(({ kind, time, later }) => {
      const key = `(${time('new')}, new.seq)`;
      return `
        insert or ignore into tiles (kind, a, s, n) select '${kind}', ${time('new')}, new.seq, 0
          where new.archived = 0 and (select n from tiles where kind = '${kind}' order by a desc, s desc limit 1) >= ${tileSize}
            and not exists (select 1 from contacts where archived = 0 and ${later});
        update tiles set n = n + 1 where new.archived = 0 and kind = '${kind}' and (a, s) = ${tileOf(kind, key)};`;
    })
    .join('');
}

function leavesTiles(): string {
  return orders
    .map(({ kind, time }) => {
      const key = `(${time('old')}, old.seq)`;
      return `
        update tiles set n = n - 1 where old.archived = 0 and kind = '${kind}' and (a, s) = ${tileOf(kind, key)};
        delete from tiles where kind = '${kind}' and n = 0 and a > ${beforeAll} and (a, s) = ${tileOf(kind, key)};`;
    })
    .join('');
}

function tileOf(kind: string, key: string): string {
  return `(select a, s from tiles where kind = '${kind}' and (a, s) <= ${key} order by a desc, s desc limit 1)`;
}

/** The first issue after a time, as `firstIssueAfter` counts. */
const issueAfter = (time: string): string => `((${time} - ${issueHourMs}) / ${dayMs} + 1)`;

const spanKey = (row: string): string =>
  `${issueAfter(`${row}.created`)}, ${issueAfter(`${row}.until`)},
   ${row}.bucket, ${row}.segment, ${row}.until < ${never} and ${row}.subscribed = 0`;

const entersSpans = `
  insert into spans (first, past, bucket, segment, unsubscribed, n) values (${spanKey('new')}, 1)
    on conflict do update set n = n + 1;`;
const leavesSpans = `
  update spans set n = n - 1 where (first, past, bucket, segment, unsubscribed) = (${spanKey('old')});
  delete from spans where (first, past, bucket, segment, unsubscribed) = (${spanKey('old')}) and n = 0;`;

const contactsTable = `
  create table contacts (
    seq integer primary key autoincrement,
    id text not null unique,
    email text not null,
    external blob not null,
    first text not null,
    last text not null,
    segment text not null,
    active integer not null,
    subscribed integer not null,
    archived integer not null,
    state integer generated always as
      (case when archived then 3 when not active then 2 when not subscribed then 1 else 0 end) virtual,
    created integer not null,
    updated integer not null,
    until integer not null,
    bucket integer not null,
    person text not null
  ) strict;
  create index contacts_email on contacts (email);
  create index contacts_first on contacts (first) where first <> '';
  create index contacts_last on contacts (last) where last <> '';
  create index contacts_external on contacts (external) where length(external) > 0;
  create index contacts_state on contacts (state);
  create index contacts_live on contacts (archived);
  create index contacts_created on contacts (archived, created);
  create index contacts_updated on contacts (archived, updated);
  create table counts (state integer primary key, n integer not null) strict;
  insert into counts (state, n) values (0, 0), (1, 0), (2, 0), (3, 0);
  create table tiles (kind text, a integer, s integer, n integer not null, primary key (kind, a, s))
    strict, without rowid;
  insert into tiles (kind, a, s, n) values
    ('seq', ${beforeAll}, 0, 0), ('created', ${beforeAll}, 0, 0), ('updated', ${beforeAll}, 0, 0);
  create table spans (
    first integer, past integer, bucket integer, segment text, unsubscribed integer, n integer not null,
    primary key (first, past, bucket, segment, unsubscribed)
  ) strict, without rowid;
  create table removed (id text primary key, at integer not null) strict, without rowid;
  create index removed_at on removed (at, id);

  create trigger contacts_added after insert on contacts begin
    update counts set n = n + 1 where state = new.state;
    ${entersSpans}
    ${entersTiles()}
  end;
  create trigger contacts_deleted after delete on contacts begin
    update counts set n = n - 1 where state = old.state;
    ${leavesSpans}
    ${leavesTiles()}
    insert or replace into removed (id, at) values (old.id, old.updated);
  end;
  create trigger contacts_counted after update on contacts when old.state <> new.state begin
    update counts set n = n - 1 where state = old.state;
    update counts set n = n + 1 where state = new.state;
  end;
  create trigger contacts_moved after update on contacts
    when old.archived <> new.archived or old.updated <> new.updated begin
    ${leavesTiles()}
    ${entersTiles()}
  end;
  create trigger contacts_archived after update on contacts when new.archived = 1 begin
    insert or replace into removed (id, at) values (new.id, new.updated);
  end;
  create trigger contacts_returned after update on contacts when old.archived = 1 and new.archived = 0 begin
    delete from removed where id = new.id;
  end;
  create trigger contacts_span after update on contacts
    when (old.until, old.bucket, old.segment, old.subscribed) <>
      (new.until, new.bucket, new.segment, new.subscribed) begin
    ${leavesSpans}
    ${entersSpans}
  end;
`;

/** Lists, subscription types and subscriptions of version 2. A contact's integer id there is its `seq`. */
const listTables = `
  create table lists (
    id integer primary key, name text not null, description text not null, options text not null,
    created integer not null
  ) strict;
  insert into lists (id, name, description, options, created) values
    (1, 'Newsletter', 'Everybody who signed up', '{}', 0);
  create table members (list_id integer, seq integer, primary key (list_id, seq)) strict, without rowid;
  create index members_seq on members (seq);
  create table left_lists (
    seq integer, list_id integer, at integer not null, primary key (seq, list_id)
  ) strict, without rowid;
  create index left_lists_at on left_lists (at);
  create table subscriptions (
    id integer primary key, seq integer not null, type_id integer not null, fields text not null,
    updated integer not null, unique (seq, type_id)
  ) strict;
  create trigger contacts_forgotten after delete on contacts begin
    delete from members where seq = old.seq;
    delete from left_lists where seq = old.seq;
    delete from subscriptions where seq = old.seq;
  end;
`;

/** As it was while contacts were found by address and id only. */
const first: Migration = {
  version: 1,
  name: 'contacts of the sandbox',
  sqlite: `
    ${sqliteBasis}
    create table persons (
      seq integer primary key autoincrement,
      id text not null unique,
      email text not null,
      external blob not null,
      archived integer not null,
      created integer not null,
      updated integer not null,
      person text not null
    ) strict;
    create table counts (name text primary key, n integer not null) strict;
  `,
  postgres: '',
};

const second: Migration = {
  version: 2,
  name: 'pages, states and figures of contacts',
  sqlite: `
    drop table counts;
    ${contactsTable}
    ${listTables}
    insert into contacts
      (seq, id, email, external, first, last, segment, active, subscribed, archived, created, updated, until, bucket, person)
      select seq, id, email, external,
        lower(coalesce(person ->> 'first_name', '')), lower(coalesce(person ->> 'last_name', '')),
        coalesce(person ->> 'segment_code', ''),
        person ->> 'is_active', person ->> 'is_subscribed', archived, created, updated,
        iif(archived or not (person ->> 'is_active') or not (person ->> 'is_subscribed'), updated, ${never}),
        seq % 100,
        json_object(
          'email', person ->> 'email', 'external_id', person ->> 'external_id',
          'first_name', person ->> 'first_name', 'last_name', person ->> 'last_name',
          'segment_code', person ->> 'segment_code', 'referred_by', person ->> 'referred_by',
          'unsubscribe_reason', iif(person ->> 'is_subscribed', null, 'API'), 'source', 'API', 'via', null,
          'attributes', (
            select json_group_array(
              json_object('name', value ->> 'name', 'value', json(value -> 'value'), 'created', created))
            from json_each(person -> 'attributes')))
      from persons order by seq;
    drop table persons;
  `,
  postgres: '',
};

export const schema: readonly Migration[] = [first, second];
