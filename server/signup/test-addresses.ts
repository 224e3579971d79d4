import type { Problem } from '../../shared/signup.ts';
import { problem } from '../http/problem.ts';
import { pause } from '../system/pause.ts';

/** What an address stands for; `undefined` where it is one like any other. */
export type TestAddresses = (email: string) => Promise<Part | undefined>;

/** With no problem it is accepted, however often it comes. */
export interface Part {
  readonly problem?: Problem;
}

/** As long as a visitor on a bad line waits, and shorter than any patience that ours is set to. */
const slowMs = 4000;

/**
 * Addresses that drive every answer a visitor can get, so that whoever embeds the form can look at each. The domain
 * belongs to nobody (RFC 6761 6.2), and without the sandbox nobody asks here.
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

const sandboxDetail = 'The sandbox answers this address so; the README lists the others (Testing an embed).';
