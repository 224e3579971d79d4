import type { Database, Sql } from '../../../server/store/database.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * So many of each: waiting, delivered, events, attempts of webhooks, mails. The store holds a sign-up that
 * waits, which is copied.
 */
export async function fillStore(database: Pick<Database, 'write'>, rows: number): Promise<void> {
  const nowMs = Date.now();
  const each = 50_000;
  for (let from = 1; from <= rows; from += each) {
    const to = from + each - 1;
    const spread = `(${nowMs} - ${29 * dayMs} + n.i * ${Math.floor((28 * dayMs) / rows)})`;
    const id = {
      sqlite: `printf('%08x-%04x-7000-8000-%012x', ${spread} >> 16, ${spread} & 65535, n.i)`,
      postgres: `lpad(to_hex(${spread} >> 16), 8, '0') || '-' || lpad(to_hex(${spread} & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n.i), 12, '0')`,
    };
    const person = {
      sqlite: `unhex(printf('%032x', n.i))`,
      postgres: `decode(lpad(to_hex(n.i), 32, '0'), 'hex')`,
    };
    const insert = (into: string, select: (engine: 'sqlite' | 'postgres') => string): Sql => ({
      sqlite: `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) insert into ${into} select ${select('sqlite')} from n, (select upstream, account, key_id, payload from signups order by seq limit 1) s`,
      postgres: `insert into ${into} select ${select('postgres')} from generate_series(${from}::bigint, ${to}) as n(i), (select upstream, account, key_id, payload from signups order by seq limit 1) s`,
    });
    const statements = [
      insert(
        'signups (id, upstream, account, form, lane, kind, person, due, attempts, accepted_at, key_id, payload)',
        (engine) =>
          `${id[engine]}, s.upstream, s.account, 'newsletter', 1, 'upsert', ${person[engine]}, ${nowMs + dayMs} + n.i, 1, ${nowMs - dayMs / 2} + n.i * 40, s.key_id, s.payload`,
      ),
      insert(
        'delivered_contacts (id, upstream, account, form, origin, person, rasa_id, is_own, delivered_at, state, state_at, reason)',
        (engine) =>
          `${id[engine]}, s.upstream, s.account, 'newsletter', 'https://www.example.com', ${person[engine]}, 'r' || n.i, 1, ${spread} + 1000, '', 0, ''`,
      ),
      insert(
        'events (seq, id, type, account, subject, at, told_at, data)',
        (engine) =>
          `n.i + 1000, ${id[engine]}, 'signup.delivered', s.account, ${id[engine]}, ${spread}, ${spread}, '{}'`,
      ),
      insert(
        'webhook_attempts (id, webhook, event, at, took_ms, status, result)',
        (engine) => `${id[engine]}, 'hook', ${id[engine]}, ${spread}, 5, 200, 'delivered'`,
      ),
      insert(
        'mails (id, due, attempts, created_at, until, failed_at, reason, key_id, payload)',
        (engine) =>
          `${id[engine]}, ${nowMs + dayMs} + n.i, 1, ${spread}, ${nowMs + 9 * dayMs}, 0, '', s.key_id, s.payload`,
      ),
    ];
    for (const sql of statements) await database.write([{ sql }]);
  }
}
