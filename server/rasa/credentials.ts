import { Secret, type Credentials } from '../secret.ts';
import { readExpiry, readToken } from './answers.ts';
import type { RasaHttp } from './http.ts';

/**
 * The key ring: the only place that reveals credentials, and the one that decides when a token is minted. A token is
 * used until shortly before it expires, however many ask, they wait for one mint, and a refused mint is not tried
 * again at once: a wrong key stays wrong, and hammering on it looks like an attack.
 */
export interface KeyRing {
  token(stop: AbortSignal): Promise<TokenGrant>;
  /** Says that rasa.io did not take this token, so that the next asker gets a new one. */
  drop(token: Secret): void;
}

export type TokenGrant =
  | { readonly is: 'token'; readonly token: Secret }
  /** rasa.io refuses the credentials; somebody has to change them. */
  | { readonly is: 'refused'; readonly status: number; readonly afterMs: number }
  /** No token now, through no fault of the credentials. */
  | { readonly is: 'later'; readonly reason: string; readonly afterMs?: number };

export interface KeyRingOptions {
  readonly http: RasaHttp;
  readonly credentials: Credentials;
  readonly now?: () => number;
  /** Told once when the credentials are refused, and once when they work again. */
  readonly onChange?: (state: KeyRingState) => void;
}

export type KeyRingState =
  { readonly is: 'refused'; readonly status: number; readonly key: Secret } | { readonly is: 'working' };

/** Where a token does not say when it expires. rasa.io's tokens are said to live about an hour. */
const assumedLifeMs = 45 * 60_000;
const expiryMarginMs = 60_000;
const firstPauseMs = 5 * 60_000;
const longestPauseMs = 60 * 60_000;

export function createKeyRing({ http, credentials, now = Date.now, onChange }: KeyRingOptions): KeyRing {
  let held: { readonly token: Secret; readonly usableUntil: number } | undefined;
  let minting: Promise<TokenGrant> | undefined;
  let refusal: { readonly status: number; readonly until: number; readonly pauseMs: number } | undefined;

  return {
    async token(stop) {
      if (held && now() < held.usableUntil) return { is: 'token', token: held.token };
      if (refusal && now() < refusal.until) {
        return { is: 'refused', status: refusal.status, afterMs: refusal.until - now() };
      }
      minting ??= mint(stop).finally(() => (minting = undefined));
      return minting;
    },
    drop(token) {
      if (held?.token === token) held = undefined;
    },
  };

  async function mint(stop: AbortSignal): Promise<TokenGrant> {
    const { username, password, apiKey } = credentials;
    const basic = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
    const answer = await http.call({
      method: 'POST',
      path: '/v1/tokens',
      headers: { authorization: `Basic ${basic}` },
      json: { key: apiKey.reveal() },
      stop,
    });
    if (answer.is === 'fault') return { is: 'later', reason: answer.reason };
    const { status, body, retryAfterMs } = answer;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) return refuse(status);
    const token = status >= 200 && status < 300 ? readToken(body) : undefined;
    if (token === undefined) {
      return {
        is: 'later',
        reason: `rasa.io answered ${status} to the request for a token`,
        ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
      };
    }
    if (refusal) onChange?.({ is: 'working' });
    refusal = undefined;
    held = {
      token: new Secret(token),
      usableUntil: Math.min(readExpiry(token) ?? Infinity, now() + assumedLifeMs) - expiryMarginMs,
    };
    return { is: 'token', token: held.token };
  }

  function refuse(status: number): TokenGrant {
    if (!refusal) onChange?.({ is: 'refused', status, key: credentials.apiKey });
    const pauseMs = Math.min(refusal ? refusal.pauseMs * 2 : firstPauseMs, longestPauseMs);
    refusal = { status, until: now() + pauseMs, pauseMs };
    return { is: 'refused', status, afterMs: pauseMs };
  }
}
