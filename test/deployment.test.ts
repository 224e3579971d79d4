import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv, promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import type { Setting } from '../server/config/setting.ts';
import { settings } from '../server/config/settings.ts';

const run = promisify(execFile);
const unit = 'docs/deploy/rasa-signup.service';
const analyze = '/usr/bin/systemd-analyze';
const dockerfile = readFileSync('docs/deploy/Dockerfile', 'utf8');

describe('.env.example', () => {
  it('has every setting, and its values are the defaults', () => {
    const text = readFileSync('.env.example', 'utf8');
    const names = Object.keys(settings).filter((name) => !new RegExp(`^#${name}(_FILE)?=`, 'm').test(text));
    expect(names).toEqual([]);
    const values = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
    for (const [name, { schema }] of Object.entries(settings) as [string, Setting<unknown>][]) {
      const value = values[name];
      if (value) expect(schema.parse(value), name).toEqual(schema.parse(undefined));
    }
  });
});

describe('the systemd unit', () => {
  it('is valid, and rated OK by systemd itself', async ({ skip }) => {
    if (!existsSync(analyze)) skip('systemd-analyze is not installed (package systemd).');
    await run(analyze, ['verify', unit]);
    const { stdout } = await run(analyze, [
      'security',
      '--offline=true',
      '--no-pager',
      '--threshold=39',
      unit,
    ]);
    const exposure = /exposure level for rasa-signup\.service: ([\d.]+)/.exec(stdout)?.[1];
    expect(Number(exposure)).toBeLessThan(4);
  });
});

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    const faults = validate(dockerfile).map(({ message, range }) => [range.start.line + 1, message]);
    expect(faults).toEqual([]);
  });

  it('pins its base, runs unprivileged, and starts Node.js without a shell', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect(dockerfile).toMatch(/^CMD \["node", /m);
  });

  it('gets what it copies, and no more, past .dockerignore', () => {
    const rules = readFileSync('.dockerignore', 'utf8').split('\n');
    const allowed = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(rules).toContain('*');
    expect(allowed.sort()).toEqual(copied.sort());
  });
});
