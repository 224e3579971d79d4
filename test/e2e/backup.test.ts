import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { sameSql, type Database } from '../../server/store/database.ts';
import { migrations, type Migration } from '../../server/store/migrations.ts';
import { openStore } from '../../server/store/open-store.ts';
import { Secret } from '../../server/system/secret.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { runCli } from '../helpers/server/cli.ts';
import { useEngines, type Engine } from '../helpers/server/engines.ts';
import { startProduct } from '../helpers/server/product.ts';
import { runCommand } from '../helpers/server/run-command.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { quiet } from '../helpers/server/store.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { openShell } from '../helpers/shell.ts';
import { post } from '../helpers/sites/visitor.ts';

/** The commands of the document, by what they begin with. */
const blocks = readmeBlocks('docs/operating.md', 'sh');
const blockWith = (text: string) =>
  blocks.find((block) => block.includes(text)) ?? `echo 'No ${text}.' && false`;
const commands: Readonly<Record<Engine, { readonly backUp: string; readonly restore: string }>> = {
  sqlite: { backUp: blockWith('store backup'), restore: blockWith('install -d') },
  postgres: { backUp: blockWith('pg_dump'), restore: blockWith('pg_restore') },
};

const waiting = Array.from({ length: 5 }, (_, index) => `ada${index}@example.com`);
const newer = 'The database is from a newer version of rasa-signup: its schema is 99 (what is to come)';

const key = '5c'.repeat(32);

const { engines, server } = useEngines();

describe.each(engines)('a database on %s', { timeout: 90_000 }, (engine) => {
  it('is restored from its backup in an empty place, and everything that waited arrives', async () => {
    const { env, rasa, backUp, lose, restore, fill } = await openPlace(engine);
    const product = await startProduct(env);
    await fill(product.url);
    await backUp();
    await product.stop('SIGKILL');
    await lose();
    const restored = await restore();
    await rasa.putFaults({});
    await startProduct(restored);
    await expectDelivered(rasa);
    const { stdout } = await runCommand(['outbox', 'list'], restored);
    expect(JSON.parse(stdout)).toMatchObject([{ reason: 'There is no such segment' }]);
  });

  it.each([migrations.length - 1, 1])(
    'with the schema of step %s is brought up to date at the start, and everything that waited arrives',
    async (version) => {
      const { env, rasa, fill, open } = await openPlace(engine);
      const product = await startProduct(env);
      await fill(product.url);
      await product.stop();
      await changing(open, (database) => database.write(stepsBack(engine, version)));
      await rasa.putFaults({});
      await startProduct(env);
      await expectDelivered(rasa);
      await changing(open, async (database) => {
        const rows = await database.read({ sql: sameSql('select version from migrations order by version') });
        expect(rows.map((row) => Number(row['version']))).toEqual(migrations.map((step) => step.version));
      });
    },
  );

  it('of a newer version is refused by name, and the backup made before is not', async () => {
    const { env, rasa, backUp, lose, restore, fill, open } = await openPlace(engine);
    const product = await startProduct(env);
    await fill(product.url);
    await backUp();
    await product.stop();
    await changing(open, (database) =>
      database.write([
        {
          sql: sameSql(
            `insert into migrations (version, name, applied_at) values (99, 'what is to come', 0)`,
          ),
        },
      ]),
    );
    await expect(startProduct(env)).rejects.toThrow(newer);
    const check = await runCommand(['store', 'check'], env);
    expect(check).toMatchObject({ code: 1, stderr: expect.stringContaining(newer) as string });
    const doctor = await runCli(['doctor'], env);
    expect(doctor).toMatchObject({ code: 1, stdout: expect.stringContaining(newer) as string });
    await lose();
    const restored = await restore();
    await rasa.putFaults({});
    await startProduct(restored);
    await expectDelivered(rasa);
  });
});

type Rasa = Awaited<ReturnType<typeof startSandbox>>;

async function expectDelivered(rasa: Rasa): Promise<void> {
  await vi.waitFor(
    async () => {
      const emails = (await readContacts(rasa)).map(({ email }) => email);
      expect(emails.sort()).toEqual(waiting);
    },
    { timeout: 60_000, interval: 200 },
  );
}

