import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A PostgreSQL server of the test's own, from the machine's binaries. */
export interface PostgresServer {
  readonly port: number;
  urlOf(database: string): string;
  /** A server that follows this one by streaming, under a name for `synchronous_standby_names`. */
  createStandby(name: string): Promise<PostgresServer>;
  /** Of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Kills all processes at once and starts the server again. */
  crash(): Promise<void>;
  stopAbruptly(): Promise<void>;
  /** SIGKILL for all processes. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs a statement as the superuser. */
  query(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Stops all processes of the server, or lets them go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  close(): Promise<void>;
}

/** Why there can be none on this machine; `undefined` where it can. */
export function whyNoPostgres(): string | undefined {
  if (process.env['WITHOUT_POSTGRES'] !== undefined) return 'WITHOUT_POSTGRES is set';
  if (binDir() === undefined) return 'PostgreSQL is not installed under /usr/lib/postgresql';
  if (isRoot() && otherUser() === undefined)
    return 'PostgreSQL refuses to run as root, and there is no user for it';
  return undefined;
}

export interface PostgresServerOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

interface Place {
  readonly bin: string;
  readonly dir: string;
  readonly data: string;
  readonly port: number;
  /** Of the operating system, where this process is root. */
  readonly as: { readonly uid?: number; readonly gid?: number };
  /** Of the database. */
  readonly user: string;
}

export async function startPostgres({ settings = [] }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const place = await newPlace();
  await copy(await emptyCluster(place), place.data);
  await configure(place, ['shared_buffers = 32MB', 'max_connections = 40', ...settings]);
  return serverAt(place);
}

/** What every server starts with. It is made once and copied, as making it takes two seconds. */
async function emptyCluster({ bin, dir, as, user }: Place): Promise<string> {
  const kept = resolve('node_modules/.cache/postgres', [...bin.split('/').slice(-2, -1), user].join('-'));
  if (existsSync(kept)) return kept;
  const data = join(dir, 'empty');
  await run(join(bin, 'initdb'), ['-D', data, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...as,
    cwd: dir,
  });
  await mkdir(dirname(kept), { recursive: true });
  const whole = await mkdtemp(`${kept}.`);
  await copy(data, join(whole, 'data'));
  await rm(data, { recursive: true });
  // Another worker may have been faster.
  await rename(join(whole, 'data'), kept).catch(() => undefined);
  await rm(whole, { recursive: true, force: true });
  return kept;
}

/** With owners and rights, which PostgreSQL insists on. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}

async function newPlace(): Promise<Place> {
  const bin = binDir();
  if (bin === undefined) throw new Error(whyNoPostgres());
  const dir = await mkdtemp(join(tmpdir(), 'rasa-signup-postgres-'));
  await chmod(dir, 0o755);
  const other = otherUser();
  if (other) await chown(dir, other.uid, other.gid);
  return {
    bin,
    dir,
    data: join(dir, 'data'),
    port: await freePort(),
    as: other ?? {},
    user: isRoot() ? 'postgres' : userInfo().username,
  };
}

async function configure({ dir, data, port }: Place, settings: readonly string[]): Promise<void> {
  const lines = [
    `port = ${port}`,
    `unix_socket_directories = '${dir}'`,
    `listen_addresses = '127.0.0.1'`,
    ...settings,
  ];
  // Of two lines for one setting the later one counts.
  await appendFile(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
}

async function serverAt(place: Place): Promise<PostgresServer> {
  const { bin, dir, data, port, as, user } = place;
  const urlOf = (database: string) => `postgres://${user}@127.0.0.1:${port}/${database}`;

  let server: ChildProcess | undefined;
  let log = '';
  const query = async (sql: string, database = 'postgres') => {
    const client = new pg.Client({ connectionString: urlOf(database), connectionTimeoutMillis: 2000 });
    client.on('error', () => {
      // The test has ended the server.
    });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const launch = () => {
    const child = spawn(join(bin, 'postgres'), ['-D', data], {
      ...as,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk) => (log += String(chunk)));
    server = child;
    return child;
  };
  const start = async () => {
    let child = launch();
    for (let attempt = 0; ; attempt++) {
      try {
        await query('select 1');
        return;
      } catch (error) {
        // A connection of another test may have got the port meanwhile; it has it for a moment.
        if (attempt < 100 && child.exitCode !== null && log.includes('Address already in use')) {
          log = '';
          child = launch();
        } else if (attempt > 200 || child.exitCode !== null)
          throw new Error(`PostgreSQL did not start: ${log}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  /** The server's first process and those that it has started. */
  const pids = async () => {
    const main = server?.pid;
    if (main === undefined) return [];
    const { stdout: family } = await run('ps', ['-eo', 'pid=,ppid=']);
    const children = family.split('\n').flatMap((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return parent === main && pid !== undefined ? [pid] : [];
    });
    return [main, ...children];
  };
  const end = async (signal: 'SIGQUIT' | 'SIGKILL') => {
    if (server?.exitCode !== null) return;
    const ended = once(server, 'exit');
    const [main, ...children] = await pids();
    if (main !== undefined) process.kill(main, signal);
    if (signal === 'SIGKILL') for (const pid of children) killIfThere(pid);
    await ended;
    // A new server refuses to start while one of the old processes holds the shared memory.
    while (children.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 10));
    server = undefined;
  };
  let made = 0;
  await start();
  return {
    port,
    start,
    query,
    urlOf,
    async createDatabase() {
      const name = `test${++made}`;
      await query(`create database ${name}`);
      return urlOf(name);
    },
    async crash() {
      await end('SIGKILL');
      await start();
    },
    async kill() {
      await end('SIGKILL');
    },
    stopAbruptly: () => end('SIGQUIT'),
    async createStandby(name) {
      const standby = await newPlace();
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', user];
      await run(
        join(bin, 'pg_basebackup'),
        ['-D', standby.data, ...from, '-X', 'stream', '-c', 'fast', '-N'],
        {
          ...as,
          cwd: standby.dir,
        },
      );
      await configure(standby, [
        `primary_conninfo = 'host=127.0.0.1 port=${port} user=${user} application_name=${name}'`,
        'hot_standby = on',
      ]);
      await writeFile(join(standby.data, 'standby.signal'), '');
      return serverAt(standby);
    },
    async freeze(signal) {
      for (const pid of await pids()) process.kill(pid, signal);
    },
    async close() {
      await end('SIGQUIT');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its parent.
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function binDir(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((dir) => existsSync(join(dir, 'initdb')));
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** An unprivileged user and its group, where this process is root. */
export function otherUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (!isRoot()) return undefined;
  const idOf = (option: string, name: string) =>
    Number(spawnSync('id', [option, name]).stdout.toString() || NaN);
  return ['postgres', 'nobody']
    .map((name) => ({ uid: idOf('-u', name), gid: idOf('-g', name) }))
    .find(({ uid }) => uid > 0);
}
