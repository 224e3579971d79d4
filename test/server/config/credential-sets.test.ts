import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Env } from '../../../server/config/config.ts';
import { withEnvFile } from '../../../server/config/env-file.ts';
import { keyOf } from '../../../server/rasa/credentials.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const origins = { ALLOWED_ORIGINS: 'https://www.example.com' };
const v1 = {
  RASA_USERNAME: 'owner@example.com',
  RASA_PASSWORD: 'correct horse',
  RASA_API_KEY: 'the first key',
};
const v2 = { RASA_API: 'v2', RASA_CLIENT_ID: 'the client', RASA_CLIENT_SECRET: 'the first secret' };

/** The credentials that were read, in readable form. Only tests reveal secrets. */
function setsOf(env: Env, files: Readonly<Record<string, string>> = {}) {
  const { accounts } = readConfig({ ...origins, ...env }, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  });
  const [{ upstream }] = accounts;
  if (upstream.is !== 'rasa') throw new Error(`the upstream is ${upstream.is}`);
  return upstream.sets.map(({ number, source, credentials }) => ({
    number,
    source,
    key: keyOf(credentials).reveal(),
    ...(credentials.api === 'v1'
      ? { username: credentials.username, password: credentials.password.reveal() }
      : { clientId: credentials.clientId, accountGuid: credentials.accountGuid }),
  }));
}

