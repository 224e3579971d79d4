import { InvalidArgumentError } from 'commander';
import { readAccountNames } from '../../config/accounts/accounts.ts';
import { scopes, type Scope } from '../../contacts/tokens.ts';
import type { Output } from '../outbox.ts';
import { createTokenCommands, type NewTokenOptions, type TokenCommands } from '../tokens.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someName, someTime, withStore, type Cli } from './cli.ts';

export function declareTokens(cli: Cli): void {
  const { program, process } = cli;
  const runTokens = (run: (commands: TokenCommands) => Promise<ExitCode>) => {
    const accounts = readAccountNames(environmentOf(cli));
    return withStore(cli, (store) =>
      run(createTokenCommands({ tokens: store.tokens(), accounts, streams: process })),
    );
  };

  const tokens = program
    .command('tokens')
    .description('manage the tokens with which applications reach the HTTP API')
    .addHelpText(
      'after',
      '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY, ACCOUNTS.\n' +
        '\nExample:\n  $ rasa-signup tokens create shop --scope contacts:write --expires 90d',
    );

  tokens
    .command('create')
    .description('make a token and print it; it is not shown again')
    .argument('<name>', 'what `tokens list` and `tokens revoke` call it', someName)
    .requiredOption(
      '--scope <scopes>',
      `what it allows, separated by commas: ${scopes.join(', ')}`,
      someScopes,
    )
    .option(
      '--expires <time>',
      'how long it is valid, such as 90d (s, m, h or d); default: until revoked',
      someTime,
    )
    .option(
      '--account <name>',
      'the account that its contacts are for, one of ACCOUNTS; default: the only one',
    )
    .option('--json', 'print JSON: {"token":…,"name":…,"account":…,"scopes":[…],"expires":…}')
    .addHelpText(
      'after',
      '\nExample:\n  $ RASA_SIGNUP_TOKEN=$(rasa-signup tokens create shop --scope contacts:write,contacts:read)',
    )
    .action((name: string, options: NewTokenOptions) =>
      runTokens((commands) => commands.create(name, options)),
    );

  tokens
    .command('list')
    .description('list all tokens and their last use; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nNever shows the tokens themselves.\n\nExample:\n  $ rasa-signup tokens list')
    .action((options: Output) => runTokens((commands) => commands.list(options)));

  tokens
    .command('revoke')
    .description('make a token invalid, at every proxy that shares the database, from the next request on')
    .argument('<name>', 'name from `tokens list`')
    .addHelpText('after', '\nExample:\n  $ rasa-signup tokens revoke shop')
    .action((name: string) => runTokens((commands) => commands.revoke(name)));
}

function someScopes(text: string): readonly Scope[] {
  const names = text.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  const unknown = names.filter((name) => !known.some((scope) => scope === name));
  if (unknown.length === 0) return known;
  throw new InvalidArgumentError(
    `Wanted some of ${scopes.join(', ')}, separated by commas, not ${JSON.stringify(unknown[0])}.`,
  );
}
