import type { Secret } from '../system/secret.ts';
import type { Credentials } from './credentials.ts';
import type { RasaAnswer, RasaHttp } from './http.ts';

/** How rasa.io hands out tokens and takes them back. Besides the clients, which show their token, it alone reveals secrets. */
export interface TokenApi {
  mint(credentials: Credentials, stop: AbortSignal): Promise<RasaAnswer>;
  /** Ends a token before its time, with the credentials that it was minted from. */
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
          // The path is a secret: nothing may print it.
          path: `/v1/tokens/${encodeURIComponent(token.reveal())}`,
          headers: { authorization: basic(credentials.username, credentials.password) },
          stop,
        });
      }
      return http.call({
        method: 'DELETE',
        path: '/v2/tokens',
        headers: { 'rasa-token': token.reveal() },
        stop,
      });
    },
  };
}

function basic(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
}