function faultsOf(env: Env, files?: Readonly<Record<string, string>>): readonly string[] {
  try {
    setsOf(env, files);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('credentials', () => {
  it('come from variables, or each from a file', () => {
    const inFiles = { RASA_USERNAME_FILE: '/u', RASA_PASSWORD_FILE: '/p', RASA_API_KEY_FILE: '/k' };
    const files = { '/u': 'owner@example.com\n', '/p': ' correct horse\n', '/k': 'the first key\r\n' };
    const set = {
      number: 1,
      key: 'the first key',
      username: 'owner@example.com',
      password: 'correct horse',
    };
    expect(setsOf(v1)).toEqual([{ ...set, source: { variable: 'RASA_API_KEY' } }]);
    expect(setsOf(inFiles, files)).toEqual([
      { ...set, source: { variable: 'RASA_API_KEY_FILE', file: '/k' } },
    ]);
  });

  it('may be several sets, which share what only the first defines', () => {
    const sets = setsOf(
      {
        ...v1,
        RASA_API_KEY_2_FILE: '/second',
        RASA_API_KEY_9: 'the last key',
        RASA_USERNAME_9: 'other@example.com',
        RASA_PASSWORD_9: 'battery staple',
      },
      { '/second': 'the second key' },
    );
    expect(
      sets.map(({ number, key, source, ...rest }) => [number, key, source.variable, ...Object.values(rest)]),
    ).toEqual([
      [1, 'the first key', 'RASA_API_KEY', 'owner@example.com', 'correct horse'],
      [2, 'the second key', 'RASA_API_KEY_2_FILE', 'owner@example.com', 'correct horse'],
      [9, 'the last key', 'RASA_API_KEY_9', 'other@example.com', 'battery staple'],
    ]);
  });

  it('are a client id and a secret for version 2', () => {
    expect(setsOf({ ...v2, RASA_ACCOUNT_GUID: 'a-1', RASA_CLIENT_SECRET_2: 'the second secret' })).toEqual([
      {
        number: 1,
        source: { variable: 'RASA_CLIENT_SECRET' },
        key: 'the first secret',
        clientId: 'the client',
        accountGuid: 'a-1',
      },
      {
        number: 2,
        source: { variable: 'RASA_CLIENT_SECRET_2' },
        key: 'the second secret',
        clientId: 'the client',
        accountGuid: 'a-1',
      },
    ]);
  });

  it('are only a GUID for the webhook', () => {
    const { accounts } = readConfig({ ...origins, RASA_API: 'webhook', RASA_SIGNUP_GUID: 'abc-123' });
    expect(accounts[0].upstream).toEqual({
      is: 'webhook',
      baseUrl: 'https://public-api.rasa.io',
      guid: 'abc-123',
    });
  });

  it.each<[string, Env, RegExp]>([
    ['a value and a file', { ...v1, RASA_API_KEY_FILE: '/k' }, /^RASA_API_KEY: found both/],
    [
      'the same in a further set',
      { ...v1, RASA_API_KEY_2: 'k', RASA_API_KEY_2_FILE: '/k' },
      /^RASA_API_KEY_2: found both/,
    ],
    [
      'a file that is not there',
      { ...v1, RASA_API_KEY_3_FILE: '/none' },
      /^RASA_API_KEY_3_FILE: found "\/none", wanted a file/,
    ],
    [
      'the secret itself where its file should be, which is not shown',
      { ...v1, RASA_API_KEY_3_FILE: '7f0c2b1e-51a4' },
      /^RASA_API_KEY_3_FILE: found a value that is not the path of a file \(not shown/,
    ],
    [
      'an address with a password, which is not shown',
      { ...v1, RASA_BASE_URL: 'https://me:pa55word@api.example.com' },
      /^RASA_BASE_URL: found "https:\/\/…@api\.example\.com", wanted/,
    ],
    [
      'an empty file',
      { ...v1, RASA_API_KEY_2_FILE: '/empty' },
      /^RASA_API_KEY_2_FILE: found nothing in "\/empty"/,
    ],
    [
      'a file of several lines',
      { ...v1, RASA_API_KEY_2_FILE: '/two' },
      /^RASA_API_KEY_2_FILE: found several lines in "\/two"/,
    ],
    [
      'a set without a key',
      { ...v1, RASA_PASSWORD_2: 'p' },
      /^RASA_API_KEY_2: found nothing.*since RASA_PASSWORD_2 is set/,
    ],
    [
      'a second set without a first',
      { ...v1, RASA_API_KEY: undefined, RASA_API_KEY_2: 'k' },
      /^RASA_API_KEY: found nothing/,
    ],
    [
      'those of another version',
      { ...v2, RASA_API: undefined },
      /^RASA_API: found "v1", wanted "v2", since RASA_CLIENT_ID is set/,
    ],
    [
      'no GUID for the webhook',
      { RASA_API: 'webhook', NODE_ENV: 'production', PUBLIC_URL: 'https://signup.example.com' },
      /^RASA_SIGNUP_GUID: found nothing/,
    ],
    [
      'a GUID that is a path',
      { RASA_API: 'webhook', RASA_SIGNUP_GUID: '../x' },
      /^RASA_SIGNUP_GUID: found "..\/x"/,
    ],
    [
      'a version that there is not',
      { ...v1, RASA_API: 'v3' },
      /^RASA_API: found "v3", wanted v1, v2 or webhook/,
    ],
  ])('are a fault, and one only: %s', (_name, env, words) => {
    const faults = faultsOf(env, { '/empty': ' \n', '/k': 'k', '/two': 'the first key\nand another\n' });
    expect(faults).toEqual([expect.stringMatching(words)]);
    for (const secret of ['correct horse', 'the first key', 'the first secret']) {
      expect(faults.join()).not.toContain(secret);
    }
  });
});

describe('--env-file', () => {
  it('adds only variables that the environment does not set', async () => {
    const path = join(await temporaryDir(), 'production.env');
    await writeFile(path, '# rasa.io\nRASA_PASSWORD="correct horse" # really\nexport PORT=1\n');
    expect(withEnvFile({ PORT: '8787' }, path)).toEqual({ RASA_PASSWORD: 'correct horse', PORT: '8787' });
    expect(withEnvFile({ PORT: '8787' }, undefined)).toEqual({ PORT: '8787' });
  });

  it('is a fault with its path if the file cannot be read', () => {
    expect(() => withEnvFile({}, '/nowhere/.env')).toThrow(
      /--env-file: found "\/nowhere\/\.env", wanted a file/,
    );
  });
});
