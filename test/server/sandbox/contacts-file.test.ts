import { pino } from 'pino';
import { expect, it } from 'vitest';
import { schema } from '../../../server/sandbox/contacts/schema.ts';
import { sameSql } from '../../../server/store/database.ts';
import { openSqlite } from '../../../server/store/open-store.ts';
import { Secret } from '../../../server/system/secret.ts';
import { fieldsIn, startSandbox } from '../../helpers/server/sandbox.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

/** A person as the first schema of the file kept it. */
function older(email: string, more: object = {}): string {
  return JSON.stringify({
    id: `id-${email}`,
    email,
    external_id: null,
    first_name: 'Ada',
    last_name: null,
    segment_code: 'H-7',
    referred_by: null,
    is_active: true,
    is_subscribed: true,
    is_archived: false,
    created: '2026-01-01T00:00:00.000Z',
    updated: '2026-01-02T00:00:00.000Z',
    attributes: [{ name: 'shoe_size', value: 38, created: '2026-01-01T00:00:00.000Z' }],
    ...more,
  });
}

it('takes over the contacts of a file that an earlier build has made', async () => {
  const dataDir = await directoryInMemory();
  const file = await openSqlite({
    dataDir,
    fileName: 'sandbox.db',
    schema: schema.slice(0, 1),
    key: new Secret('nothing is sealed'),
    reserveBytes: 0,
    log: pino({ level: 'silent' }),
  });
  const people = [
    ['Ada@example.com', {}],
    ['out@example.com', { is_subscribed: false }],
    ['gone@example.com', { is_archived: true }],
  ] as const;
  await file.write(
    people.map(([email, more]) => ({
      sql: sameSql(
        'insert into persons (id, email, external, archived, created, updated, person) values (?, ?, ?, ?, ?, ?, ?)',
      ),
      params: [
        `id-${email}`,
        email.toLowerCase(),
        Buffer.from(''),
        'is_archived' in more ? 1 : 0,
        Date.UTC(2026, 0, 1),
        Date.UTC(2026, 0, 2),
        older(email, more),
      ],
    })),
  );
  await file.close();

  const { api, token, addPersons } = await startSandbox({ dataDir });
  const call = { token: await token() };
  const persons = fieldsIn(await api('GET', '/v1/persons', call));
  expect(persons).toMatchObject([
    { id: 'id-Ada@example.com', email: 'Ada@example.com', is_subscribed: 1, segment_code: 'H-7' },
    { email: 'out@example.com', is_subscribed: 0, unsubscribe_reason: 'API', created: '2026-01-01 00:00:00' },
  ]);
  expect(fieldsIn(await api('GET', '/v1/persons/id-Ada@example.com', call))).toMatchObject([
    { shoe_size: 38 },
  ]);
  expect(fieldsIn(await api('GET', '/v1/persons/deleted', call))).toHaveLength(0);
  const { envelope } = await addPersons({ email: 'ada@example.com' }, { email: 'gone@example.com' });
  expect(envelope.results).toMatchObject([
    { id: 'id-Ada@example.com', status: 'updated' },
    { id: 'id-gone@example.com', status: 'updated' },
  ]);
});

it('keeps every contact over a restart', async () => {
  const first = await startSandbox();
  await fetch(`${first.url}/sandbox/contacts`, { method: 'POST', body: '{"count":20000}' });
  await first.close();
  const second = await startSandbox({ dataDir: first.dataDir });
  const { envelope } = await second.api('GET', '/v1/persons?limit=1', { token: await second.token() });
  expect(envelope.metadata.total_query_count).toBe(20_000);
});
