import type { Problem } from '../../shared/signup.ts';
import { problem } from '../http/problem.ts';
import { pause } from '../system/pause.ts';

/** The answer that a test address stands for; `undefined` if the address is an ordinary one. */
export type TestAddresses = (email: string) => Promise<Part | undefined>;

/** Without a problem the address is accepted, however often it is sent. */
export interface Part {
  readonly problem?: Problem;
}

/** As long as a visitor with a bad connection waits, and shorter than every configured time-out. */
const slowMs = 4000;

/**
 * Test addresses for every answer that a visitor can get, for developers who embed the form. The domain is
 * reserved (RFC 6761 6.2). Without the sandbox these addresses have no special meaning.
 */
export function createTestAddresses({ waitMs = slowMs } = {}): TestAddresses {
  return async (email) => {
    const [, name] = /^([a-z-]+)@sandbox\.test$/i.exec(email) ?? [];
    switch (name?.toLowerCase()) {
      case 'refused':
        return { problem: problem('bot_suspected', { detail: sandboxDetail }) };
      case 'invalid':
        return { problem: problem('invalid', { detail: sandboxDetail, issues: { email: 'malformed' } }) };
      case 'disposable':
        return { problem: problem('invalid', { detail: sandboxDetail, issues: { email: 'disposable' } }) };
      case 'limited':
        return { problem: problem('rate_limited', { detail: sandboxDetail, retryAfterS: 60 }) };
      case 'unavailable':
        return { problem: problem('unavailable', { detail: sandboxDetail, retryAfterS: 30 }) };
      case 'broken':
        return { problem: problem('internal', { detail: sandboxDetail }) };
      case 'slow':
        await pause(waitMs, new AbortController().signal);
        return {};
      case 'accepted':
        return {};
      case undefined:
      default:
        return undefined;
    }
  };
}

const sandboxDetail =
  'This is a test address of the sandbox; docs/sandbox.md lists all of them (Test addresses).';
