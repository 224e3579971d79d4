import { Secret } from '../system/secret.ts';
import { readExpiry, readResults, readToken } from './reading/answers.ts';
import { readCommunity } from './content/content.ts';
import type { Credentials } from './credentials.ts';
import type { RasaHttp } from './http.ts';
import type { KeyRing } from './key-ring.ts';
import { createTokenApi, isRefusal } from './token-api.ts';

/** The result of a test of credentials. */
export type Tried =
  | {
      readonly is: 'taken';
      /** The accounts that they give access to; empty if rasa.io does not say. */
      readonly accounts: readonly Account[];
      /** Whether the minted token was revoked again. */
      readonly isTokenEnded: boolean;
      /** When the token ends, in ms since 1970, if it says so itself. */
      readonly tokenExpiresMs: number | undefined;
    }
  | { readonly is: 'refused'; readonly status: number }
  /** rasa.io gave no answer about the credentials. */
  | { readonly is: 'unknown'; readonly reason: string };

/** An account; rasa.io's API calls it a community. */
export interface Account {
  readonly id: string;
  readonly name: string | undefined;
}

/**
 * Tests credentials and leaves nothing behind: mints a token, reads the accounts that it gives access to, and
 * revokes it. Never throws because of rasa.io's answers.
 */
export async function tryCredentials(
  http: RasaHttp,
  credentials: Credentials,
  stop: AbortSignal,
): Promise<Tried> {
  const tokens = createTokenApi(http);
  const answer = await tokens.mint(credentials, stop);
  if (answer.is === 'fault') return { is: 'unknown', reason: answer.reason };
  const isRefused: boolean = isRefusal(answer);
  if (isRefused) return { is: 'refused', status: answer.status };
  const text = readToken(answer.body);
  if (answer.status < 200 || answer.status > 299 || text === undefined) {
    return { is: 'unknown', reason: `rasa.io answered ${answer.status} to the request for a token` };
  }
  const token = new Secret(text);
  // Version 2 has no call for this, and sends its token in the same header.
  const accounts = credentials.api === 'v1' ? await readAccounts(http, token, stop) : [];
  const ended = await tokens.end(token, credentials, stop);
  const isTokenEnded = ended.is === 'answer' && ended.status < 300;
  return { is: 'taken', accounts, isTokenEnded, tokenExpiresMs: readExpiry(text) };
}

/** Tries the credentials that are in use, and keeps the token for the first delivery. */
export async function tryKeyRing(
  http: RasaHttp,
  keyRing: Pick<KeyRing, 'token'>,
  api: Credentials['api'],
  stop: AbortSignal,
): Promise<Tried> {
  const grant = await keyRing.token(stop);
  switch (grant.is) {
    case 'token': {
      const accounts = api === 'v1' ? await readAccounts(http, grant.token, stop) : [];
      const tokenExpiresMs = readExpiry(grant.token.reveal());
      return { is: 'taken', accounts, isTokenEnded: false, tokenExpiresMs };
    }
    case 'refused':
      return { is: 'refused', status: grant.status };
    case 'later':
      return { is: 'unknown', reason: grant.reason };
  }
}

async function readAccounts(http: RasaHttp, token: Secret, stop: AbortSignal): Promise<readonly Account[]> {
  const headers = { 'rasa-token': token.reveal() };
  const answer = await http.call({ method: 'GET', path: '/v1/communities', headers, stop });
  if (answer.is === 'fault' || answer.status !== 200) return [];
  return readResults(answer.body)
    .map(readCommunity)
    .flatMap(({ id, name, identifier }) => {
      const label = [name, identifier].find((text) => typeof text === 'string' && text !== '');
      return id === undefined ? [] : [{ id, name: label ?? undefined }];
    });
}
