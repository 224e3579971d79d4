import type { Command } from 'commander';
import {
  createOutboxCommands,
  type Filter,
  type OutboxCommands,
  type Output,
  type Selection,
} from '../outbox.ts';
import type { ExitCode } from '../terminal.ts';
import { someText, someTime, withStore, type Cli } from './cli.ts';

export function declareOutbox(cli: Cli): void {
  const { program, process } = cli;
  const runOutbox = (run: (commands: OutboxCommands) => Promise<ExitCode>) =>
    withStore(cli, (store) =>
      run(createOutboxCommands({ deadLetters: store.deadLetters(), streams: process })),
    );

  const outbox = program
    .command('outbox')
    .description('manage the sign-ups that rasa.io refused, which the proxy has set aside')
    .addHelpText(
      'after',
      '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
        '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup outbox list',
    );

  withFilters(outbox.command('list'))
    .description('list refused sign-ups, oldest first; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rasa-signup outbox list --older-than 7d\n  $ rasa-signup outbox list | jq -r ".[].email"',
    )
    .action((options: Filter & Output) => runOutbox((commands) => commands.list(options)));

  outbox
    .command('show')
    .description('show everything about one refused sign-up; prints text on a terminal, JSON elsewhere')
    .argument('<id>', 'id from `outbox list`')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup outbox show 7f0c2b1e-51a4-4c55-9d55-0a4f6a7b3c21')
    .action((id: string, options: Output) => runOutbox((commands) => commands.show(id, options)));

  withFilters(outbox.command('replay'))
    .description('send refused sign-ups again, through the running proxy or at its next start')
    .argument('[ids...]', 'ids from `outbox list`')
    .option('--all', 'all sign-ups that are set aside')
    .option('--json', 'print the ids as JSON: {"replayed":[ids]}')
    .addHelpText(
      'after',
      '\nNeeds ids, or a filter, or --all. Write an id that begins with - after --.\n' +
        '\nExample:\n  $ rasa-signup outbox replay --reason "no such segment"',
    )
    .action((ids: string[], options: Selection & Output) =>
      runOutbox((commands) => commands.replay(ids, options)),
    );

  withFilters(outbox.command('purge'))
    .description('delete refused sign-ups permanently')
    .argument('[ids...]', 'ids from `outbox list`')
    .option('--all', 'all sign-ups that are set aside')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option('--json', 'print the ids as JSON: {"purged":[ids]}')
    .addHelpText(
      'after',
      '\nNeeds ids, or a filter, or --all. Write an id that begins with - after --.\n' +
        '\nExample:\n  $ rasa-signup outbox purge --older-than 90d --yes',
    )
    .action((ids: string[], options: Selection & Output & { readonly yes?: boolean }) =>
      runOutbox((commands) => commands.purge(ids, options)),
    );
}

function withFilters(command: Command): Command {
  return command
    .option('--form <id>', 'only sign-ups of this form', someText)
    .option(
      '--reason <text>',
      'only those whose message from rasa.io contains this text, ignoring case',
      someText,
    )
    .option(
      '--older-than <time>',
      'only those refused longer ago than this, such as 7d (s, m, h or d)',
      someTime,
    );
}
