import { Argument, Option, type Command } from 'commander';
import { readAccountNames } from '../../config/accounts/accounts.ts';
import { readConfig } from '../../config/config.ts';
import { ReportLinks } from '../../analytics/links/report-links.ts';
import { intervals, presetNames } from '../../analytics/query.ts';
import { LinkCommands, linkedReports, type NewLinkOptions } from '../analytics/links.ts';
import type { Output } from '../outbox.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someName, someText, someTime, withStore, type Cli } from './cli.ts';

/** `analytics link`: below `analytics`. */
export function declareLinks(cli: Cli, analytics: Command): void {
  const run = (command: (commands: LinkCommands) => Promise<ExitCode>) =>
    withStore(cli, ({ writable }) => {
      const { PUBLIC_URL, PORT } = environmentOf(cli);
      const { publicUrl, port } = readConfig({ PUBLIC_URL, PORT });
      return command(
        new LinkCommands({
          links: new ReportLinks({ database: writable }),
          accounts: readAccountNames(environmentOf(cli)),
          publicUrl: publicUrl ?? `http://localhost:${port}`,
          streams: cli.process,
        }),
      );
    });

  const link = analytics
    .command('link')
    .description('links to one report each, without addresses, for programs that can send no token');

  link
    .command('create')
    .description('make a link and print it; it is not shown again')
    .argument('<name>', 'what `link list` and `link revoke` call it', someName)
    .addArgument(new Argument('<report>', 'what it shows').choices(linkedReports))
    .option('--expires <time>', 'how long it is valid, 400d at most; default: 90d', someTime)
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .option('--from <day>', 'the first day, such as 2026-11-01')
    .option('--to <day>', 'the last day')
    .addOption(
      new Option('--preset <name>', 'a period up to the day on which it is asked').choices(presetNames),
    )
    .addOption(new Option('--interval <unit>', 'of activities; default: day').choices(intervals))
    .option('--segment <code>', 'only contacts of this segment', someText)
    .option('--timezone <name>', 'whose days they are, such as Europe/Berlin; default: UTC')
    .option('--include-suspect-clicks', 'with clicks that rasa.io takes for those of machines')
    .option('--form <id>', 'of the funnel: only this one', someText)
    .option('--by <columns>', 'of the funnel: what rows are told apart by')
    .option('--about-people', 'allow actions, interests and members, which have a row for each person')
    .option('--json', 'print JSON: {"url":…,"name":…,"report":…,"account":…,"expires":…}')
    .addHelpText(
      'after',
      '\nExample:\n  $ rasa-signup analytics link create board activities --preset past_quarter --expires 30d',
    )
    .action((name: string, report: (typeof linkedReports)[number], options: NewLinkOptions) =>
      run((commands) => commands.create(name, report, options)),
    );

  link
    .command('list')
    .description('list all links and their last use; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nNever shows the links themselves.\n\nExample:\n  $ rasa-signup analytics link list',
    )
    .action((options: Output) => run((commands) => commands.list(options)));

  link
    .command('revoke')
    .description('make a link invalid, at every proxy that shares the database, from the next request on')
    .argument('<name>', 'name from `link list`')
    .addHelpText('after', '\nExample:\n  $ rasa-signup analytics link revoke board')
    .action((name: string) => run((commands) => commands.revoke(name)));
}
