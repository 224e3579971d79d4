import type { Sql } from '../../store/database.ts';

const sqliteNow = `cast(unixepoch('subsec') * 1000 as integer)`;
const postgresNow = 'floor(extract(epoch from statement_timestamp()) * 1000)::bigint';

const insertSql: Sql = {
  sqlite: `insert into quotas (window_id, key, used)
    select ((${sqliteNow} + shift) / span + 1) * span - shift, unhex(key), n from (
      select value ->> 'key' as key, value ->> 'n' as n, value ->> 'windowMs' as span, value ->> 'shiftMs' as shift
      from json_each(?)
    ) where true`,
  postgres: `insert into quotas (window_id, key, used)
    select ((${postgresNow} + "shiftMs") / "windowMs" + 1) * "windowMs" - "shiftMs", decode(key, 'hex'), n
    from json_to_recordset($1::json) as input (key text, n bigint, "windowMs" bigint, "shiftMs" bigint)
    order by key collate "C"`,
};

/**
 * Counts. One parameter: JSON rows of `key` (hex), `n`, `windowMs` and `shiftMs`, in the order of their keys.
 * A window's id is the time of its end, in ms by the database's clock.
 */
export const chargeSql: Sql = {
  sqlite: `
    ${insertSql.sqlite}
    on conflict (window_id, key) do update set used = used + excluded.used
    returning lower(hex(key)) as key, window_id, used, ${sqliteNow} as now_ms`,
  postgres: `
    ${insertSql.postgres}
    on conflict (window_id, key) do update set used = quotas.used + excluded.used
    returning encode(key, 'hex') as key, window_id, used, ${postgresNow} as now_ms`,
};

/** Takes back: JSON rows of `key`, `windowId` and `n`. Rows of windows that are over may be gone. */
export const refundSql: Sql = {
  sqlite: `
    update quotas set used = max(0, used - refund.n)
    from (select unhex(value ->> 'key') as key, value ->> 'windowId' as window_id, value ->> 'n' as n from json_each(?)) refund
    where quotas.window_id = refund.window_id and quotas.key = refund.key`,
  postgres: `
    update quotas set used = greatest(0, quotas.used - locked.n)
    from (
      select q.window_id, q.key, input.n
      from json_to_recordset($1::json) as input (key text, "windowId" bigint, n bigint)
      join quotas q on q.window_id = input."windowId" and q.key = decode(input.key, 'hex')
      order by input.key collate "C" for update of q
    ) locked
    where quotas.window_id = locked.window_id and quotas.key = locked.key`,
};

/** What is over for a minute, and what a clock that was far ahead has left behind. */
export const sweepSql: Sql = {
  sqlite: `delete from quotas where window_id < ${sqliteNow} - 60000 or window_id > ${sqliteNow} + 3000000000`,
  postgres: `delete from quotas where window_id < ${postgresNow} - 60000 or window_id > ${postgresNow} + 3000000000`,
};
