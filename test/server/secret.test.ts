import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Secret } from '../../server/secret.ts';

const secret = new Secret('hunter2hunter2');

it.each([
  ['a template', () => `a ${String(secret)} b`],
  ['joining', () => [secret].join()],
  ['JSON', () => JSON.stringify({ secret })],
  ['inspecting', () => inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
  ['an error', () => inspect(new Error('x', { cause: secret }))],
  [
    'the log',
    () => {
      let line = '';
      pino({}, { write: (text) => (line = text) }).info({ secret }, 'x');
      return line;
    },
  ],
])('%s shows a fingerprint of a secret, not the secret', (_name, print) => {
  expect(print()).toContain(`[secret ${secret.fingerprint}]`);
  expect(print()).not.toContain('hunter2');
});

it('tells two secrets apart, and the same one again', () => {
  expect(secret.fingerprint).toBe(new Secret('hunter2hunter2').fingerprint);
  expect(secret.fingerprint).not.toBe(new Secret('hunter3hunter3').fingerprint);
  expect(secret.fingerprint).toMatch(/^[0-9a-f]{6}$/);
});
