import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../../server/config/accounts/destination.ts';
import { ConfigError, readConfig, type Env } from '../../../server/config/config.ts';
import { misspeltHints } from '../../../server/config/spelling.ts';

const forms = JSON.stringify({
  forms: {
    north: { account: 'harbour', fields: ['email'] },
    south: { account: 'engine-room', fields: ['email'] },
  },
});

const two: Env = {
  ALLOWED_ORIGINS: 'https://www.example.com',
  ACCOUNTS: 'harbour, engine-room',
  FORMS_FILE: '/forms.json',
  RASA_HARBOUR__USERNAME: 'you@example.com',
  RASA_HARBOUR__PASSWORD: 'secret-1',
  RASA_HARBOUR__API_KEY: 'key-1',
  RASA_ENGINE_ROOM__USERNAME: 'you@example.com',
  RASA_ENGINE_ROOM__PASSWORD: 'secret-2',
  RASA_ENGINE_ROOM__API_KEY_FILE: '/run/key-2',
  RASA_ENGINE_ROOM__API_KEY_2: 'key-3',
};

const files: Readonly<Record<string, string>> = { '/forms.json': forms, '/run/key-2': 'key-2\n' };
const read = (env: Env) => readConfig(env, (path) => files[path] ?? '');

function faultsOf(changes: Env): readonly string[] {
  try {
    read({ ...two, ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('P1: what waits is for the upstream and the account that it was accepted for', () => {
  const credentials: Env = {
    ALLOWED_ORIGINS: 'https://www.example.com',
    RASA_USERNAME: 'you@example.com',
    RASA_PASSWORD: 'secret-1',
    RASA_API_KEY: 'key-1',
  };
  const of = (changes: Env) => read({ ...credentials, ...changes }).accounts.map(destinationOf)[0];

  it.each<[string, Env]>([
    ['another user', { RASA_USERNAME: 'somebody@example.com' }],
    ['another base address', { RASA_BASE_URL: 'https://rasa.example.com' }],
    [
      'another version of the API',
      { RASA_API: 'v2', RASA_CLIENT_ID: 'you@example.com', RASA_CLIENT_SECRET: 'x' },
    ],
    ['no credentials', { RASA_USERNAME: '', RASA_PASSWORD: '', RASA_API_KEY: '' }],
  ])('and not for %s', (_what, changes) => {
    expect(of(changes)).toBeDefined();
    expect(of(changes)).not.toEqual(of({}));
  });

  it.each<[string, Env]>([
    ['another key', { RASA_API_KEY: 'key-2' }],
    ['another password', { RASA_PASSWORD: 'secret-2' }],
    ['a user name in other letters', { RASA_USERNAME: 'You@Example.com' }],
  ])('also with %s', (_what, changes) => {
    expect(of(changes)).toEqual(of({}));
  });

  it.each<[Env, Env]>([
    [{}, { RASA_BASE_URL: 'https://api.rasa.io/' }],
    [{}, { RASA_BASE_URL: 'HTTPS://API.rasa.io:443//' }],
    [{ RASA_BASE_URL: 'http://[::1]:8080/rasa' }, { RASA_BASE_URL: 'http://[0:0:0:0:0:0:0:1]:8080/rasa/' }],
    [
      { RASA_API: 'webhook', RASA_SIGNUP_GUID: '5f0c2d9a-1b7e-4c43-9a56-2f8e7d6c5b4a' },
      {
        RASA_API: 'webhook',
        RASA_SIGNUP_GUID: '5F0C2D9A-1B7E-4C43-9A56-2F8E7D6C5B4A',
        RASA_PUBLIC_BASE_URL: 'https://public-api.rasa.io/',
      },
    ],
    [
      { RASA_API: 'v2', RASA_CLIENT_ID: 'a', RASA_CLIENT_SECRET: 'b', RASA_ACCOUNT_GUID: 'ab-cd' },
      { RASA_API: 'v2', RASA_CLIENT_ID: 'a', RASA_CLIENT_SECRET: 'b', RASA_ACCOUNT_GUID: 'AB-CD' },
    ],
  ])('however it is spelt: %j, %j', (one, other) => {
    const none = { RASA_USERNAME: '', RASA_PASSWORD: '', RASA_API_KEY: '' };
    const changes = (env: Env) => (env['RASA_API'] === undefined ? env : { ...none, ...env });
    expect(of(changes(other))).toBeDefined();
    expect(of(changes(other))).toEqual(of(changes(one)));
  });
});

describe('several accounts', () => {
  it('have credentials of their own, also in files and in numbered sets', () => {
    const config = read(two);
    const keys = config.accounts.map(({ name, upstream }) => [
      name,
      upstream.is === 'rasa' &&
        upstream.sets.map(({ source, credentials }) => [
          source.variable,
          credentials.api === 'v1' && credentials.apiKey.reveal(),
        ]),
    ]);
    expect(keys).toEqual([
      ['harbour', [['RASA_HARBOUR__API_KEY', 'key-1']]],
      [
        'engine-room',
        [
          ['RASA_ENGINE_ROOM__API_KEY_FILE', 'key-2'],
          ['RASA_ENGINE_ROOM__API_KEY_2', 'key-3'],
        ],
      ],
    ]);
    expect(config.forms.specs.map(({ id, account }) => [id, account])).toEqual([
      ['north', 'harbour'],
      ['south', 'engine-room'],
    ]);
    expect(config.secretFiles).toEqual(['/run/key-2']);
  });

  it('are told apart where they wait, also if they are one user', () => {
    const [one, other] = read(two).accounts.map(destinationOf);
    expect(one?.upstream).toBe(other?.upstream);
    expect(one?.account).not.toBe(other?.account);
    expect(one?.account).toMatch(/^harbour [0-9a-f]{12}$/);
  });

  it('share the sandbox where none of them has credentials', () => {
    const config = readConfig({ ACCOUNTS: 'harbour,engine-room', FORMS_FILE: '/forms.json' }, () => forms);
    expect(config.accounts).toMatchObject([
      { name: 'harbour', isNamed: true, upstream: { is: 'sandbox' } },
      { name: 'engine-room', isNamed: true, upstream: { is: 'sandbox' } },
    ]);
  });

  it.each<[string, Env, string[]]>([
    [
      'one of them lacks a part',
      { RASA_HARBOUR__PASSWORD: '' },
      ['RASA_HARBOUR__PASSWORD: found nothing, wanted the password, since the other credentials are set.'],
    ],
    [
      'one of them has no credentials at all',
      { RASA_HARBOUR__USERNAME: '', RASA_HARBOUR__PASSWORD: '', RASA_HARBOUR__API_KEY: '' },
      [
        'RASA_HARBOUR__USERNAME: found nothing, wanted the user name, since the other credentials are set.',
        'RASA_HARBOUR__PASSWORD: found nothing, wanted the password, since the other credentials are set.',
        'RASA_HARBOUR__API_KEY: found nothing, wanted the API key, since the other credentials are set.',
      ],
    ],
    [
      'a key names no account',
      { RASA_API_KEY: 'key' },
      [
        'RASA_API_KEY: found a value (not shown) without an account, wanted one for each account, such as RASA_HARBOUR__API_KEY, since ACCOUNTS is set.',
      ],
    ],
    [
      'an account is not declared',
      { RASA_HABROUR__API_KEY_FILE: '/run/key-2' },
      [
        'RASA_HABROUR__API_KEY_FILE: found the account "habrour", wanted one that ACCOUNTS declares (harbour, engine-room).',
      ],
    ],
    [
      'no form says whose it is',
      { FORMS_FILE: '' },
      [
        'FORMS_FILE: found nothing, wanted a forms file in which each form has its `account`, since ACCOUNTS has several.',
      ],
    ],
    [
      'names cannot be told apart',
      { ACCOUNTS: 'harbour,harbour' },
      [
        'ACCOUNTS: found "harbour,harbour", wanted different names of 1 to 30 small letters, digits and hyphens that begin with a letter, separated by commas.',
      ],
    ],
  ])('are refused if %s', (_name, changes, faults) => {
    expect(faultsOf(changes)).toEqual(faults);
  });

  it('are named by forms, each by one that is declared', () => {
    const faults = faultsOf({
      ACCOUNTS: 'engine-room',
      RASA_HARBOUR__USERNAME: '',
      RASA_HARBOUR__PASSWORD: '',
      RASA_HARBOUR__API_KEY: '',
    });
    expect(faults).toEqual([
      expect.stringMatching(/forms\.north\.account: found "harbour", wanted one of engine-room\.$/),
    ]);
  });

  it('may not be meant by a key whose account nobody declared', () => {
    expect(faultsOf({ ACCOUNTS: '', RASA_ENGINE_ROOM__API_KEY_2: '' })).toContain(
      'RASA_HARBOUR__API_KEY: found the account "harbour", wanted one that ACCOUNTS declares (none).',
    );
  });

  it('are hinted at where two underscores are one, or a part is misspelt', () => {
    const hints = misspeltHints({
      ACCOUNTS: 'harbour',
      RASA_HARBOUR_API_KEY: 'x',
      RASA_HARBOUR__API_KEI: 'x',
    });
    expect(hints).toEqual([
      'RASA_HARBOUR__API_KEI is set, and nothing reads a variable of that name. Is it meant to be RASA_HARBOUR__API_KEY?',
      'RASA_HARBOUR_API_KEY is set, and nothing reads a variable of that name. Is it meant to be RASA_HARBOUR__API_KEY?',
    ]);
  });
});

describe('a field of type newsletters', () => {
  const option = { account: 'harbour', label: 'The Harbour' };
  const titles = { name: 'titles', type: 'newsletters', label: 'Which?', options: [option] };
  const faultsWith = (...lists: readonly object[]): readonly string[] => {
    const north = { account: 'harbour', fields: ['email', ...lists] };
    try {
      readConfig(
        two,
        (path) => files[path === '/forms.json' ? '' : path] ?? JSON.stringify({ forms: { north } }),
      );
    } catch (error) {
      if (error instanceof ConfigError)
        return error.faults.map((fault) => fault.replace(/^.*?fields/, 'fields'));
      throw error;
    }
    return [];
  };

  it('offers accounts of ACCOUNTS, each once, in one list', () => {
    expect(faultsWith(titles)).toEqual([]);
    expect(faultsWith({ ...titles, options: [option, { ...option, account: 'lighthouse' }] })).toEqual([
      'fields[1].options[1].account: found "lighthouse", wanted one of harbour, engine-room.',
    ]);
    expect(faultsWith({ ...titles, options: [option, { ...option, value: 'again' }] })).toEqual([
      'fields[1].options[1].account: found the account "harbour" a second time, wanted a different account for each newsletter.',
    ]);
    expect(
      faultsWith({ ...titles, options: [option, { ...option, account: 'engine-room', value: 'harbour' }] }),
    ).toEqual([
      'fields[1].options[1]: found the value "harbour" a second time, wanted a different value for each option.',
    ]);
    expect(faultsWith(titles, { ...titles, name: 'more' })).toEqual([
      'fields[2]: found a second field of type newsletters, wanted one such field in a form.',
    ]);
    expect(faultsWith({ ...titles, attribute: 'titles' })).toEqual([
      'fields[1].attribute: found an unknown member, wanted one of name, type, label, required, help, issues, options.',
    ]);
    expect(faultsWith({ ...titles, options: [{ ...option, value: 'a,b' }] })).toEqual([
      'fields[1].options[0].value: found "a,b", wanted 1 to 64 letters, digits, - and _.',
    ]);
  });
});
