import { hostname } from 'node:os';
import { showKeys } from '../keys.ts';
import type { Output } from '../outbox.ts';
import { withStore, type Cli } from './cli.ts';

export function declareKeys(cli: Cli): void {
  const { program, process } = cli;
  program
    .command('keys')
    .description(
      "show which of the running proxy's credentials are in use; prints a table on a terminal, JSON elsewhere",
    )
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nReads what the proxies have written into the database. Shows fingerprints, never keys.\n' +
        '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup keys',
    )
    .action(({ json }: Output) =>
      withStore(cli, ({ database }) => showKeys({ database, json, host: hostname(), process })),
    );
}
