import { Secret } from '../system/secret.ts';
import { readExpiry, readLifetimeMs, readToken } from './reading/answers.ts';
import { isSame, keyOf, type CredentialSet, type KeyRingState, type SetState } from './credentials.ts';
import type { RasaAnswer } from './http.ts';
import { isRefusal, type TokenApi } from './token-api.ts';

/**
 * The key ring: decides which credentials are used and when a token is minted. A token is used until one
 * minute before it expires; all callers wait for the same mint. A mint tries the sets in their order. A
 * refused set is retired, and the next one takes over within the same call. The pause is 5 minutes at first
 * and doubles up to one hour, or ends when the set's secrets change: a wrong key stays wrong, and repeated
 * attempts look like an attack. A retired set whose pause is over is tried at the next mint, in its place in
 * the order, but never while a token is valid. Failures that say nothing about the credentials (no answer,
 * 408, 429, 5xx, the page of a gateway) retire no set.
 */
export interface KeyRing {
  token(stop: AbortSignal): Promise<TokenGrant>;
  /** Reports that rasa.io rejected this token; the next caller gets a new one. */
  drop(token: Secret): void;
  /**
   * Replaces the sets. A set that was there before keeps its token and its pause. The token of a removed set,
   * or of a set that is now behind a new one, is dropped and revoked at rasa.io. A running mint continues
   * with the new sets.
   */
  replace(sets: readonly CredentialSet[]): void;
  /** Ends the pause of every set that rasa.io refused, so that the next mint tries it. */
  retry(): void;
  /**
   * Names the keys that the operator has retired, by fingerprint, and no others. Their sets are not used; a
   * token of theirs is dropped and revoked at rasa.io.
   */
  withdraw(fingerprints: ReadonlySet<string>): void;
  state(): KeyRingState;
  /** Revokes the current token at rasa.io, and resolves when rasa.io has answered or cannot be reached. */
  close(stop: AbortSignal): Promise<void>;
}

export type TokenGrant =
  | { readonly is: 'token'; readonly token: Secret }
  /**
   * rasa.io refuses every set, or the operator has retired it; the operator has to change them. `status` is
   * that of the last refusal, 0 without one; `afterMs` the time until the first pause ends.
   */
  | { readonly is: 'refused'; readonly status: number; readonly afterMs: number }
  /** No token at the moment, for a reason other than the credentials. */
  | {
      readonly is: 'later';
      readonly reason: string;
      readonly afterMs?: number;
      /** What rasa.io answered to the request for a token; absent if no answer came. */
      readonly status?: number;
      readonly cause?: unknown;
    };

export type KeyRingChange =
  /** A set was refused; reported once until it works again or is released by `replace` or `retry`. */
  | { readonly is: 'refused'; readonly set: SetState; readonly status: number }
  | { readonly is: 'in use'; readonly set: SetState }
  /** No set is left; reported once until a set works again or `replace` or `retry` was called. */
  | { readonly is: 'none left'; readonly sets: readonly SetState[] };

export interface KeyRingOptions {
  readonly tokens: TokenApi;
  readonly sets: readonly CredentialSet[];
  readonly now?: () => number;
  readonly onChange?: (change: KeyRingChange) => void;
}

interface Entry {
  set: CredentialSet;
  refusal?: { readonly untilMs: number; readonly pauseMs: number } | undefined;
  lastUseMs?: number;
  lastRefusal?: { readonly atMs: number; readonly status: number };
}

interface Minted {
  readonly entry: Entry;
  readonly token: Secret;
  readonly usableUntil: number;
}

/**
 * Lifetime of a token that does not state one, and the longest that is assumed of any. rasa.io's tokens are
 * said to live about an hour.
 */
const assumedLifeMs = 45 * 60_000;
const expiryMarginMs = 60_000;
const firstPauseMs = 5 * 60_000;
const longestPauseMs = 60 * 60_000;

