import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isListening } from './free-port.ts';

const programs = { nginx: '/usr/sbin/nginx', apache: '/usr/sbin/apache2', caddy: '/usr/bin/caddy' } as const;

/** A web server in front of the proxy, set up as operators do. */
export interface FrontServer {
  readonly program: keyof typeof programs;
  /** The lines that pass requests on to the proxy, with `PROXY` for its host and port. */
  readonly lines: string;
  /** The path of the proxy at the public address. */
  readonly path?: string;
  readonly tls?: boolean;
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
  if (tls) makeCertificate(dir, certificate);
  const passed = lines.replaceAll('PROXY', `127.0.0.1:${proxyPort}`);
  const path = join(dir, 'config');
  await writeFile(path, configs[program]({ dir, port, lines: passed, tls }));
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

interface Setup {
  readonly dir: string;
  readonly port: number;
  readonly lines: string;
  readonly tls: boolean;
}

const isRoot = process.getuid?.() === 0;
const temporaries = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
const apacheModules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http'] as const;

const configs: Readonly<Record<FrontServer['program'], (setup: Setup) => string>> = {
  nginx: ({ dir, port, lines, tls }) => `
    daemon off;
    ${isRoot ? 'user root;' : ''}
    worker_processes 1;
    pid ${dir}/pid;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporaries.map((name) => `${name}_temp_path ${dir}/cache/${name};`).join('\n')}
      proxy_cache_path ${dir}/cache/answers keys_zone=answers:1m;
      server {
        listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
        ${tls ? `ssl_certificate ${dir}/certificate.pem; ssl_certificate_key ${dir}/key.pem;` : ''}
        ${lines}
      }
    }`,
  apache: ({ dir, port, lines }) =>
    [
      ...apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      `Listen 127.0.0.1:${port}`,
      'ServerName localhost',
      `DefaultRuntimeDir ${dir}`,
      `PidFile ${dir}/pid`,
      `ErrorLog ${dir}/cache/errors`,
      ...(isRoot ? ['User nobody', 'Group nogroup'] : []),
      lines,
      '',
    ].join('\n'),
  caddy: ({ port, lines }) => `{
  admin off
  auto_https off
}
http://localhost:${port} {
  bind 127.0.0.1
  ${lines}
}
`,
};

function makeCertificate(dir: string, certificate: string): void {
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost`
      .split(' ')
      .concat('-keyout', join(dir, 'key.pem'), '-out', certificate),
    { stdio: 'ignore' },
  );
}
