import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/**
 * Tokens for browsers without scripts, which cannot compute a proof of work. Their form is answered by a page
 * that repeats the fields and asks for one click. The page carries a token for exactly these fields, as a JWT
 * (RFC 7519). The fields include the sign-up's id, so the token is valid for one sign-up, however often the
 * click arrives: the store remembers sign-ups for longer than a token lives.
 */
export interface PageTokens {
  issue(form: string, fields: Fields): Promise<string>;
  /** The token's age in ms; `undefined` if it is not for this form and these fields, or has expired. */
  ageOf(token: string, form: string, fields: Fields): Promise<number | undefined>;
}

type Fields = Readonly<Record<string, string>>;

export interface PageTokensOptions {
  readonly key: Uint8Array;
  readonly now?: () => number;
}

/** Lifetime of a token. At most as long as the store remembers a sign-up. */
export const tokenLifeMs = 10 * 60_000;

export function createPageTokens({ key, now = Date.now }: PageTokensOptions): PageTokens {
  return {
    issue(form, fields) {
      return new SignJWT({ fields: hashOf(fields), issuedAt: now() })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(form)
        .setExpirationTime(Math.floor((now() + tokenLifeMs) / 1000))
        .sign(key);
    },

    async ageOf(token, form, fields) {
      try {
        const { payload } = await jwtVerify(token, key, {
          audience: form,
          algorithms: ['HS256'],
          requiredClaims: ['exp'],
          currentDate: new Date(now()),
        });
        const { fields: hash, issuedAt } = payload;
        return hash === hashOf(fields) && typeof issuedAt === 'number' ? now() - issuedAt : undefined;
      } catch {
        // Forged, for another form, or expired: the page is shown again in each case.
        return undefined;
      }
    },
  };
}

function hashOf(fields: Fields): string {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}
