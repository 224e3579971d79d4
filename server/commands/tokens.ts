import { unnamedAccount } from '../config/accounts/accounts.ts';
import { ageOf } from '../config/setting-schemas.ts';
import type { Scope, Token, Tokens } from '../contacts/tokens.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from './terminal.ts';

/** What the operator does with tokens: `rasa-signup tokens create|list|revoke`. */
export interface TokenCommands {
  create(name: string, options: NewTokenOptions): Promise<ExitCode>;
  list(options: { readonly json?: boolean }): Promise<ExitCode>;
  revoke(name: string): Promise<ExitCode>;
}

export interface NewTokenOptions {
  readonly scope: readonly Scope[];
  /** In ms. */
  readonly expires?: number;
  readonly account?: string;
  readonly json?: boolean;
}

export interface TokenCommandsOptions {
  readonly tokens: Tokens;
  /** The names that ACCOUNTS has; `undefined` where it is not set. */
  readonly accounts: readonly string[] | undefined;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
  readonly now?: () => number;
}

export function createTokenCommands({
  tokens,
  accounts = [unnamedAccount],
  streams: { stdout, stderr },
  now = Date.now,
}: TokenCommandsOptions): TokenCommands {
  return {
    async create(name, { scope: scopes, expires: validForMs, account = onlyOf(accounts), json }) {
      if (account === undefined || !accounts.includes(account)) {
        const found = account === undefined ? 'no --account' : `the account ${JSON.stringify(account)}`;
        stderr.write(`Found ${printable(found)}, wanted one of ACCOUNTS: ${accounts.join(', ')}.\n`);
        return 1;
      }
      const token = await tokens.create({ name, account, scopes, validForMs });
      if (token === undefined) {
        stderr.write(`There is a token ${name} already. Revoke it first, or choose another name.\n`);
        return 1;
      }
      if (json) {
        const expires = validForMs === undefined ? null : isoOf(now() + validForMs);
        stdout.write(`${toJson({ token, name, account, scopes, expires })}\n`);
        return 0;
      }
      stdout.write(`${token}\n`);
      stderr.write('Keep it now: it is stored as a hash only, and not shown again.\n');
      return 0;
    },

    async list({ json }) {
      const all = await tokens.list();
      if (json ?? !stdout.isTTY) {
        stdout.write(`${toJson(all.map((token) => summaryOf(token, now())))}\n`);
        return 0;
      }
      if (all.length === 0) {
        stdout.write('There are no tokens.\n');
        return 0;
      }
      const rows = all.map((token) => [
        token.name,
        summaryOf(token, now()).state,
        token.account,
        token.usedMs === undefined ? 'never' : `${ageOf(isoOf(token.usedMs), now())} ago`,
        token.expiresMs === undefined ? 'never' : isoOf(token.expiresMs).slice(0, 10),
        token.scopes.join(', '),
      ]);
      const head = ['NAME', 'STATE', 'ACCOUNT', 'LAST USE', 'EXPIRES', 'SCOPES'];
      stdout.write(`${tableOf(head, rows, { columns: stdout.columns ?? 0 })}\n`);
      return 0;
    },

    async revoke(name) {
      if (await tokens.revoke(name)) {
        stdout.write(`The token ${printable(name)} is revoked.\n`);
        return 0;
      }
      stderr.write(`No valid token is called ${JSON.stringify(name)}.\n`);
      return 1;
    },
  };
}

function onlyOf(accounts: readonly string[]): string | undefined {
  return accounts.length === 1 ? accounts[0] : undefined;
}

function summaryOf({ name, account, scopes, ...times }: Token, nowMs: number) {
  const { createdMs, expiresMs, usedMs, revokedMs } = times;
  const isOver = expiresMs !== undefined && expiresMs <= nowMs;
  const time = (ms: number | undefined) => (ms === undefined ? null : isoOf(ms));
  return {
    name,
    state: revokedMs === undefined ? (isOver ? 'expired' : 'valid') : 'revoked',
    account,
    scopes,
    created: isoOf(createdMs),
    expires: time(expiresMs),
    lastUse: time(usedMs),
    revoked: time(revokedMs),
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
