import { InvalidArgumentError, type Command } from 'commander';
import { pino } from 'pino';
import { readConfig } from '../../config/config.ts';
import { duration } from '../../config/setting-schemas.ts';
import { openPlace, refuseMissing } from '../../outbox/place.ts';
import { environmentOf, someName, someText, type Cli } from './cli.ts';

interface Options {
  readonly since: 'last' | Date;
  readonly format: 'csv' | 'ndjson';
  readonly output?: string;
  readonly notIn?: string;
  readonly account?: string;
  readonly peek?: boolean;
}

/** One of the commands `contacts …`. */
export function declareNewContacts(cli: Cli, contacts: Command): void {
  contacts
    .command('new')
    .description('list who signed up here since the last time, for the list that rasa.io is filled from')
    .option(
      '--since <time>',
      'last: since the last time; or a time such as 7d or 2026-11-01, which moves no mark',
      someSince,
      'last' as const,
    )
    .option('--format <format>', 'csv or ndjson', someFormat, 'csv' as const)
    .option('--output <file>', 'write to a new file that nobody else can read', someText)
    .option('--not-in <file>', 'leave out whose address is in this file, such as the last list', someText)
    .option('--account <name>', 'only this one of ACCOUNTS; default: all', someName)
    .option('--peek', 'leave the mark where it is: the next time lists the same again')
    .addHelpText(
      'after',
      '\nAddresses are there only where KEEP_FOR_HANDOVER keeps them. Who unsubscribed or was erased is left out; who was\n' +
        'archived at rasa.io since the last time is listed again. Works while the proxy runs, and reads the same variables.\n' +
        '\nExample:\n  $ rasa-signup contacts new --since last --format csv --output new.csv',
    )
    .action(async (options: Options) => {
      const { process } = cli;
      const { listNewContacts } = await import('../handover/new-contacts.ts');
      const config = readConfig(environmentOf(cli));
      const place = { dataDir: config.dataDir, ...config.store };
      await refuseMissing(place);
      const database = await openPlace(place, { log: pino({ level: 'silent' }) });
      try {
        process.exitCode = await listNewContacts({ ...options, database, config, streams: process });
      } finally {
        await database.close();
      }
    });
}

function someSince(text: string): 'last' | Date {
  if (text === 'last') return text;
  const { data: ago } = duration.safeParse(text);
  const date = ago === undefined ? new Date(text) : new Date(Date.now() - ago);
  if ((ago === undefined && !/^\d{4}-\d{2}-\d{2}/.test(text)) || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('Wanted last, or a time such as 7d, 2026-11-01 or 2026-11-01T12:00:00Z.');
  }
  return date;
}

function someFormat(text: string): 'csv' | 'ndjson' {
  if (text === 'csv' || text === 'ndjson') return text;
  throw new InvalidArgumentError('Wanted csv or ndjson.');
}