export function createKeyRing({ tokens, sets, now = Date.now, onChange }: KeyRingOptions): KeyRing {
  let entries: readonly Entry[] = sets.map((set) => ({ set }));
  let held: Minted | undefined;
  /** The set whose token was minted last, even if that has expired. */
  let inUse: Entry | undefined;
  let minting: Promise<TokenGrant> | undefined;
  let isReported = false;
  let withdrawn: ReadonlySet<string> = new Set();

  return {
    async token(stop) {
      if (held && now() < held.usableUntil) return grant(held);
      minting ??= mint(stop).finally(() => (minting = undefined));
      return minting;
    },

    drop(token) {
      if (held?.token === token) held = undefined;
    },

    replace(newSets) {
      const before = entries;
      const unclaimed = [...before];
      entries = newSets.map((set) => {
        const index = unclaimed.findIndex((entry) => isSame(entry.set.credentials, set.credentials));
        const [known] = index < 0 ? [] : unclaimed.splice(index, 1);
        return known ? Object.assign(known, { set }) : { set };
      });
      if (inUse && !entries.includes(inUse)) inUse = undefined;
      const place = held ? entries.indexOf(held.entry) : 0;
      if (place < 0 || entries.slice(0, place).some((entry) => !before.includes(entry))) endHeld();
      isReported = false;
    },

    retry() {
      for (const entry of entries) entry.refusal = undefined;
      isReported = false;
    },

    withdraw(fingerprints) {
      withdrawn = fingerprints;
      if (inUse && isOutOfUse(inUse)) inUse = undefined;
      if (held && isOutOfUse(held.entry)) endHeld();
      isReported = false;
    },

    state: () => ({ is: verdict(), sets: entries.map(describe) }),

    async close(stop) {
      const last = held;
      held = undefined;
      if (last) await tokens.end(last.token, last.entry.set.credentials, stop);
    },
  };

  function grant({ entry, token }: Minted): TokenGrant {
    entry.lastUseMs = now();
    return { is: 'token', token };
  }

  async function mint(stop: AbortSignal): Promise<TokenGrant> {
    for (;;) {
      const entry = entries.find(
        (each) => !isOutOfUse(each) && (!each.refusal || each.refusal.untilMs <= now()),
      );
      if (!entry) return noneLeft();
      const answer = await tokens.mint(entry.set.credentials, stop);
      const minted = readMinted(answer, entry);
      if (!entries.includes(entry) || isOutOfUse(entry)) {
        // The set was replaced or retired during the call: the answer is about credentials out of use.
        if (minted) end(minted);
        continue;
      }
      if (minted) return take(minted);
      if (!isRefusal(answer)) return later(answer);
      retire(entry, answer.status);
    }
  }

  function readMinted(answer: RasaAnswer, entry: Entry): Minted | undefined {
    if (answer.is !== 'answer' || answer.status < 200 || answer.status > 299) return undefined;
    const token = readToken(answer.body);
    if (token === undefined) return undefined;
    const expires = readExpiry(token) ?? now() + (readLifetimeMs(answer.body) ?? Infinity);
    const usableUntil = Math.min(expires, now() + assumedLifeMs) - expiryMarginMs;
    return { entry, token: new Secret(token), usableUntil };
  }

  function take(minted: Minted): TokenGrant {
    const { entry } = minted;
    const isNews = inUse !== entry || entry.refusal !== undefined;
    entry.refusal = undefined;
    [held, inUse, isReported] = [minted, entry, false];
    const granted = grant(minted);
    if (isNews) onChange?.({ is: 'in use', set: describe(entry) });
    return granted;
  }

  function retire(entry: Entry, status: number): void {
    const isNews = entry.refusal === undefined;
    const pauseMs = Math.min(entry.refusal ? entry.refusal.pauseMs * 2 : firstPauseMs, longestPauseMs);
    entry.refusal = { untilMs: now() + pauseMs, pauseMs };
    entry.lastRefusal = { atMs: now(), status };
    if (inUse === entry) inUse = undefined;
    // Its earlier token may still be valid for a while after the margin.
    if (held?.entry === entry) endHeld();
    if (isNews) onChange?.({ is: 'refused', set: describe(entry), status });
  }

  function noneLeft(): TokenGrant {
    const untilMs = Math.min(
      now() + longestPauseMs,
      ...entries.flatMap((entry) => (entry.refusal && !isOutOfUse(entry) ? [entry.refusal.untilMs] : [])),
    );
    const last = entries
      .map(({ lastRefusal }) => lastRefusal)
      .sort((a, b) => (a?.atMs ?? 0) - (b?.atMs ?? 0));
    if (!isReported) onChange?.({ is: 'none left', sets: entries.map(describe) });
    isReported = true;
    return { is: 'refused', status: last.at(-1)?.status ?? 0, afterMs: untilMs - now() };
  }

  function endHeld(): void {
    if (held) end(held);
    held = undefined;
  }

  /** Revokes a token in the background. If rasa.io does not confirm, the token expires by itself. */
  function end({ token, entry }: Minted): void {
    void tokens.end(token, entry.set.credentials, new AbortController().signal);
  }

  function verdict(): KeyRingState['is'] {
    if (inUse) return 'working';
    return entries.every((entry) => entry.refusal ?? isOutOfUse(entry)) ? 'refused' : 'untried';
  }

  function isOutOfUse({ set }: Entry): boolean {
    return withdrawn.has(keyOf(set.credentials).fingerprint);
  }

  function describe(entry: Entry): SetState {
    const { set, refusal, lastUseMs, lastRefusal } = entry;
    return {
      number: set.number,
      source: set.source,
      fingerprint: keyOf(set.credentials).fingerprint,
      state: refusal || isOutOfUse(entry) ? 'retired' : entry === inUse ? 'in use' : 'standby',
      ...(refusal && !isOutOfUse(entry) && { retiredUntil: iso(refusal.untilMs) }),
      ...(lastUseMs !== undefined && { lastUse: iso(lastUseMs) }),
      ...(lastRefusal && { lastRefusal: { at: iso(lastRefusal.atMs), status: lastRefusal.status } }),
    };
  }
}

function later(answer: RasaAnswer): TokenGrant {
  if (answer.is === 'fault') return { is: 'later', reason: answer.reason, cause: answer.cause };
  return {
    is: 'later',
    reason: `rasa.io answered ${answer.status} to the request for a token`,
    status: answer.status,
    ...(answer.retryAfterMs !== undefined && { afterMs: answer.retryAfterMs }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
