import { createHmac } from 'node:crypto';

/** A token of one version is not taken by the other: rasa.io answers a token of version 1 with 401 all over version 2. */
export type TokenScope = 'v1' | 'v2';

export interface Token {
  readonly text: string;
  readonly scope: TokenScope;
  readonly keyId: string;
  /** Seconds since 1970, as in the `exp` claim. */
  readonly expires: number;
}

/**
 * The tokens that live now. They are in memory only: a restart of the sandbox ends them all, which callers meet as
 * an expiry. rasa.io does not document how long a token lives; clients of it assume an hour.
 */
export interface Tokens {
  mint(keyId: string, scope: TokenScope, lifetimeS?: number): Token;
  find(text: string | undefined): Token | undefined;
  /** False when there is no such token. */
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
    mint(keyId, scope, lifetimeS = hourS) {
      endThose(({ expires }) => expires <= nowS());
      const issued = nowS();
      const expires = issued + lifetimeS;
      const claims = [
        { alg: 'HS256', typ: 'JWT' },
        { jti: randomUUID(), iat: issued, exp: expires },
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
