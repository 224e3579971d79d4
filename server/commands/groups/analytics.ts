import { InvalidArgumentError, Option, type Command } from 'commander';
import { unnamedAccount } from '../../config/accounts/accounts.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import { readConfig } from '../../config/config.ts';
import { intervals, presetNames } from '../../analytics/query.ts';
import { reports } from '../../analytics/reports/reports.ts';
import { reportNames, type ReportName } from '../../analytics/reports/report.ts';
import type { FunnelCommandOptions } from '../analytics/print-funnel.ts';
import { funnelFormats, reportFormats, type ReportOptions } from '../analytics/report-options.ts';
import { declareLinks } from './analytics-links.ts';
import { environmentOf, someCount, someName, someText, someTime, withStore, type Cli } from './cli.ts';
import { keepHeapSmall } from '../rasa/small-heap.ts';

export function declareAnalytics(cli: Cli): void {
  const analytics = cli.program
    .command('analytics')
    .description('pull reports from rasa.io: tables, charts, CSV, JSON, Singer')
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy. Where the proxy has its database here, calls wait for their turn with its\n' +
        'own, deliveries first. docs/analytics.md has the definitions and recipes.\n' +
        '\nExample:\n  $ rasa-signup analytics activities --preset past_month --interval week',
    );

  for (const name of reportNames) {
    const { about, isAboutPeople } = reports[name];
    const command = withQuery(analytics.command(name).description(lowered(about)));
    if (isAboutPeople) command.option('--with-email', 'with the addresses of people');
    if (name === 'summary') command.option('--active', 'also count active subscribers: reads every action');
    command
      .addHelpText(
        'after',
        `\nExample:\n  $ rasa-signup analytics ${name} --preset past_week --format csv > ${name}.csv`,
      )
      .action((options: Declared) => runReport(cli, name, options));
  }

  declareFunnel(cli, analytics);
  declareLinks(cli, analytics);

  analytics
    .command('cursor')
    .description('bookmarks of pulls that the database keeps')
    .command('save')
    .description('keep the last state that a Singer target prints: reads standard input')
    .argument('<name>', 'the name that --cursor has', someName)
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .addHelpText(
      'after',
      '\nExample:\n  $ rasa-signup analytics actions --format singer --cursor warehouse | target-postgres |\n' +
        '      rasa-signup analytics cursor save warehouse',
    )
    .action((name: string, { account = unnamedAccount }: { readonly account?: string }) =>
      withStore(cli, async ({ writable }) => {
        const { saveCursor } = await import('../analytics/save-cursor.ts');
        return saveCursor(name, { database: writable, account, streams: cli.process });
      }),
    );
}

function declareFunnel(cli: Cli, analytics: Command): void {
  analytics
    .command('funnel')
    .description('what visitors did with the forms, as counts by day, form and origin, without addresses')
    .option('--account <name>', 'only forms of this one', someText)
    .option('--from <day>', 'the first day, such as 2026-11-01, in UTC')
    .option('--to <day>', 'the last day')
    .addOption(new Option('--preset <name>', 'a period up to today, in place of days').choices(presetNames))
    .option('--form <id>', 'only this one', someText)
    .option('--by <columns>', 'what rows are told apart by; default: day,form,origin, nothing for a chart')
    .addOption(
      new Option('--format <name>', 'default: a table on a terminal, JSON elsewhere').choices(funnelFormats),
    )
    .option('--svg', 'a picture of the steps, or by one of day, form, origin')
    .option('--html', 'a page with the picture and its table')
    .addHelpText('after', '\nExample:\n  $ rasa-signup analytics funnel --preset past_week --by form')
    .action((options: FunnelCommandOptions) =>
      withStore(cli, async ({ database }) => {
        const { accounts } = readConfig(environmentOf(cli));
        const destinations = new Map(accounts.map((account) => [account.name, destinationOf(account)]));
        const { printFunnel } = await import('../analytics/print-funnel.ts');
        return printFunnel(options, { database, destinations, streams: cli.process });
      }),
    );
}

type Declared = Omit<ReportOptions, 'active'> & { readonly active?: boolean };

function withQuery(command: Command): Command {
  return command
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .option('--from <day>', 'the first day, such as 2026-11-01')
    .option('--to <day>', 'the last day')
    .addOption(new Option('--preset <name>', 'a period up to today, in place of days').choices(presetNames))
    .addOption(new Option('--interval <unit>', 'of activities; default: day').choices(intervals))
    .option('--segment <code>', 'only contacts of this segment', someText)
    .option('--timezone <name>', 'whose days they are, such as Europe/Berlin; default: UTC')
    .option('--include-suspect-clicks', 'with clicks that rasa.io takes for those of machines')
    .addOption(
      new Option('--format <name>', 'default: a table on a terminal, JSON elsewhere').choices(reportFormats),
    )
    .option('--svg', 'a picture, for slides and documents')
    .option('--html', 'a page with the picture and its table')
    .option('--delimiter <char>', 'of CSV; default: a comma', someDelimiter)
    .option('--no-bom', 'CSV without the byte order mark that Excel needs')
    .option('--state <file>', 'with --format singer: begin where the last state in this file says')
    .option('--cursor <name>', 'begin where the last pull of this name ended', someName)
    .option('--lookback <time>', 'how much is read again; default: 7d for totals, 1d for actions', someTime)
    .option('--page-size <n>', 'how many people or actions to ask for at once; default: 1000', someCount);
}

async function runReport(cli: Cli, name: ReportName, { active, ...options }: Declared): Promise<void> {
  keepHeapSmall();
  const { process } = cli;
  const { printReport } = await import('../analytics/print-report.ts');
  const stopping = new AbortController();
  // The token is then revoked all the same; a second time ends the process at once.
  process.once('SIGINT', () => {
    stopping.abort();
  });
  process.exitCode = await printReport(
    name,
    { ...options, ...(active && { active: 'true' }) },
    { env: environmentOf(cli), streams: process, stop: stopping.signal },
  );
}

function someDelimiter(text: string): string {
  if (text.length === 1 && !/["\r\n\w]/.test(text)) return text;
  if (text === '\\t') return '\t';
  throw new InvalidArgumentError('Wanted one character, such as ; or \\t.');
}

function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}
