import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
  type UnavailableReason,
} from '../errors.ts';

/**
 * An error of PostgreSQL or its driver as one of ours. Only its code is kept: message, detail and context can
 * quote the row. Errors that name a mistake in a statement are bugs and stay errors of their own.
 */
export function translateError(error: unknown): Error {
  if (ours.some((known) => error instanceof known)) return error as Error;
  if (!(error instanceof Error)) return new Error('The database driver failed without an error.');
  const code = codeOf(error);
  if (code === undefined) return withoutCode(error);
  // PostgreSQL's own have five characters, as have EPIPE and others of the system.
  if (!/^(?!E)[0-9A-Z]{5}$/.test(code))
    return new StoreUnavailable(systemReasons[code] ?? 'lost_connection', { code });
  // 22: a value out of range or of the wrong form; 23: a constraint.
  if (code.startsWith('22') || code.startsWith('23')) {
    return new ConstraintViolated(code === '23505' ? 'unique' : 'other', code);
  }
  const reason = reasons[code] ?? reasons[code.slice(0, 2)];
  if (reason !== undefined) return new StoreUnavailable(reason, { code });
  return new Error(`PostgreSQL rejects a statement of ours (${code}).`);
}

const ours = [
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
];

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, by code or class. */
const reasons: Readonly<Record<string, UnavailableReason>> = {
  '08': 'lost_connection',
  // What a standby says to "begin read write". No other statement of ours asks for what a server may lack.
  '0A000': 'read_only',
  '25006': 'read_only',
  // Our transaction stood still for too long, and the server rolled it back.
  '25P03': 'timed_out',
  '28': 'refused',
  '3D': 'refused',
  // Serialisation failure, deadlock: worth another try.
  '40': 'locked',
  '42501': 'refused',
  '53': 'exhausted',
  '53100': 'full',
  '55P03': 'locked',
  '57': 'lost_connection',
  '57014': 'timed_out',
  '58': 'io',
  XX: 'failed',
  XX001: 'damaged',
  XX002: 'damaged',
};

const systemReasons: Readonly<Record<string, UnavailableReason>> = {
  EMFILE: 'exhausted',
  ENFILE: 'exhausted',
  ENOTFOUND: 'lost_connection',
  ETIMEDOUT: 'timed_out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'refused',
  SELF_SIGNED_CERT_IN_CHAIN: 'refused',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'refused',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'refused',
  CERT_HAS_EXPIRED: 'refused',
  ERR_TLS_CERT_ALTNAME_INVALID: 'refused',
};

/** What the driver says of itself has no code. */
function withoutCode(error: Error): Error {
  if (/password|SSL|SASL/i.test(error.message)) return new StoreUnavailable('refused');
  if (/timeout/i.test(error.message)) return new StoreUnavailable('timed_out');
  if (/terminated|not queryable|ended|closed|connection/i.test(error.message)) {
    return new StoreUnavailable('lost_connection');
  }
  return error;
}

function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried, and each has an error.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return undefined;
}
