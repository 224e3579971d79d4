import { createHash } from 'node:crypto';
import type { ApiKey, State } from './state.ts';
import type { Tokens } from './tokens.ts';

/**
 * What the sandbox requires in addition to a key: user name and password in version 1, the client
 * id in version 2.
 */
export interface Account {
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  /** Identifies the newsletter in the URL of the sign-up webhook, which needs no key. */
  readonly signupGuid: string;
}

/**
 * The API keys of the page "Settings → API Keys". Only hashes are stored; only `create` returns a key's text.
 */
export interface ApiKeys {
  /** Newest first. */
  list(): readonly Readonly<ApiKey>[];
  create(name: string): Promise<{ readonly key: string; readonly entry: Readonly<ApiKey> }>;
  /** Adds a key that was created elsewhere. A known key stays unchanged, even if it is revoked. */
  adopt(key: string, name: string): Promise<void>;
  /** The key with this text, without a use of it; `undefined` if it is unknown or revoked. */
  find(key: string): Readonly<ApiKey> | undefined;
  /** The key with this text; `undefined` if it is unknown or revoked. Records the time of use. */
  use(key: string): Promise<Readonly<ApiKey> | undefined>;
  /** Revokes a key permanently. Its live tokens end too only if `revocationKillsTokens` is true. */
  revoke(id: string): Promise<void>;
  readonly revocationKillsTokens: boolean;
  setRevocationKillsTokens(value: boolean): Promise<void>;
}

interface ApiKeysDeps {
  readonly state: State;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly randomUUID: () => string;
  /** Called when a key was revoked, or created: then with its text, which is in no state. */
  readonly onChange: (created?: string) => Promise<void>;
}

export function createApiKeys({ state, tokens, now, randomUUID, onChange }: ApiKeysDeps): ApiKeys {
  const { data } = state;
  const find = (key: string): ApiKey | undefined => {
    const hash = sha256(key);
    return data.apiKeys.find((known) => known.sha256 === hash && known.revoked === null);
  };
  const timestamp = (): string => new Date(now()).toISOString();

  async function add(key: string, name: string): Promise<ApiKey> {
    const entry: ApiKey = {
      id: randomUUID(),
      name,
      firstCharacters: firstCharacters(key),
      sha256: sha256(key),
      created: timestamp(),
      lastUsed: null,
      revoked: null,
    };
    data.apiKeys.push(entry);
    await state.save();
    return entry;
  }

  return {
    list: () => data.apiKeys.toReversed(),
    async create(name) {
      const key = randomUUID();
      const entry = await add(key, name);
      await onChange(key);
      return { key, entry };
    },
    async adopt(key, name) {
      if (!data.apiKeys.some((entry) => entry.sha256 === sha256(key))) await add(key, name);
    },
    find,
    async use(key) {
      const entry = find(key);
      if (!entry) return undefined;
      entry.lastUsed = timestamp();
      await state.save();
      return entry;
    },
    async revoke(id) {
      const entry = data.apiKeys.find((known) => known.id === id);
      if (entry?.revoked !== null) return;
      entry.revoked = timestamp();
      if (data.revocationKillsTokens) tokens.endThoseOf(id);
      await state.save();
      await onChange();
    },
    get revocationKillsTokens() {
      return data.revocationKillsTokens;
    },
    async setRevocationKillsTokens(value) {
      data.revocationKillsTokens = value;
      await state.save();
    },
  };
}

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Enough characters to distinguish keys, but never more than a quarter of a short key. */
function firstCharacters(key: string): string {
  return key.slice(0, Math.min(8, Math.floor(key.length / 4)));
}
