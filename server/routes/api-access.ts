import type { RequestHandler, Response } from 'express';
import type { Scope, Token, Tokens } from '../contacts/tokens.ts';
import type { Rate } from '../forms/form-spec.ts';
import { networkOf, type ClientAddress } from '../http/client-ip.ts';
import { problem, type ApiProblem } from '../http/problem.ts';
import { detailOf } from './answers.ts';
import { limitRequests } from './network-limits.ts';

export interface ApiAccessOptions {
  readonly tokens: Pick<Tokens, 'find'>;
  /** The names of the accounts that this proxy delivers to. */
  readonly accounts: readonly string[];
  /** For one token, and for one network that shows no valid one. */
  readonly rate: Rate | 'off';
  readonly clientAddress: ClientAddress;
}

/** Who may call the HTTP API: each route begins with `allow` and the scope that it needs. */
export interface ApiAccess {
  allow(scope: Scope): readonly RequestHandler[];
}

export function createApiAccess({ tokens, accounts, rate, clientAddress }: ApiAccessOptions): ApiAccess {
  const refusals = limitRequests({
    rate,
    keyOf: (request) => networkOf(clientAddress(request)),
    isCounted: ({ statusCode }) => statusCode === 401,
  });
  const requests = limitRequests({ rate, keyOf: (_request, response) => tokenOf(response).id });
  return { allow: (scope) => [refusals, authenticate, requests, authorise(scope)] };

  async function authenticate(...[request, response, next]: Parameters<RequestHandler>): Promise<void> {
    const [, shown] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
    const token = shown === undefined ? undefined : await tokens.find(shown);
    if (!token) {
      const fault = shown === undefined ? '' : ', error="invalid_token"';
      response.set('WWW-Authenticate', `Bearer realm="rasa-signup"${fault}`);
      const detail =
        shown === undefined
          ? 'Wanted a token: Authorization: Bearer rst_…. `rasa-signup tokens create` makes one.'
          : 'The token is not known, or has expired, or was revoked.';
      sendApiProblem(response, problem('unauthorized', { detail }));
      return;
    }
    response.locals['token'] = token;
    next();
  }

  function authorise(scope: Scope): RequestHandler {
    return (_request, response, next) => {
      const token = tokenOf(response);
      if (!token.scopes.includes(scope)) {
        response.set(
          'WWW-Authenticate',
          `Bearer realm="rasa-signup", error="insufficient_scope", scope="${scope}"`,
        );
        sendApiProblem(response, problem('forbidden', { detail: `The token lacks the scope ${scope}.` }));
        return;
      }
      if (!accounts.includes(token.account)) {
        const detail = `The token is for the account ${JSON.stringify(token.account)}, which this proxy does not have.`;
        sendApiProblem(response, problem('forbidden', { detail }));
        return;
      }
      next();
    };
  }
}

/** The token that the request was let in with. */
export function tokenOf({ locals }: Response): Token {
  return locals['token'] as Token;
}

/** Logs, histories and other servers keep addresses, so that a token in one is not secret any more. */
export const refuseTokenInQuery: RequestHandler = (request, response, next) => {
  const isToken = ([name, value]: [string, unknown]) =>
    /^(access_?)?token$|^authorization$/i.test(name) ||
    (typeof value === 'string' && /\brst_[\w-]{43}/.test(value));
  if (!Object.entries(request.query).some(isToken)) {
    next();
    return;
  }
  response.set('WWW-Authenticate', 'Bearer realm="rasa-signup", error="invalid_request"');
  const detail =
    'Found a token in the address, where logs and histories keep it. Send it as a header, Authorization: Bearer rst_…, ' +
    'and revoke this one: `rasa-signup tokens revoke`.';
  sendApiProblem(response, problem('unauthorized', { detail }));
};

/** Always as data: no person reads it in a browser. */
export function sendApiProblem(response: Response, answer: ApiProblem): void {
  const { status, headers, body } = detailOf(answer, response);
  response.status(status).set('Cache-Control', 'no-store').set(headers).send(body);
}
