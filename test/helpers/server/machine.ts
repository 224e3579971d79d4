import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no machine can be made here; `undefined` where it can. */
export function whyNoMachine(): string | undefined {
  const needed = ['unshare', 'ip', 'nginx', 'caddy', 'apache2', 'openssl', 'curl'];
  const missing = needed.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const canMount =
    process.getuid?.() === 0 && spawnSync('unshare', ['--net', '--mount', 'true']).status === 0;
  return canMount ? undefined : 'it takes root and unshare';
}

/**
 * A machine as an operator gets it, made of namespaces: its own network, in which all ports are free and both
 * names of the documents lead to it, and its own /etc, /opt, /run and /var/lib, which are gone after it. So
 * files of docs/deploy/ are used where they belong and as they stand. A certificate for both names is in
 * place, and a sandbox plays rasa.io at port 8788.
 */
const begin = (dir: string, node: string, product: string) => `
set -eu
ip link set lo up
mkdir -p ${dir}/over && mount -t tmpfs tmpfs ${dir}/over
for name in etc opt var/lib; do
  mkdir -p ${dir}/over/$name/up ${dir}/over/$name/work
  mount -t overlay overlay -o lowerdir=/$name,upperdir=${dir}/over/$name/up,workdir=${dir}/over/$name/work /$name
done
mount -t tmpfs tmpfs /run
printf '127.0.0.1 localhost signup.example.com www.example.com postgres\\n' > /etc/hosts
mkdir -p /etc/ssl/signup.example.com /run/secrets /run/lock
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=signup.example.com \\
  -addext subjectAltName=DNS:signup.example.com,DNS:www.example.com \\
  -keyout /etc/ssl/signup.example.com/privkey.pem -out /etc/ssl/signup.example.com/fullchain.pem 2>/dev/null
export NODE_EXTRA_CA_CERTS=/etc/ssl/signup.example.com/fullchain.pem
export PATH="${node}:$PATH"
cat > ${dir}/page.html <<'PAGE'
<!doctype html><html lang="en"><head><title>News</title></head><body>
<script async src="https://signup.example.com/embed.js" data-form="newsletter"></script></body></html>
PAGE
mkdir -p ${dir}/www && cp ${dir}/page.html ${dir}/www/newsletter
(cd ${product} && exec env SANDBOX_PORT=8788 DATA_DIR=${dir}/rasa node dist/server/cli.js sandbox) > ${dir}/rasa.env 2> ${dir}/rasa.log &
until grep -q RASA_API_KEY ${dir}/rasa.env; do sleep 0.2; done
. <(grep "^export " ${dir}/rasa.env)
printf %s "$RASA_PASSWORD" > /run/secrets/rasa-password
printf %s "$RASA_API_KEY" > /run/secrets/rasa-api-key
account="$RASA_USERNAME" base="$RASA_BASE_URL"
unset RASA_BASE_URL RASA_USERNAME RASA_PASSWORD RASA_API_KEY
began=$(date +%s)
until_answers() {
  for try in $(seq 300); do
    if curl --silent --fail --cacert "$NODE_EXTRA_CA_CERTS" --output /dev/null "$1"; then return 0; fi
    sleep 0.2
  done
  echo "$1 does not answer" >&2; cat ${dir}/product.log >&2; exit 1
}
`;

/** Visitors and the operator come: a page, a sign-up, and `doctor`, run by `asOperator`. */
const end = (dir: string, asOperator: string) => `
until_answers https://signup.example.com/readyz
until_answers https://www.example.com/newsletter
curl --silent --show-error --fail --cacert "$NODE_EXTRA_CA_CERTS" https://signup.example.com/forms/newsletter \\
  -H 'Accept: application/json' -d email=ada@example.com
for try in $(seq 300); do
  if curl --silent http://localhost:8788/ | grep -q ada@example.com; then echo ' arrived'; break; fi
  sleep 0.2
done
(${asOperator} doctor --json --url https://signup.example.com https://www.example.com/newsletter) > ${dir}/doctor.json || true
echo "seconds: $(($(date +%s) - began))"
`;

export interface MachineScript {
  /** Sets up what the page says. */
  readonly setUp: string;
  /** Runs a command of the product as its operator, with the arguments that follow. */
  readonly asOperator: string;
}

export interface DoctorFinding {
  readonly about: string;
  readonly is: string;
  readonly what: string;
}

/** Runs the set-up on a new machine; resolves with what was printed, and what doctor found. */
export async function runOnMachine(
  dir: string,
  { node, product }: { readonly node: string; readonly product: string },
  { setUp, asOperator }: MachineScript,
): Promise<{ readonly output: string; readonly findings: readonly DoctorFinding[] }> {
  const script = join(dir, 'machine.sh');
  await writeFile(script, begin(dir, node, product) + setUp + end(dir, asOperator));
  const options = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...options, 'bash', script], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`It ended with ${String(code)}:\n${output}`);
  const { checks } = JSON.parse(readFileSync(join(dir, 'doctor.json'), 'utf8')) as {
    readonly checks: readonly { readonly about: string; readonly findings: readonly DoctorFinding[] }[];
  };
  return {
    output,
    findings: checks.flatMap(({ about, findings }) => findings.map((one) => ({ ...one, about }))),
  };
}
