import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isListening } from './free-port.ts';
import { otherUser } from './postgres.ts';

export interface Pooler {
  /** The same database, through the pooler. */
  through(databaseUrl: string): string;
  close(): Promise<void>;
}

const binary = '/usr/sbin/pgbouncer';

/** Why there can be none on this machine; `undefined` where it can. */
export function whyNoPgBouncer(): string | undefined {
  return existsSync(binary) ? undefined : `PgBouncer is not installed as ${binary}`;
}

/**
 * PgBouncer in transaction mode, with fewer connections to the server than a store has to it: each
 * transaction gets another connection than the one before.
 */
export async function startPgBouncer(server: {
  readonly port: number;
  urlOf(name: string): string;
}): Promise<Pooler> {
  const dir = await mkdtemp(join(tmpdir(), 'rasa-signup-pgbouncer-'));
  const other = otherUser();
  if (other) await chown(dir, other.uid, other.gid);
  await chmod(dir, 0o755);
  const port = await freePort();
  const { username } = new URL(server.urlOf('postgres'));
  await writeFile(join(dir, 'users'), `"${username}" ""\n`);
  const settings = `
[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(dir, 'users')}
pool_mode = transaction
default_pool_size = 3
server_round_robin = 1
server_idle_timeout = 1
`;
  await writeFile(join(dir, 'pgbouncer.ini'), settings);
  const child = spawn(binary, [join(dir, 'pgbouncer.ini')], {
    ...other,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  for (let attempt = 0; !(await isListening(port)); attempt++) {
    if (attempt > 200 || child.exitCode !== null) throw new Error(`PgBouncer did not start: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGQUIT');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
