import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/**
 * The way of a browser without scripts, which cannot prove any work: its form is answered by a page of ours that
 * repeats what was sent and asks for one click. That page carries a token for these very fields, as a JWT (RFC 7519).
 * Among the fields is the sign-up's id, so that the token is good for one sign-up, however often the click arrives:
 * the store knows sign-ups for longer than a token lives.
 */
export interface PageTokens {
  issue(form: string, fields: Fields): Promise<string>;
  /** Since it was issued, in ms; `undefined` where it is not for this form and these fields, or has expired. */
  ageOf(token: string, form: string, fields: Fields): Promise<number | undefined>;
}

type Fields = Readonly<Record<string, string>>;

export interface PageTokensOptions {
  readonly key: Uint8Array;
  readonly now?: () => number;
}

/** As long as the store knows a sign-up at least. */
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
        // Forged, for another form, or expired: the page is shown anew for each.
        return undefined;
      }
    },
  };
}

function hashOf(fields: Fields): string {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}
