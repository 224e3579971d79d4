import type { Output } from '../outbox.ts';
import type { GetOptions, RasaCommands } from '../rasa/rasa.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someCount, someText, type Cli } from './cli.ts';

export function declareRasa(cli: Cli): void {
  const rasa = cli.program
    .command('rasa')
    .description('look at an account at rasa.io: reads only')
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy. Where the proxy has its database here, calls wait for their turn with its\n' +
        'own, deliveries first.\n' +
        '\nExample:\n  $ rasa-signup --env-file production.env rasa whoami',
    );

  rasa
    .command('whoami')
    .description('show each set of credentials: fingerprint, account, newsletter, how long a token lives')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nThe exit code is 1 if rasa.io takes none of them.\n\nExample:\n  $ rasa-signup rasa whoami',
    )
    .action((options: Output) => run((commands) => commands.whoAmI(options)));

  rasa
    .command('get')
    .description('print the answer to an authorized GET as JSON; it may contain personal data')
    .argument('<path>', 'below /v1/ or /v2/, such as /v1/communities')
    .option('--all', 'all items, page after page, without their wrapping')
    .option('--ndjson', 'with --all: one item per line')
    .option('--page-size <n>', 'with --all: how many to ask for at once; 50 by default', someCount)
    .addHelpText(
      'after',
      '\nExamples:\n  $ rasa-signup rasa get /v1/communities\n' +
        '  $ rasa-signup rasa get "/v1/persons?updated_since=2026-11-01 00:00:00" --all --ndjson | wc -l',
    )
    .action((path: string, options: GetOptions) => run((commands) => commands.get(path, options)));

  rasa
    .command('check')
    .description('try every documented read once, and report what differs from docs/rasa-api.md')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nThe report has names, kinds of values and counts, and no personal data: it can be sent to support.\n' +
        '\nExample:\n  $ rasa-signup rasa check --json > report.json',
    )
    .action((options: Output) => run((commands) => commands.check(options)));

  const run = (command: (commands: RasaCommands) => Promise<ExitCode>) =>
    runRasa(cli, rasa.opts<{ account?: string }>().account, command);
}

async function runRasa(
  cli: Cli,
  account: string | undefined,
  run: (commands: RasaCommands) => Promise<ExitCode>,
): Promise<void> {
  const { process } = cli;
  const { openRasaCommands } = await import('../rasa/rasa.ts');
  const stopping = new AbortController();
  // The token is then revoked all the same; a second time ends the process at once.
  process.once('SIGINT', () => {
    stopping.abort();
  });
  const commands = await openRasaCommands({
    env: environmentOf(cli),
    account,
    streams: process,
    stop: stopping.signal,
  });
  try {
    process.exitCode = await run(commands);
  } finally {
    await commands.close();
  }
}
