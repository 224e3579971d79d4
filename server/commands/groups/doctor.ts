import { InvalidArgumentError } from 'commander';
import { isIP } from 'node:net';
import type { Output } from '../outbox.ts';
import { envFileOf, someAddress, someAddresses, someText, type Cli } from './cli.ts';

export function declareDoctor(cli: Cli): void {
  cli.program
    .command('doctor')
    .description('find what keeps sign-ups and mails from arriving, and how to fix it; changes nothing')
    .argument('[pages...]', 'URLs of pages that embed the form, to check them too', someAddresses)
    .option('--url <address>', 'URL of the proxy as visitors reach it, to check it from outside', someAddress)
    .option('--mail <address>', 'send a mail to this address, through SMTP_URL', someText)
    .option('--dns <server>', "name server to ask in place of the machine's, such as 9.9.9.9", someServer)
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy, and works while the proxy runs or not. Prints text on a terminal, JSON\n' +
        'elsewhere. The exit code is 1 if there is a fault, else 0, also with warnings.\n' +
        '\nExamples:\n  $ rasa-signup --env-file production.env doctor\n' +
        '  $ rasa-signup doctor --url https://signup.example.com https://www.example.com/newsletter\n' +
        '  $ rasa-signup doctor --mail you@example.com\n' +
        '  $ rasa-signup doctor | jq ".checks[].findings[] | select(.is == \\"fault\\")"',
    )
    .action((pages: readonly string[], options: DoctorOptions) => runDoctor(cli, pages, options));
}

function someServer(text: string): string {
  const [, bracketed, plain = ''] = /^(?:\[([\da-f:.]+)\]|([\da-f.:]+?))(?::\d{1,5})?$/i.exec(text) ?? [];
  if (isIP(text) > 0 || isIP(bracketed ?? plain) > 0) return text;
  throw new InvalidArgumentError('Wanted an IP address, such as 9.9.9.9 or 127.0.0.1:5353.');
}

interface DoctorOptions extends Output {
  readonly url?: string;
  readonly mail?: string;
  readonly dns?: string;
}

async function runDoctor(
  { program, process }: Cli,
  pages: readonly string[],
  { url, mail, dns, json }: DoctorOptions,
): Promise<void> {
  // Imported only here: the other commands do not need the modules that read pages.
  const [{ builtDir }, { startChecks }, { printChecks }] = await Promise.all([
    import('../../http/static-files.ts'),
    import('../../doctor/doctor.ts'),
    import('../doctor.ts'),
  ]);
  const checks = startChecks({
    env: process.env,
    envFile: envFileOf(program),
    pages,
    publicUrl: url,
    mailTo: mail,
    nameServers: dns === undefined ? undefined : [dns],
    builtDir,
    process,
  });
  const { stdout } = process;
  const colours = stdout.isTTY && stdout.hasColors();
  process.exitCode = await printChecks(checks, { stdout, json, colours });
}
