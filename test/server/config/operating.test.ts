import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../server/config/config.ts';
import { envFileWarnings, withEnvFile } from '../../../server/config/env-file.ts';
import type { Env } from '../../../server/config/env.ts';
import { settings } from '../../../server/config/settings.ts';
import { misspeltVariables } from '../../../server/config/spelling.ts';
import { keyOf } from '../../../server/rasa/credentials.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const credentials = {
  RASA_USERNAME: 'you@example.com',
  RASA_PASSWORD: 'a password',
  RASA_API_KEY: 'a-key',
  ALLOWED_ORIGINS: 'https://www.example.com',
};
const key = 'ab'.repeat(32);

function errorOf(env: Env): ConfigError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no fault was found');
}

async function fileOf(text: string | Buffer): Promise<string> {
  const path = join(await temporaryDir(), 'a.env');
  writeFileSync(path, text);
  return path;
}

describe('O1: what stands around a value in the environment', () => {
  it.each(['\n', '\r\n', ' ', '\t', '\u00a0', '\ufeff', '\u200b', '\u2060', '\u200e', '\0'])(
    'is no part of it: %j',
    (around) => {
      const padded = Object.fromEntries(
        Object.entries(credentials).map(([name, value]) => [name, `${around}${value}${around}`]),
      );
      const { accounts, allowedOrigins } = readConfig(padded);
      const [{ upstream }] = accounts;
      const [set] = upstream.is === 'rasa' ? upstream.sets : [];
      expect(set && keyOf(set.credentials).reveal()).toBe('a-key');
      expect(set?.credentials).toMatchObject({ username: 'you@example.com' });
      expect(allowedOrigins).toEqual(['https://www.example.com']);
    },
  );

  it.each(Object.keys(settings))('is no part of it: %s', (name) => {
    const values: Env = { CHALLENGE_SECRET: key, OUTBOX_KEY: key, OUTBOX_KEY_PREVIOUS: key };
    const given = (value: string | undefined) => {
      const { secretFiles: _, ...config } = readConfig({ [name]: value });
      return config;
    };
    expect(JSON.stringify(given(` ${values[name] ?? ''}\r\n`))).toBe(JSON.stringify(given(values[name])));
    expect(given('\n')).toEqual(given(undefined));
  });
});

describe('O2: a wrong configuration', () => {
  it('is described by all its faults at once', () => {
    const { faults } = errorOf({
      NODE_ENV: 'production',
      RASA_USERNAME: 'you',
      RASA_API_KEY: 'x',
      RASA_API_KEY_FILE: '/nix',
      ALLOWED_ORIGINS: 'https://e.example',
    });
    expect(faults).toEqual([
      expect.stringMatching(/^RASA_PASSWORD: found nothing/),
      expect.stringMatching(/^RASA_API_KEY: found both/),
      expect.stringMatching(/^RASA_API_KEY_FILE: found "\/nix", wanted a file that can be read/),
      expect.stringMatching(/^PUBLIC_URL: found nothing/),
    ]);
  });

  it('has every member of every kind of fault in its one message', () => {
    const wrong: Env = {
      NODE_ENV: 'prod',
      RASA_CLIENT_ID: 'an id',
      ALLOWED_ORIGINS: 'www.example.com',
      RASA_API: 'v2',
      RASA_CLIENT_SECRET_3_FILE: '/nix',
      RASA_BASE_URL: 'http://rasa.example',
      RASA_BATCH: '0',
      RASA_WRITE_TIMEOUT: '301s',
      HTTPS_PROXY: 'socks5://user:hunter2@proxy.example',
      THANK_YOU_PAGES: 'thanks',
      FORMS_FILE: '/nix.json',
      DATABASE_URL: 'mysql://db',
      PORT: 'http://',
      OUTBOX_KEY_PREVIOUS: 'short',
    };
    const { faults, message } = errorOf(wrong);
    const expected = [
      ...Object.keys(wrong).filter((name) => !['RASA_API', 'RASA_CLIENT_ID'].includes(name)),
      'RASA_CLIENT_SECRET',
      'OUTBOX_KEY',
    ];
    expect(faults.map((words) => /^[A-Z0-9_]+/.exec(words)?.[0]).sort()).toEqual(expected.sort());
    expect(message).not.toContain('hunter2');
  });
});

