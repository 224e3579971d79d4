import { openUnblocking } from '../../confirm/unblocking.ts';
import { someEmail, withStore, type Cli } from './cli.ts';

export function declareConfirm(cli: Cli): void {
  const { program, process } = cli;
  program
    .command('confirm')
    .description('look after confirmations (double opt-in)')
    .command('unblock')
    .description('let an address get confirmation mails again whose owner pressed "not me"')
    .argument('<email>', 'the address', someEmail)
    .addHelpText('after', '\nExample:\n  $ rasa-signup confirm unblock ada@example.com')
    .action((email: string) =>
      withStore(cli, async ({ writable }) => {
        if (await (await openUnblocking(writable))(email)) {
          process.stdout.write('The address gets confirmation mails again.\n');
          return 0;
        }
        process.stderr.write('This address is not blocked.\n');
        return 1;
      }),
    );
}
