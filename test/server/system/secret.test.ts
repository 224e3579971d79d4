import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { isSame, type Credentials } from '../../../server/rasa/credentials.ts';
import { createLog } from '../../../server/system/log.ts';
import { Secret } from '../../../server/system/secret.ts';

const secret = new Secret('hunter2hunter2');
const credentials: Credentials = { api: 'v1', username: 'u', password: secret, apiKey: secret };

function logged(write: (log: ReturnType<typeof pino>) => void): string {
  let text = '';
  write(pino({ level: 'trace' }, { write: (line) => (text += line) }));
  return text;
}

it.each([
  ['a template', () => `a ${String(secret)} b`],
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- a likely mistake
  ['a template without a conversion', () => `a ${secret} b`],
  ['joining', () => [secret].join()],
  ['JSON', () => JSON.stringify({ secret })],
  ['JSON of what holds it', () => JSON.stringify([{ credentials }], null, 2)],
  ['inspecting', () => inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
  [
    'inspecting everything',
    () => inspect(secret, { customInspect: false, showHidden: true, getters: true }) + String(secret),
  ],
  ['formatting', () => format('%s %o %O %j', secret, secret, secret, secret)],
  [
    'a query',
    () => decodeURIComponent(new URLSearchParams({ secret: String(secret) }).toString()).replaceAll('+', ' '),
  ],
  ['an error', () => inspect(new Error('x', { cause: secret }))],
  ['the message of an error', () => inspect(new Error(String(secret)))],
  [
    'the log',
    () =>
      logged((log) => {
        log.info({ secret }, 'x');
      }),
  ],
  [
    'the log, deep down',
    () =>
      logged((log) => {
        log.info({ a: { b: [credentials] } }, 'x %s', secret);
      }),
  ],
  [
    'an error in the log',
    () =>
      logged((log) => {
        log.error({ err: Object.assign(new Error('x'), { credentials }) });
      }),
  ],
])('%s shows a fingerprint of a secret, not the secret', (_name, print) => {
  expect(print()).toContain(`[secret ${secret.fingerprint}]`);
  expect(print()).not.toContain('hunter2');
});

it.each<[string, () => unknown]>([
  ['structuredClone', () => structuredClone(secret)],
  // eslint-disable-next-line @typescript-eslint/no-misused-spread -- a likely mistake
  ['spreading', () => ({ ...secret })],
  ['Object.assign', () => Object.assign({}, secret)],
  [
    'its properties',
    () => Reflect.ownKeys(secret).concat(Object.keys(Object.getPrototypeOf(secret) as object)),
  ],
  ['JSON of a copy', () => JSON.stringify(Object.assign({}, secret))],
])('%s takes nothing out of a secret', (_name, copy) => {
  expect(inspect(copy(), { showHidden: true, depth: 9 })).not.toContain('hunter2');
  expect(serialize(secret).toString('latin1')).not.toContain('hunter2');
  expect(Object.keys(copy() as object).join()).toMatch(/^(\d+,?)*$/);
});

it('tells two secrets apart and recognises equal ones', () => {
  expect(secret.fingerprint).toBe(new Secret('hunter2hunter2').fingerprint);
  expect(secret.fingerprint).not.toBe(new Secret('hunter3hunter3').fingerprint);
  expect(secret.fingerprint).toMatch(/^[0-9a-f]{6}$/);
  expect(secret.equals(new Secret('hunter2hunter2'))).toBe(true);
  expect(secret.equals(new Secret('hunter3hunter3'))).toBe(false);
});

it('tells two sets of credentials apart by each of their parts', () => {
  const other = new Secret('other');
  const v2: Credentials = { api: 'v2', clientId: 'c', clientSecret: secret, accountGuid: undefined };
  expect(isSame(credentials, { ...credentials, apiKey: new Secret('hunter2hunter2') })).toBe(true);
  expect(isSame(v2, { ...v2 })).toBe(true);
  for (const different of [
    { ...credentials, username: 'v' },
    { ...credentials, password: other },
    { ...credentials, apiKey: other },
    v2,
  ]) {
    expect(isSame(credentials, different)).toBe(false);
    expect(isSame(different, credentials)).toBe(false);
  }
  for (const different of [
    { ...v2, clientId: 'd' },
    { ...v2, clientSecret: other },
    { ...v2, accountGuid: 'g' },
  ]) {
    expect(isSame(v2, different)).toBe(false);
  }
});

describe('the log', () => {
  it.each([
    'authorization',
    'rasa-token',
    'token',
    'access_token',
    'password',
    'key',
    'apiKey',
    'clientSecret',
  ])('does not print the value of a property named %s, even if it is plain text', (name) => {
    let text = '';
    const log = createLog('info', { write: (line) => (text += line) });
    const plain = { [name]: 'hunter2', kept: 'kept' };
    log.info(plain, 'x');
    log.info({ headers: plain }, 'x');
    log.error({ err: Object.assign(new Error('x'), { request: plain }) }, 'x');
    expect(text).not.toContain('hunter2');
    expect(text.match(/kept/g)).toHaveLength(6);
    expect(text.match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('prints fingerprints', () => {
    let text = '';
    createLog('info', { write: (line) => (text += line) }).info(
      { set: 1, fingerprint: secret.fingerprint },
      'x',
    );
    expect(text).toContain(secret.fingerprint);
  });
});
