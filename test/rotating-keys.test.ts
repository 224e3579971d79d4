import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freePort } from './helpers/server/free-port.ts';
import { temporaryDir } from './helpers/server/temporary-dir.ts';

const place = 'export REHEARSAL=/tmp/rehearsal PORT=8787 SANDBOX_PORT=8788\n';

it('docs/rotating-keys.md does what it says, command by command', async () => {
  const document = readFileSync('docs/rotating-keys.md', 'utf8');
  const blocks = [...document.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  expect(blocks[0]).toContain(place);
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const elsewhere = `export REHEARSAL=${join(await temporaryDir(), 'rehearsal')} PORT=${port} SANDBOX_PORT=${sandboxPort}\n`;
  const script = ['set -euo pipefail', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...blocks].join(
    '\n',
  );
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script.replace(place, elsewhere)], {
    env: { PATH: process.env['PATH'] },
    timeout: 60_000,
  });
  for (const name of ['before', 'planned', 'leaked', 'rekeyed'])
    expect(stdout).toContain(`${name}@example.com arrived`);
  expect(stdout).toContain('{"status":"degraded","reasons":["credentials"]}');
  expect(stdout).toContain('{"status":"ok","reasons":[]}');
  expect(stdout.match(/The credentials were read again/g)).toHaveLength(1);
  expect(stdout).toMatch(/"state":"in use","lastUse":"/);
  expect(stdout).toContain('No row needs an older key any more.');
  expect(stdout.match(/The database is sound/g)).toHaveLength(2);
}, 70_000);
