import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { readmeBlocks } from '../helpers/documents.ts';
import { buildImage, imageUid, inRoot, type Image } from '../helpers/server/image.ts';
import { runOnMachine, whyNoMachine, type MachineScript } from '../helpers/server/machine.ts';
import { fetchNode } from '../helpers/server/other-node.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

/*
 * Each page about deployment, followed from an empty directory to a product that visitors reach by https and
 * that `doctor` is content with. The product is made by the very steps of docs/deploy/Dockerfile; no engine
 * for images and no systemd runs here, so that the image's process is started in a read-only root, and the
 * unit's as its user, with its directory, environment and command.
 */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

const whyNot = whyNoMachine();
if (whyNot !== undefined) process.stderr.write(`Deployments are skipped: ${whyNot}.\n`);

let node = '';
let image: Image;
let imageDir = '';
afterAll(() => rm(imageDir, { recursive: true, force: true }));
beforeAll(async () => {
  if (whyNot !== undefined) return;
  node = dirname((await fetchNode(24)) ?? process.execPath);
  imageDir = await mkdtemp(join(tmpdir(), 'rasa-signup-image-'));
  await chmod(imageDir, 0o755);
  const beganMs = performance.now();
  image = await buildImage(imageDir, `${node}:${process.env['PATH'] ?? ''}`);
  process.stderr.write(`The steps of the Dockerfile took ${seconds(performance.now() - beganMs)} s.\n`);
});

const seconds = (ms: number) => Math.round(ms / 1000);
const file = (name: string) => readFileSync(join('docs/deploy', name), 'utf8');

/** nginx before 1.25.1 wants another line, as the comment in the file says. */
const nginx = (dir: string) => `
cat > /etc/nginx/conf.d/rasa-signup.conf <<'FILE'
${file('nginx.conf')}
FILE
if ! nginx -t 2>/dev/null; then
  sed -i '/http2 on;/d; s/443 ssl;/443 ssl http2;/' /etc/nginx/conf.d/rasa-signup.conf
fi
rm -f /etc/nginx/sites-enabled/*
cat > /etc/nginx/conf.d/site.conf <<'FILE'
server { listen 443 ssl; server_name www.example.com; root ${dir}/www; default_type text/html;
  ssl_certificate /etc/ssl/signup.example.com/fullchain.pem; ssl_certificate_key /etc/ssl/signup.example.com/privkey.pem; }
FILE
chmod 755 ${dir}
nginx
`;

/** Without an authority in reach, Caddy signs by itself: the one thing that is not in the file. */
const caddy = (dir: string) => `
mkdir -p /etc/caddy
{ printf '{\\n\\tlocal_certs\\n\\tskip_install_trust\\n}\\n'; cat <<'FILE'
${file('Caddyfile')}
www.example.com {
	root * ${dir}/www
	header Content-Type text/html
	file_server
}
FILE
} > /etc/caddy/Caddyfile
export XDG_DATA_HOME=${dir}/caddy XDG_CONFIG_HOME=${dir}/caddy-config
caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile > /dev/null 2>&1
caddy run --adapter caddyfile --config /etc/caddy/Caddyfile > ${dir}/caddy.log 2>&1 &
until [ -f ${dir}/caddy/caddy/pki/authorities/local/root.crt ]; do sleep 0.2; done
cp ${dir}/caddy/caddy/pki/authorities/local/root.crt /etc/ssl/signup.example.com/fullchain.pem
`;

const apache = (dir: string) => `
cat > /etc/apache2/sites-available/rasa-signup.conf <<'FILE'
${file('apache.conf')}
<VirtualHost *:443>
  ServerName www.example.com
  DocumentRoot ${dir}/www
  <Directory ${dir}/www>
    Require all granted
    ForceType text/html
  </Directory>
  SSLEngine on
  SSLCertificateFile /etc/ssl/signup.example.com/fullchain.pem
  SSLCertificateKeyFile /etc/ssl/signup.example.com/privkey.pem
</VirtualHost>
FILE
chmod 755 ${dir}
mkdir -p /run/apache2 && rm -f /etc/apache2/sites-enabled/*
a2enmod --quiet ssl proxy proxy_http headers > /dev/null
a2ensite --quiet rasa-signup > /dev/null
apachectl start 2> ${dir}/apache.log
`;

interface Compose {
  readonly services: Readonly<
    Record<
      'rasa-signup',
      { readonly environment: Readonly<Record<string, string>>; readonly secrets: readonly string[] }
    >
  >;
}

/** The container of the compose files: their environment and secrets, over those of the image. */
function container(dir: string, files: readonly string[]): MachineScript {
  const services = files.map((name) => (parse(file(name)) as Compose).services['rasa-signup']);
  const env = {
    ...image.env,
    ...(Object.assign({}, ...services.map(({ environment }) => environment)) as Record<string, string>),
    // Where rasa.io is here, and a form that a command can send.
    RASA_USERNAME: '$account',
    RASA_BASE_URL: '$base',
    BOT_MODE: 'observe',
    PATH: '/opt/node:/usr/bin:/bin:/usr/sbin',
  };
  const variables = Object.entries(env).map(([name, value]) => `${name}="${value}"`);
  // The secrets, and the certificate authority of this test.
  const mounted = ['/run/secrets', '/etc/ssl/signup.example.com'];
  const root = inRoot(image.root, `${dir}/volume`, `${node}/node`, mounted);
  const enter = `unshare --mount --propagation private sh ${dir}/root.sh`;
  return {
    setUp: `
mkdir -m 700 ${dir}/volume && chown ${imageUid}:${imageUid} ${dir}/volume
chown -R ${imageUid} /run/secrets && chmod 400 /run/secrets/*
cat > ${dir}/root.sh <<'FILE'
${root}
FILE
export ${variables.join(' ')}
${enter} ${image.command.join(' ')} > ${dir}/product.log 2>&1 &
`,
    asOperator: `${enter} node dist/server/cli.js`,
  };
}

