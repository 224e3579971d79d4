import { STATUS_CODES } from 'node:http';
import type { IssueCode, Problem, ProblemCode } from '../../shared/signup.ts';

/** The codes that only applications meet, which no form has texts for. */
export type ApiProblemCode =
  'unauthorized' | 'forbidden' | 'idempotency_mismatch' | 'idempotency_in_progress' | 'cursor_lost';

export interface ApiProblem extends Omit<Problem, 'code'> {
  readonly code: ProblemCode | ApiProblemCode;
}

const statusOf: Readonly<Record<ProblemCode | ApiProblemCode, number>> = {
  invalid: 422,
  malformed: 400,
  unsupported: 415,
  too_large: 413,
  origin_refused: 403,
  rate_limited: 429,
  bot_suspected: 403,
  no_such_form: 404,
  not_found: 404,
  method_not_allowed: 405,
  unavailable: 503,
  internal: 500,
  unauthorized: 401,
  forbidden: 403,
  idempotency_mismatch: 422,
  idempotency_in_progress: 409,
  cursor_lost: 410,
};

/** All codes, those of `/api/` last. */
export const problemCodes = Object.keys(statusOf) as readonly (ProblemCode | ApiProblemCode)[];

export interface ProblemMembers {
  /** For developers: names the thing, the value and the remedy. Never contains what a visitor typed. */
  readonly detail?: string;
  readonly issues?: Readonly<Record<string, IssueCode>>;
  readonly retryAfterS?: number;
}

/** Makes a problem detail (RFC 9457). The status follows from the code. */
export function problem<Code extends ProblemCode | ApiProblemCode>(
  code: Code,
  { detail, issues, retryAfterS }: ProblemMembers = {},
): Omit<Problem, 'code'> & { readonly code: Code } {
  const status = statusOf[code];
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? code,
    status,
    code,
    ...(detail !== undefined && { detail }),
    ...(issues && { issues }),
    ...(retryAfterS !== undefined && { retry_after: retryAfterS }),
  };
}
