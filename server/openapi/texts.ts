import type { ApiProblemCode } from '../http/problem.ts';
import type { IssueCode, ProblemCode, SignupEnvelope } from '../../shared/signup.ts';
import { eventTypes } from '../events/events.ts';

/**
 * When each problem occurs: for the API description and docs/http-api.md. A new problem code does not compile
 * without a text.
 */
export const problemTexts: Readonly<Record<ProblemCode, string>> = {
  invalid:
    'A field is `missing`, `malformed`, `too_long`, `unknown`, `disposable` or `not_ascii`; `issues` names the field.',
  malformed:
    'The body cannot be parsed, is not UTF-8, or has more than 100 names. Or the request itself is ambiguous: an invalid target or `Host`, two `Host` headers, 200 headers or more.',
  unsupported:
    'The content type is neither of the two accepted ones, the charset is not UTF-8, or the body is compressed (`Content-Encoding`).',
  too_large: 'The body is larger than 16 KiB.',
  origin_refused: 'The origin of the page is not in `ALLOWED_ORIGINS`.',
  rate_limited:
    'Too many sign-ups from one network, of one address, at one form, or overall; or too many requests for pages from one network. `Retry-After` says when to try again.',
  bot_suspected:
    'The proof of work is missing, wrong, expired or already used, or the request shows several signs of a robot. A person can always try again.',
  no_such_form: 'No form has this name.',
  not_found: 'Nothing exists at this path.',
  method_not_allowed: 'The path does not support this method.',
  unavailable:
    'The sign-up cannot be stored at the moment; with `Retry-After`. Sign-ups that were accepted before are safe.',
  internal: 'A bug. The log has the stack trace.',
};

/** The problems that only `/api/` has. */
export const apiProblemTexts: Readonly<Record<ApiProblemCode, string>> = {
  unauthorized: 'The token is missing, unknown, expired or revoked; with `WWW-Authenticate`.',
  forbidden:
    'The token lacks the scope that `detail` names, or is for an account that this proxy does not have.',
  idempotency_mismatch: 'The `Idempotency-Key` was used with another body within 24 hours.',
  idempotency_in_progress:
    'The first request with this `Idempotency-Key` is not finished; try again after `Retry-After`.',
  cursor_lost:
    'Events behind the cursor were deleted after 30 days, or it is from another database: ask without `after`.',
};

/** The names that a sign-up has beside the form's own fields, in the order in which they are shown. */
export const envelopeTexts: Readonly<Record<keyof SignupEnvelope, string>> = {
  id: 'Optional, made by the client. A request with the same id, form and fields is a retry for at least 10 minutes: it is accepted again and not stored twice. With other contents it is another sign-up.',
  page: 'Optional. The URL of the page that carries the form, without query and fragment. Delivered only where a hidden field of the form takes it (`from: page`), and not stored otherwise.',
  proof:
    'The challenge and its solution as JSON, in base64. Required with `BOT_MODE=enforce`, except for plain forms.',
  token: 'Plain forms only: sent by the page that asks for one click.',
  redirect: 'Plain forms only: the page to show afterwards. It must be an allowed thank-you page.',
  your_message: 'The honeypot. Leave it out.',
};

const issues: Readonly<Record<IssueCode, true>> = {
  missing: true,
  malformed: true,
  too_long: true,
  unknown: true,
  disposable: true,
  not_ascii: true,
};

export const issueCodes = Object.keys(issues) as readonly IssueCode[];

/** A type, or all that begin alike. */
const eventName = `(?:${[
  ...new Set(['*', ...eventTypes, ...eventTypes.map((type) => type.replace(/\.[^.]*$/, '.*'))]),
]
  .map((name) => name.replaceAll(/[.*]/g, '\\$&'))
  .join('|')})`;

/** Some of them, with commas between them. */
export const typesPattern = new RegExp(`^${eventName}?(?:,${eventName}?)*$`);
