import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import pg from 'pg';

interface Message {
  readonly type: 'SCHEMA' | 'RECORD' | 'STATE';
  readonly stream?: string;
  readonly schema?: {
    readonly properties: Readonly<
      Record<string, { readonly type: readonly string[]; readonly format?: string }>
    >;
  };
  readonly key_properties?: readonly string[];
  readonly record?: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
}

/**
 * A small Singer target for PostgreSQL: a table for each stream, upserted by its keys. It commits at each
 * STATE, and only then passes it on, as targets do.
 */
export async function loadInto(
  databaseUrl: string,
  lines: AsyncIterable<string>,
  onState: (state: string) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const keys = new Map<string, readonly string[]>();
  try {
    await client.query('begin');
    for await (const line of lines) {
      const {
        type,
        stream = '',
        schema,
        key_properties: names = [],
        record = {},
        value,
      } = JSON.parse(line) as Message;
      if (type === 'SCHEMA') {
        keys.set(stream, names);
        const columns = Object.entries(schema?.properties ?? {}).map(
          ([name, each]) => `"${name}" ${sqlTypeOf(each)}`,
        );
        const primary = names.map((name) => `"${name}"`).join(', ');
        await client.query(
          `create table if not exists "${stream}" (${columns.join(', ')}, primary key (${primary}))`,
        );
      } else if (type === 'RECORD') {
        const columns = Object.keys(record);
        const values = columns.map((_name, index) => `$${index + 1}`).join(', ');
        const replaced = columns.map((name) => `"${name}" = excluded."${name}"`).join(', ');
        const conflict = (keys.get(stream) ?? []).map((name) => `"${name}"`).join(', ');
        const into = columns.map((name) => `"${name}"`).join(', ');
        await client.query(
          `insert into "${stream}" (${into}) values (${values}) on conflict (${conflict}) do update set ${replaced}`,
          Object.values(record),
        );
      } else {
        await client.query('commit');
        onState(JSON.stringify(value));
        await client.query('begin');
      }
    }
  } finally {
    // What came after the last STATE is not kept.
    await client.query('rollback');
    await client.end();
  }
}

/** The same for the messages of a pipe. */
export async function loadLines(
  databaseUrl: string,
  input: Readable,
  onState: (state: string) => void,
): Promise<void> {
  await loadInto(databaseUrl, linesOf(input), onState);
}

/** Reads from the first look at them on: an interface forgets what comes before. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  yield* createInterface({ input, crlfDelay: Infinity });
}

function sqlTypeOf({ type, format }: { readonly type: readonly string[]; readonly format?: string }): string {
  if (format === 'date-time') return 'timestamptz';
  if (format === 'date') return 'date';
  if (type.includes('integer')) return 'bigint';
  if (type.includes('number')) return 'numeric';
  return type.includes('boolean') ? 'boolean' : 'text';
}
