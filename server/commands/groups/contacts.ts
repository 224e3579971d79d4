import { InvalidArgumentError, type Command } from 'commander';
import type { ExportOptions } from '../contacts/export.ts';
import type { ImportCommandOptions } from '../contacts/import.ts';
import type { OnePersonOptions } from '../contacts/one-person.ts';
import { stickyStates, type StickyState } from '../../outbox/signup.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someEmail, someText, type Cli } from './cli.ts';
import { declareNewContacts } from './new-contacts.ts';
import { keepHeapSmall } from '../rasa/small-heap.ts';
import { declareSurvival } from './survival.ts';

export function declareContacts(cli: Cli): void {
  const contacts = cli.program
    .command('contacts')
    .description('import, export, find and remove contacts, and see whether they stay')
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy. Calls to rasa.io wait for their turn with the proxy’s own.\n' +
        '\nExample:\n  $ rasa-signup contacts import list.csv --plan',
    );
  declareImport(cli, contacts);
  declareExport(cli, contacts);
  declareOnePerson(cli, contacts);
  declareSurvival(cli, contacts);
  declareNewContacts(cli, contacts);
}

function declareImport(cli: Cli, contacts: Command): void {
  contacts
    .command('import')
    .description(
      'add the contacts of a file: CSV in any usual spelling, or NDJSON; never brings back who has left',
    )
    .argument('<file>', 'its path; - reads standard input', someText)
    .option('--plan', 'only say what would be created, changed, left alone and refused')
    .option(
      '--map <Column=field>',
      'what a column is: email, first_name, last_name, name, external_id, segment_code, consent_text, consent_at, consent_source or a custom attribute; nothing leaves it out',
      several,
    )
    .option('--attributes', 'take every other column as a custom attribute')
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .option(
      '--form <id>',
      'a form of the forms file: its account, and what each of its contacts gets',
      someText,
    )
    .option(
      '--confirm',
      'mail each of them, and add who presses the button (double opt-in); the mail is that of --form',
    )
    .option('--expect-rows <n>', 'refuse the file if it has another number of rows', someNumber)
    .option(
      '--rejects <file>',
      'where refused rows go; default: beside the file, as list.rejects.csv',
      someText,
    )
    .option(
      '--resubscribe <states>',
      'bring back contacts in these states whose row has consent: unsubscribed, bounced, complained, archived',
      someStates,
    )
    .option('--again', 'import a file once more that was imported within the last 30 days')
    .option('--no-wait', 'end when everything is stored, before it is delivered')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nStores the contacts in the database of the proxy, which delivers them after the sign-ups of forms. If it is\n' +
        'interrupted, the same command goes on where it stopped. The exit code is 1 if rows were refused.\n' +
        '\nExamples:\n  $ rasa-signup contacts import list.csv --plan\n' +
        "  $ rasa-signup contacts import list.csv --map 'Kontakt=email,Stufe=level' --expect-rows 5000",
    )
    .action((path: string, options: ImportCommandOptions) =>
      run(cli, async (stop) => {
        keepHeapSmall();
        const { importContacts } = await import('../contacts/import.ts');
        const { process } = cli;
        return importContacts(path, options, {
          env: environmentOf(cli),
          streams: process,
          stdin: process.stdin,
          stop,
        });
      }),
    );
}

function declareExport(cli: Cli, contacts: Command): void {
  contacts
    .command('export')
    .description('print all contacts that are not archived, without custom attributes: CSV, or NDJSON')
    .option(
      '--since <time>',
      'only those that changed since, such as 2026-11-01 or 2026-11-01T12:00:00Z',
      someDate,
    )
    .option('--ndjson', 'one JSON object a line, instead of CSV for spreadsheets')
    .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
    .option('--json', 'the same as --ndjson')
    .addHelpText('after', '\nExample:\n  $ rasa-signup contacts export > contacts.csv')
    .action((options: ExportOptions) =>
      run(cli, async (stop) => {
        keepHeapSmall();
        const { exportContacts } = await import('../contacts/export.ts');
        return exportContacts(options, { env: environmentOf(cli), streams: cli.process, stop });
      }),
    );
}

function declareOnePerson(cli: Cli, contacts: Command): void {
  const add = (
    name: string,
    description: string,
    does: 'findContact' | 'unsubscribeContact' | 'eraseContact',
  ) => {
    const command = contacts
      .command(name)
      .description(description)
      .argument('<email>', 'the address', someEmail)
      .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
      .option('--json', 'print JSON on a terminal too')
      .addHelpText('after', `\nExample:\n  $ rasa-signup contacts ${name} ada@example.com`);
    if (does === 'eraseContact') {
      command.option('--yes', 'do not ask for confirmation; required without a terminal');
    }
    command.action((email: string, options: OnePersonOptions) =>
      run(cli, async (stop) => {
        const commands = await import('../contacts/one-person.ts');
        return commands[does](email, options, { env: environmentOf(cli), streams: cli.process, stop });
      }),
    );
  };
  add('find', 'show what rasa.io has of one contact', 'findContact');
  add('unsubscribe', 'unsubscribe one contact at rasa.io', 'unsubscribeContact');
  add('erase', 'delete one contact permanently, at rasa.io and here', 'eraseContact');
}

function someDate(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('Wanted a time such as 2026-11-01 or 2026-11-01T12:00:00Z.');
  }
  return date;
}

/** Ctrl-C ends a command where it can go on later; a second time ends the process at once. */
async function run({ process }: Cli, command: (stop: AbortSignal) => Promise<ExitCode>): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopping.abort();
    });
  }
  process.exitCode = await command(stopping.signal);
}

function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, someText(text)];
}

function someStates(text: string): readonly StickyState[] {
  const names = text.split(',').map((name) => name.trim());
  const states = stickyStates.filter((state) => names.includes(state));
  if (names.every((name) => (stickyStates as readonly string[]).includes(name))) return states;
  throw new InvalidArgumentError(`Wanted ${stickyStates.join(', ')}, or several of them.`);
}

function someNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Wanted a number of rows.');
  return Number(text);
}