const postgres = (dir: string) => `
mkdir -p ${dir}/pg && chown nobody ${dir}/pg && chmod 711 ${dir}
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
printf secret-of-the-database > /run/secrets/postgres-password
chmod 644 /run/secrets/postgres-password
as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
$as_nobody $bin/initdb --pgdata=${dir}/pg/data --username=rasa_signup --pwfile=/run/secrets/postgres-password \\
  --encoding=UTF8 --auth=scram-sha-256 > ${dir}/pg.log
$as_nobody $bin/pg_ctl --pgdata=${dir}/pg/data --wait --log=${dir}/pg/log -o "-k ${dir}/pg" start > /dev/null
PGPASSWORD=secret-of-the-database $bin/createdb --host=postgres --username=rasa_signup rasa_signup
printf 'postgres://rasa_signup:secret-of-the-database@postgres/rasa_signup?sslmode=disable' > /run/secrets/database-url
openssl rand -hex 32 > /run/secrets/outbox-key
`;

/** What the comment of the unit says, and then what systemd would do. */
function unit(dir: string): MachineScript {
  const text = file('rasa-signup.service');
  const [useradd = ''] = /useradd .*/.exec(text) ?? [];
  const [own = ''] = /chown -R rasa-signup: .*/.exec(text) ?? [];
  const of = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const command = of('ExecStart').replace('/usr/bin/node', `${node}/node`);
  const as = `setpriv --reuid=${of('User')} --regid=${of('User')} --init-groups --no-new-privs --bounding-set=-all`;
  const env = `env HOME=/ NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS ${of('Environment')}`;
  return {
    setUp: `
${useradd}
mkdir -p ${of('WorkingDirectory')} && cp -a ${image.root}/app/. ${of('WorkingDirectory')}
mkdir -p /etc/rasa-signup && mv /run/secrets/* /etc/rasa-signup/
cat > /etc/rasa-signup/production.env <<FILE
RASA_USERNAME=$account
RASA_PASSWORD_FILE=/etc/rasa-signup/rasa-password
RASA_API_KEY_FILE=/etc/rasa-signup/rasa-api-key
ALLOWED_ORIGINS=https://www.example.com
TRUST_PROXY=1
PUBLIC_URL=https://signup.example.com
RASA_BASE_URL=$base
BOT_MODE=observe
FILE
${own}
install -d -o rasa-signup -g rasa-signup -m ${of('StateDirectoryMode')} /var/lib/${of('StateDirectory')}
cd ${of('WorkingDirectory')}
umask ${of('UMask')}
${as} ${env} ${command} > ${dir}/product.log 2>&1 &
umask 022
`,
    asOperator: `cd ${of('WorkingDirectory')} && ${as} ${env} ${node}/node dist/server/cli.js --env-file /etc/rasa-signup/production.env`,
  };
}

/** The production start of docs/operating.md; the product is built already. */
function plain(dir: string): MachineScript {
  const [start = ''] = readmeBlocks('docs/operating.md', 'sh').filter((block) =>
    block.includes('dist/server/main.js'),
  );
  const lines = start.split('\n').filter((line) => !line.startsWith('npm '));
  const exports = lines
    .filter((line) => line.startsWith('export '))
    .map((line) => line.replace('you@example.com', '$account'));
  return {
    setUp: `
chmod 600 /run/secrets/*
mkdir -p ${dir}/product && cp -a ${image.root}/app/. ${dir}/product && cd ${dir}/product
${exports.join('\n')}
export RASA_BASE_URL=$base BOT_MODE=observe
${lines.find((line) => line.startsWith('node ')) ?? ''} > ${dir}/product.log 2>&1 &
`,
    asOperator: `cd ${dir}/product && node dist/server/cli.js`,
  };
}

const before = (script: string, { setUp, asOperator }: MachineScript): MachineScript => ({
  setUp: script + setUp,
  asOperator,
});

describe.skipIf(whyNot !== undefined)('from an empty directory to a form that visitors reach', () => {
  it.each<readonly [name: string, machine: (dir: string) => MachineScript]>([
    ['nginx and compose.yaml', (dir) => before(nginx(dir), container(dir, ['compose.yaml']))],
    [
      'nginx, compose.yaml and compose.postgres.yaml',
      (dir) => before(nginx(dir) + postgres(dir), container(dir, ['compose.yaml', 'compose.postgres.yaml'])),
    ],
    ['Caddy and the systemd unit', (dir) => before(caddy(dir), unit(dir))],
    ['Apache and the production start', (dir) => before(apache(dir), plain(dir))],
  ])('%s', async (name, machine) => {
    const dir = await temporaryDir();
    await chmod(dir, 0o755);
    const { output, findings } = await runOnMachine(
      dir,
      { node, product: `${image.root}/app` },
      machine(dir),
    );
    process.stderr.write(`${name}: ${/seconds: (\d+)/.exec(output)?.[1] ?? '?'} s\n`);
    expect(output).toContain('{"status":"accepted"} arrived');
    expect(findings.filter(({ is }) => is === 'fault')).toEqual([]);
    expect(findings.filter(({ is }) => is === 'fine').map(({ what }) => what)).toContain(
      'The form at https://signup.example.com/forms/newsletter answers to pages on https://www.example.com.',
    );
  });
});
