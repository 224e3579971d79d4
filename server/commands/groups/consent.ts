import { InvalidArgumentError } from 'commander';
import { storedSpelling } from '../../forms/email-address.ts';
import type { Database } from '../../store/database.ts';
import type * as consentCommands from '../consent/consent.ts';
import { storePlaceOf } from '../store.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someEmail, someText, withStore, type Cli } from './cli.ts';

export function declareConsent(cli: Cli): void {
  const { program, process } = cli;
  const run = (
    command: (
      commands: typeof consentCommands,
      context: { database: Database; dataDir: string; streams: NodeJS.Process },
    ) => Promise<ExitCode>,
  ) =>
    withStore(cli, async ({ whole }) => {
      const { dataDir } = storePlaceOf(environmentOf(cli));
      return command(await import('../consent/consent.ts'), { database: whole, dataDir, streams: process });
    });
  const consent = program.command('consent').description('show, check, export and erase receipts of consent');

  consent
    .command('show')
    .description('show what an address agreed to, and what became of it, the oldest first')
    .argument('<email>', 'the address, or the id of a receipt', someEmail)
    .option('--from <ip>', 'also say which receipts were made from the network of this IP address', someText)
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup consent show ada@example.com')
    .action((email: string, options: { from?: string; json?: boolean }) =>
      run((commands, context) => commands.showConsent(email, options, context)),
    );

  consent
    .command('verify')
    .description('check that no receipt, text or root was changed, added or removed')
    .argument('[file]', 'a copy of consent-roots.ndjson that was laid down elsewhere', someText)
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nThe exit code is 1 if anything was changed; each fault is named.\n' +
        '\nExamples:\n  $ rasa-signup consent verify\n  $ rasa-signup consent verify /mnt/elsewhere/consent-roots.ndjson',
    )
    .action((file: string | undefined, options: { json?: boolean }) =>
      run((commands, context) => commands.verifyConsent(file, options, context)),
    );

  consent
    .command('export')
    .description('write a page (HTML) and a JSON file for each address, for an authority')
    .argument('<email...>', 'the addresses', severalTexts)
    .option('--dir <directory>', 'where to', '.')
    .addHelpText('after', '\nExample:\n  $ rasa-signup consent export ada@example.com --dir /tmp')
    .action((emails: readonly string[], options: { dir: string }) =>
      run((commands, context) => commands.exportConsent(emails, options, context)),
    );

  consent
    .command('erase')
    .description('destroy the key of an address, so that nobody can say whose its receipts are')
    .argument('<email>', 'the address', someEmail)
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .addHelpText(
      'after',
      '\nThe chain can still be verified. `contacts erase` does this too, and erases the contact at rasa.io.\n' +
        '\nExample:\n  $ rasa-signup consent erase ada@example.com --yes',
    )
    .action((email: string, options: { yes?: boolean }) =>
      run((commands, context) => commands.eraseConsent(email, options, context)),
    );
}

function severalTexts(text: string, before: readonly string[] = []): readonly string[] {
  if (text.trim() === '') throw new InvalidArgumentError('Wanted an address.');
  return [...before, storedSpelling(text)];
}
