import { createHmac } from 'node:crypto';

/**
 * The API version of a token. The other version does not accept it: in version 2 rasa.io answers every token
 * of version 1 with 401.
 */
export type TokenScope = 'v1' | 'v2';

export interface Token {
  readonly text: string;
  readonly scope: TokenScope;
  readonly keyId: string;
  /** Seconds since 1970, as in the `exp` claim. */
  readonly expires: number;
}

export interface MintOptions {
  readonly lifetimeS?: number | undefined;
  /** Whether the text has the claim `exp`; it expires without it too. */
  readonly hasExpiry?: boolean;
}

/**
 * The live tokens, in memory only. A restart of the sandbox ends them all, which looks like an expiry to
 * callers. rasa.io does not document the lifetime of a token; its clients assume an hour.
 */
export interface Tokens {
  mint(keyId: string, scope: TokenScope, options?: MintOptions): Token;
  find(text: string | undefined): Token | undefined;
  /** Returns false if there is no such token. */
  end(text: string): boolean;
  endAll(): void;
  endThoseOf(keyId: string): void;
}

const hourS = 3600;

export function createTokens({ now, randomUUID }: { now: () => number; randomUUID: () => string }): Tokens {
  const live = new Map<string, Token>();
  const secret = randomUUID();
  const endThose = (doomed: (token: Token) => boolean): void => {
    for (const token of live.values()) if (doomed(token)) live.delete(token.text);
  };
  const nowS = (): number => Math.floor(now() / 1000);

  return {
    mint(keyId, scope, { lifetimeS = hourS, hasExpiry = true } = {}) {
      endThose(({ expires }) => expires <= nowS());
      const issued = nowS();
      const expires = issued + lifetimeS;
      const claims = [
        { alg: 'HS256', typ: 'JWT' },
        { jti: randomUUID(), iat: issued, ...(hasExpiry && { exp: expires }) },
      ];
      const body = claims.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      const text = `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
      const token = { text, scope, keyId, expires };
      live.set(text, token);
      return token;
    },
    find(text = '') {
      const token = live.get(text);
      return token && token.expires > nowS() ? token : undefined;
    },
    end: (text) => live.delete(text),
    endAll() {
      live.clear();
    },
    endThoseOf(keyId) {
      endThose((token) => token.keyId === keyId);
    },
  };
}
