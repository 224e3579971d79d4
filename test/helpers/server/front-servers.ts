import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { freePort, isListening } from './free-port.ts';

const programs = { nginx: '/usr/sbin/nginx', apache: '/usr/sbin/apache2', caddy: '/usr/bin/caddy' } as const;

/** A web server in front of the proxy, set up as operators do. */
export interface FrontServer {
  readonly program: keyof typeof programs;
  /**
   * The lines that pass requests on to the proxy, with `PROXY` for its host and port; or the file that
   * operators copy, which is used as it stands but for names, ports and certificates.
   */
  readonly lines: string | { readonly file: string };
  /** The path of the proxy at the public address. */
  readonly path?: string;
  readonly tls?: boolean;
  /** Used where it is free. */
  readonly port?: number;
}

/** Why it cannot run on this machine; `undefined` where it can. */
export function whyNot({ program }: FrontServer): string | undefined {
  const path = programs[program];
  return existsSync(path) ? undefined : `${program} is not installed as ${path}`;
}

/**
 * Starts the real program on a port that is free, and stops it after the test. The certificate, where there
 * is one, is for localhost and signed by itself.
 */
export async function startFrontServer(
  { program, lines, tls = false }: FrontServer,
  { port, proxyPort }: { readonly port: number; readonly proxyPort: number },
): Promise<{ readonly certificate: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'rasa-signup-front-'));
  // The workers of a program that is started as root run as another user.
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'cache'));
  await chmod(join(dir, 'cache'), 0o777);
  const certificate = join(dir, 'certificate.pem');
  if (tls) makeCertificate(dir);
  const setup = { dir, port, plainPort: await freePort(), tls };
  const config =
    typeof lines === 'string'
      ? configs[program]({ ...setup, lines: lines.replaceAll('PROXY', `127.0.0.1:${proxyPort}`) })
      : adapted[program]({ ...setup, lines: fileOf(lines, setup, proxyPort) });
  const path = join(dir, 'config');
  await writeFile(path, config);
  const child = spawn(programs[program], [...args[program], path], {
    env: { PATH: process.env['PATH'], HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  onTestFinished(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true });
  });
  for (let attempt = 0; !(await isListening(port)); attempt++) {
    if (attempt > 400 || child.exitCode !== null) throw new Error(`${program} did not start: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { certificate };
}

const args: Readonly<Record<FrontServer['program'], readonly string[]>> = {
  nginx: ['-e', 'stderr', '-c'],
  apache: ['-D', 'FOREGROUND', '-f'],
  caddy: ['run', '--adapter', 'caddyfile', '--config'],
};

/** The file for a proxy on this port, for localhost, with the certificate of the test. */
function fileOf({ file }: { readonly file: string }, { dir }: Pick<Setup, 'dir'>, proxyPort: number): string {
  return readFileSync(file, 'utf8')
    .replaceAll('/etc/ssl/signup.example.com/fullchain.pem', join(dir, 'certificate.pem'))
    .replaceAll('/etc/ssl/signup.example.com/privkey.pem', join(dir, 'key.pem'))
    .replaceAll('127.0.0.1:8787', `127.0.0.1:${proxyPort}`)
    .replaceAll('signup.example.com', 'localhost');
}

interface Setup {
  readonly dir: string;
  readonly port: number;
  /** For the redirect to https, where there is one. */
  readonly plainPort: number;
  readonly lines: string;
  readonly tls: boolean;
}

const isRoot = process.getuid?.() === 0;
const temporaries = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
const apacheModules = ['mpm_event', 'authz_core', 'alias', 'proxy', 'proxy_http', 'ssl'] as const;
const [, nginxMinor = 0, nginxPatch = 0] = versionOfNginx();
/** Since 1.25.1 `http2` is a line of its own. */
const nginxKnowsHttp2 = nginxMinor > 25 || (nginxMinor === 25 && nginxPatch > 0);

function versionOfNginx(): readonly number[] {
  const { stderr } = spawnSync(programs.nginx, ['-v'], { encoding: 'utf8' });
  return /(\d+)\.(\d+)\.(\d+)/.exec(stderr)?.slice(1).map(Number) ?? [];
}

const nginxAround = ({ dir }: Setup, server: string) => `
    daemon off;
    ${isRoot ? 'user root;' : ''}
    worker_processes 1;
    pid ${dir}/pid;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporaries.map((name) => `${name}_temp_path ${dir}/cache/${name};`).join('\n')}
      proxy_cache_path ${dir}/cache/answers keys_zone=answers:1m;
      ${server}
    }`;

const apacheAround = ({ dir, port }: Setup, lines: readonly string[]) =>
  [
    ...apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `DefaultRuntimeDir ${dir}`,
    `PidFile ${dir}/pid`,
    `ErrorLog ${dir}/cache/errors`,
    ...(isRoot ? ['User nobody', 'Group nogroup'] : []),
    ...lines,
    '',
  ].join('\n');

const caddyAround = (sites: string) => `{
  admin off
  auto_https off
}
${sites}
`;

/** A whole configuration around a few lines. */
const configs: Readonly<Record<FrontServer['program'], (setup: Setup) => string>> = {
  nginx: (setup) =>
    nginxAround(
      setup,
      `server {
        listen 127.0.0.1:${setup.port}${setup.tls ? ' ssl' : ''};
        ${setup.tls ? `ssl_certificate ${setup.dir}/certificate.pem; ssl_certificate_key ${setup.dir}/key.pem;` : ''}
        ${setup.lines}
      }`,
    ),
  apache: (setup) => apacheAround(setup, [setup.lines]),
  caddy: ({ port, lines }) => caddyAround(`http://localhost:${port} {\n  bind 127.0.0.1\n  ${lines}\n}`),
};

/** A whole configuration around a file that operators copy. */
const adapted: typeof configs = {
  nginx: (setup) =>
    nginxAround(
      setup,
      setup.lines
        .replace(/^ *listen \[::\].*\n/gm, '')
        .replace('listen 80;', `listen 127.0.0.1:${setup.plainPort};`)
        .replace('listen 443 ssl;', `listen 127.0.0.1:${setup.port} ssl${nginxKnowsHttp2 ? '' : ' http2'};`)
        // As the comment in the file says.
        .replace(nginxKnowsHttp2 ? '' : /^ *http2 on;\n/m, ''),
    ),
  apache: (setup) =>
    apacheAround(setup, [
      `Listen 127.0.0.1:${setup.plainPort}`,
      setup.lines.replace('*:80', `127.0.0.1:${setup.plainPort}`).replace('*:443', `127.0.0.1:${setup.port}`),
    ]),
  caddy: ({ dir, port, lines }) =>
    caddyAround(
      lines.replace(
        /^localhost \{/m,
        `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${dir}/certificate.pem ${dir}/key.pem`,
      ),
    ),
};
