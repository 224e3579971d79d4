import { expect, test } from 'vitest';
import { translateError } from '../../../server/store/postgres/postgres-errors.ts';

const failure = (code: string | undefined, message = 'Key (email)=(ada@example.com)') =>
  Object.assign(new Error(message), { detail: 'ada@example.com', ...(code !== undefined && { code }) });

// https://www.postgresql.org/docs/current/errcodes-appendix.html
test.each([
  ['25006', 'read_only'],
  ['0A000', 'read_only'],
  ['53100', 'full'],
  ['53300', 'exhausted'],
  ['57P01', 'lost_connection'],
  ['57P03', 'lost_connection'],
  ['57014', 'timed_out'],
  ['08006', 'lost_connection'],
  ['28P01', 'refused'],
  ['3D000', 'refused'],
  ['40P01', 'locked'],
  ['40001', 'locked'],
  ['55P03', 'locked'],
  ['58030', 'io'],
  ['XX001', 'damaged'],
  ['ECONNREFUSED', 'lost_connection'],
  ['ECONNRESET', 'lost_connection'],
  ['EPIPE', 'lost_connection'],
  ['ENOTFOUND', 'lost_connection'],
  ['EMFILE', 'exhausted'],
  ['CERT_HAS_EXPIRED', 'refused'],
])('the code %s of a server means %s', (code, reason) => {
  const translated = translateError(failure(code));
  expect(translated).toMatchObject({ name: 'StoreUnavailable', reason, code });
  expect(JSON.stringify([translated, translated.message])).not.toContain('ada@');
});

// The driver gives these no code.
test.each([
  ['Connection terminated unexpectedly', 'lost_connection'],
  ['Client has encountered a connection error and is not queryable', 'lost_connection'],
  ['Query read timeout', 'timed_out'],
  ['timeout exceeded when trying to connect', 'timed_out'],
  ['The server does not support SSL connections', 'refused'],
])('what the driver says as "%s" means %s', (message, reason) => {
  expect(translateError(failure(undefined, message))).toMatchObject({ reason });
});

test.each([
  ['23505', 'unique'],
  ['23514', 'other'],
  ['22003', 'other'],
])('the code %s is the caller’s own doing', (code, kind) => {
  expect(translateError(failure(code))).toMatchObject({ name: 'ConstraintViolated', kind, code });
});

test('a mistake in a statement stays a bug, and quotes no row', () => {
  const translated = translateError(failure('42601'));
  expect(translated.name).toBe('Error');
  expect(translated.message).toBe('PostgreSQL rejects a statement of ours (42601).');
});