/** A proxy's environment with a database of this engine, and the document's commands for it. */
async function openPlace(engine: Engine) {
  const rasa = await startSandbox();
  const dir = await directoryInMemory();
  const dataDir = join(dir, 'data');
  const { run } = await openShell({});
  await run(`mkdir -p ${dir}/data ${dir}/backup ${dir}/keys`);
  const url = engine === 'postgres' ? await server().createDatabase() : undefined;
  const database = url?.replace(/.*\//, '') ?? '';
  const common: Env = { ...credentialsFor(rasa), DATA_DIR: dataDir };
  const env: Env = url === undefined ? common : { ...common, DATABASE_URL: url, OUTBOX_KEY: key };
  const inPlace = (script: string) =>
    url === undefined
      ? script.replaceAll('/var/lib/rasa-signup', dataDir).replaceAll(/\/(backup|keys)\//g, `${dir}/$1/`)
      : script
          .replaceAll('/backup/', `${dir}/backup/`)
          .replaceAll(/postgres:\/\/\w+@db\.example\.com\/(?=postgres\b)/g, url.slice(0, -database.length))
          .replaceAll(/postgres:\/\/\w+@db\.example\.com\/signup/g, url)
          .replaceAll('signup_restored', `${database}_restored`)
          .replace('--owner=signup', `--owner=${new URL(url).username}`);
  return {
    rasa,
    env,
    open: () =>
      openStore({
        dataDir,
        log: quiet,
        ...(url !== undefined && { databaseUrl: new Secret(url), key: new Secret(key) }),
      }),
    /** One sign-up is set aside; the others wait, since rasa.io is away. */
    fill: async (at: string) => {
      await rasa.putFaults({ refuse: { emails: ['*@refused.test'], error: 'There is no such segment' } });
      expect((await post(at, 'urlencoded', { email: 'ada@refused.test' })).status).toBe(202);
      await vi.waitFor(
        async () => {
          expect(JSON.parse((await runCommand(['outbox', 'list'], env)).stdout)).toHaveLength(1);
        },
        { timeout: 60_000, interval: 500 },
      );
      await rasa.putFaults({ answer: { status: 503, on: 'persons' } });
      for (const email of waiting) expect((await post(at, 'urlencoded', { email })).status).toBe(202);
    },
    backUp: () =>
      run(`export OUTBOX_KEY=${url === undefined ? '' : key}\n${inPlace(commands[engine].backUp)}`),
    lose: async () => {
      await rm(dataDir, { recursive: true });
      if (url !== undefined) await server().query(`drop database ${database} with (force)`);
    },
    restore: async (): Promise<Env> => {
      const keyed = `export OUTBOX_KEY=${url === undefined ? '' : key}\n`;
      expect(await run(keyed + inPlace(commands[engine].restore))).toContain('The database is sound.');
      return url === undefined ? env : { ...env, DATABASE_URL: `${url}_restored` };
    },
  };
}

async function changing(open: () => Promise<Database>, change: (database: Database) => Promise<unknown>) {
  const database = await open();
  try {
    await change(database);
  } finally {
    await database.close();
  }
}

/** What takes a database back to an earlier step of its schema: each statement of the later ones undone. */
function stepsBack(engine: Engine, version: number) {
  const undone = migrations
    .slice(version)
    .flatMap((step: Migration) => step[engine].replaceAll(/--.*$/gm, '').split(';'))
    .map((statement) => statement.trim())
    // What a step fills goes with its column.
    .filter((statement) => statement !== '' && !statement.startsWith('update '))
    .reverse()
    .map(undoing);
  return [...undone, `delete from migrations where version > ${version}`].map((text) => ({
    sql: sameSql(text),
  }));
}

function undoing(statement: string): string {
  const [, table] = /^create (?:unlogged )?table (\w+)/.exec(statement) ?? [];
  if (table !== undefined) return `drop table ${table}`;
  const [, index] = /^create (?:unique )?index (\w+)/.exec(statement) ?? [];
  if (index !== undefined) return `drop index ${index}`;
  const [, changed, column] = /^alter table (\w+) add (?:column )?(\w+)/.exec(statement) ?? [];
  if (changed !== undefined && column !== undefined) return `alter table ${changed} drop column ${column}`;
  const [, thinner, gone] = /^alter table (\w+) drop column (\w+)/.exec(statement) ?? [];
  if (thinner !== undefined) return `alter table ${thinner} add column ${gone} integer not null default 0`;
  throw new Error(`Nothing is known that undoes this statement: ${statement}`);
}
