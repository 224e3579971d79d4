import type { Command } from 'commander';
import { pino } from 'pino';
import { readConfig } from '../../config/config.ts';
import { openPlace, refuseMissing } from '../../outbox/place.ts';
import { environmentOf, someName, someText, type Cli } from './cli.ts';

interface Options {
  readonly account?: string;
  readonly json?: boolean;
  readonly csv?: string;
}

/** One of the commands `contacts …`, which has its own file since only it needs rasa.io and the store. */
export function declareSurvival(cli: Cli, contacts: Command): void {
  contacts
    .command('survival')
    .description('compare what was delivered with rasa.io now, and say what was archived there since')
    .option('--account <name>', 'only this one of ACCOUNTS; default: all', someName)
    .option('--json', 'print JSON: {"accounts":[{"delivered":…,"archived":…,"archivedByHour":[…],…}]}')
    .option('--csv <file>', 'write the archived ones of the last 90 days to a new file', someText)
    .addHelpText(
      'after',
      '\nThe proxy does the same once a day. The CSV has ids, form and times; addresses only where KEEP_FOR_HANDOVER\n' +
        'keeps them. Reads the same variables as the proxy.\n' +
        '\nExample:\n  $ rasa-signup contacts survival --csv archived.csv',
    )
    .action(async (options: Options) => {
      const { process } = cli;
      const { runSurvival } = await import('../handover/survival.ts');
      const config = readConfig(environmentOf(cli));
      const place = { dataDir: config.dataDir, ...config.store };
      await refuseMissing(place);
      const database = await openPlace(place, { log: pino({ level: 'silent' }) });
      const stopping = new AbortController();
      process.once('SIGINT', () => {
        stopping.abort();
      });
      try {
        process.exitCode = await runSurvival({
          ...options,
          database,
          config,
          streams: process,
          stop: stopping.signal,
        });
      } finally {
        await database.close();
      }
    });
}
