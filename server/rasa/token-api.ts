import type { Secret } from '../system/secret.ts';
import type { Credentials } from './credentials.ts';
import type { RasaAnswer, RasaHttp } from './http.ts';
import { isOwnAnswer } from './reading/answers.ts';

/**
 * Mints and revokes rasa.io's tokens. Only this module and the clients, which send their token, reveal
 * secrets.
 */
export interface TokenApi {
  mint(credentials: Credentials, stop: AbortSignal): Promise<RasaAnswer>;
  /** Revokes a token before it expires, with the credentials that it was minted from. */
  end(token: Secret, credentials: Credentials, stop: AbortSignal): Promise<RasaAnswer>;
}

export function createTokenApi(http: RasaHttp): TokenApi {
  return {
    mint(credentials, stop) {
      if (credentials.api === 'v1') {
        return http.call({
          method: 'POST',
          path: '/v1/tokens',
          headers: { authorization: basic(credentials.username, credentials.password) },
          json: { key: credentials.apiKey.reveal() },
          stop,
        });
      }
      const { clientId, clientSecret, accountGuid } = credentials;
      return http.call({
        method: 'POST',
        path: '/v2/tokens',
        json: {
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret.reveal(),
          ...(accountGuid !== undefined && { account_guid: accountGuid }),
        },
        stop,
      });
    },

    end(token, credentials, stop) {
      if (credentials.api === 'v1') {
        return http.call({
          method: 'DELETE',
          // The path contains the token: never log it.
          path: `/v1/tokens/${encodeURIComponent(token.reveal())}`,
          headers: { authorization: basic(credentials.username, credentials.password) },
          stop,
        });
      }
      return http.call({
        method: 'DELETE',
        path: '/v2/tokens',
        headers: tokenHeaders('/v2/tokens', token.reveal()),
        stop,
      });
    },
  };
}

/** Version 2 documents the same header, and calls its tokens bearer tokens: it gets both. */
export function tokenHeaders(path: string, token: string): Readonly<Record<string, string>> {
  return { 'rasa-token': token, ...(path.startsWith('/v2/') && { authorization: `Bearer ${token}` }) };
}

/**
 * Whether an answer refuses the credentials: 401 and 403, and any other 4xx in rasa.io's own envelope, except
 * 408 and 429, which are temporary. A gateway answers 404 or 400 while rasa.io is being redeployed.
 */
export function isRefusal(answer: RasaAnswer): answer is Extract<RasaAnswer, { is: 'answer' }> {
  if (answer.is !== 'answer') return false;
  const { status, body } = answer;
  if (status === 401 || status === 403) return true;
  return status >= 400 && status < 500 && status !== 408 && status !== 429 && isOwnAnswer(body);
}

function basic(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
}