describe('O3: a misspelt variable', () => {
  it.each([
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['ALOWED_ORIGINS', 'ALLOWED_ORIGINS'],
    ['allowed_origins', 'ALLOWED_ORIGINS'],
    ['RASA_APIKEY', 'RASA_API_KEY'],
    ['RASA_API_KEY_FLIE', 'RASA_API_KEY_FILE'],
    ['RASA_PASWORD_2_FILE', 'RASA_PASSWORD_2_FILE'],
    ['RASA_USER_NAME', 'RASA_USERNAME'],
    ['BUILDR', 'BUILDER'],
    ['DATADIR', 'DATA_DIR'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['OUTBOX_MAXAGE', 'OUTBOX_MAX_AGE'],
    ['ALLOWED_ORIGINS_FILE', 'ALLOWED_ORIGINS'],
    ['RASA_API_KEY_10', 'RASA_API_KEY'],
    ['RASA_SOMETHING_ELSE', undefined],
    ['TRUST_PROXIES', undefined],
  ])('%s is named with the nearest: %s', (name, nearest) => {
    expect(misspeltVariables({ [name]: 'x' })).toEqual([{ name, nearest }]);
  });

  it('is part of the message where something else is wrong too', () => {
    const { ALLOWED_ORIGINS, ...others } = credentials;
    const { message } = errorOf({ ...others, ALLOWED_ORIGIN: ALLOWED_ORIGINS });
    expect(message).toContain('ALLOWED_ORIGIN is set, and nothing reads a variable of that name.');
    expect(message).toContain('Is it meant to be ALLOWED_ORIGINS?');
  });

  it.each([
    'HOME',
    'HOSTNAME',
    'PATH',
    'PWD',
    'FTP_PROXY',
    'ALL_PROXY',
    'https_proxy',
    'NODE_OPTIONS',
    'POST',
  ])('is not what another program reads: %s', (name) => {
    expect(misspeltVariables({ [name]: 'x' })).toEqual([]);
  });

  it('is no variable that is read, nor one that Kubernetes sets for a service', () => {
    const read = Object.fromEntries(Object.keys(settings).map((name): [string, string] => [name, 'x']));
    expect(
      misspeltVariables({
        ...read,
        RASA_API_KEY_9_FILE: '/key',
        RASA_SIGNUP_SERVICE_HOST: '10.0.0.1',
        RASA_SIGNUP_PORT: 'tcp://10.0.0.1:8787',
        RASA_SIGNUP_PORT_8787_TCP_ADDR: '10.0.0.1',
      }),
    ).toEqual([]);
  });
});

describe('O4: an env file', () => {
  it.each([
    ['a UTF-8 byte order mark', Buffer.from('\ufeffRASA_USERNAME=you\r\nPORT=1\r\n', 'utf8')],
    ['UTF-16 as Windows writes it', Buffer.from('\ufeffRASA_USERNAME=you\r\nPORT=1\r\n', 'utf16le')],
    ['UTF-16 without its mark', Buffer.from('RASA_USERNAME=you\r\nPORT=1\r\n', 'utf16le')],
    ['UTF-16 with the high byte first', Buffer.from('\ufeffRASA_USERNAME=you\nPORT=1\n', 'utf16le').swap16()],
    ['the line ends of old Macs', Buffer.from('RASA_USERNAME=you\rPORT=1\r')],
  ])('is read with %s', async (_what, bytes) => {
    expect(withEnvFile({}, await fileOf(bytes))).toEqual({ RASA_USERNAME: 'you', PORT: '1' });
  });

  it.each([
    'RASA_PASSWORD=pass#word',
    'RASA_PASSWORD=#passphrase',
    'export RASA_API_KEY = a#b',
    'OUTBOX_KEY=a#b # a comment',
  ])('has a value that is cut at # named, never shown: %s', async (line) => {
    const [warning = '', ...others] = envFileWarnings(await fileOf(`# fine\n${line}\nPORT=1 # fine\n`));
    expect(others).toEqual([]);
    expect(warning).toContain(/[A-Z]+_[A-Z_]+/.exec(line)?.[0]);
    expect(warning).not.toContain('pass');
  });

  it.each([
    ['RASA_PASSWORD: secret', /^Line 2 of .* is not read/],
    ['[Service]', /^Line 2 of .* is not read/],
    ['RASA_PASSWORD secret', /^Line 2 of .* is not read/],
    ['RASA_PASSWORD="secret', /^RASA_PASSWORD: the quote before the value is not closed/],
    ["RASA_PASSWORD='it's secret'", /^RASA_PASSWORD: what stands behind the second quote is not read/],
    ['RASA_PASSWORD="my"secret', /^RASA_PASSWORD: what stands behind the second quote is not read/],
    ['DATA_DIR="C:\\new\\secret"', /^DATA_DIR: \\n in double quotes is read as a line end/],
    ['PORT=8\nPORT=9', /^PORT stands in it more than once/],
    ['$env:PORT="secret"', /^Line 2 of .* is not read/],
  ])('has a line that nothing is read from named, never shown: %s', async (line, words) => {
    const warnings = envFileWarnings(await fileOf(`# fine\n${line}\nHOST=1\n`));
    expect(warnings).toEqual([expect.stringMatching(words)]);
    expect(warnings.join()).not.toContain('secret');
  });

  it('has bytes that are not UTF-8 named', async () => {
    const warnings = envFileWarnings(await fileOf(Buffer.from("A=1\nRASA_PASSWORD='p\xe4ss'\n", 'latin1')));
    expect(warnings).toEqual([expect.stringMatching(/^RASA_PASSWORD: the value has bytes/)]);
  });

  it.each([
    'A="a\nb: c\n"',
    'A="a#b"',
    "A='a#b'",
    'A="a" # b',
    "A='C:\\new'",
    'A=a # b',
    'A=#',
    '#A=a#b',
    '',
  ])('has no warning for %j', async (line) => {
    expect(envFileWarnings(await fileOf(`${line}\n`))).toEqual([]);
  });
});

describe('O12: NODE_ENV', () => {
  it('means production with a blank behind it, as a Windows shell sets it', () => {
    expect(errorOf({ NODE_ENV: 'production ' }).message).toContain('RASA_API_KEY: found nothing');
  });

  it.each(['Production', 'prod', 'staging', 'PRODUCTION', 'production;'])('%j is refused', (value) => {
    expect(errorOf({ NODE_ENV: value }).faults).toEqual([
      `NODE_ENV: found ${JSON.stringify(value)}, wanted one of production, development, test.`,
    ]);
  });
});
