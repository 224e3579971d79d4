import { readAccountNames } from '../../config/accounts/accounts.ts';
import { namesThisMachine, urlFault } from '../../system/network/addresses.ts';
import type { Output } from '../outbox.ts';
import type { ExitCode } from '../terminal.ts';
import { createWebhookCommands, type WebhookCommands } from '../webhooks.ts';
import { someTypes } from './events.ts';
import { environmentOf, someAddress, someText, someTime, withStore, type Cli } from './cli.ts';

interface NewWebhookOptions extends Output {
  readonly events?: readonly string[];
  readonly account?: string;
  readonly privateNetwork?: boolean;
  readonly withEmail?: boolean;
}

interface ReplayOptions {
  readonly since?: number;
  readonly events?: readonly string[];
  readonly event?: string;
}

export function declareWebhooks(cli: Cli): void {
  const run = (act: (commands: WebhookCommands) => Promise<ExitCode>) =>
    withStore(cli, (store) =>
      act(
        createWebhookCommands({
          endpoints: store.endpoints(),
          database: store.writable,
          streams: cli.process,
        }),
      ),
    );
  const webhooks = cli.program
    .command('webhooks')
    .description('send events to other systems, as Standard Webhooks')
    .addHelpText(
      'after',
      '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY, ACCOUNTS.\n' +
        '\nExample:\n  $ rasa-signup webhooks add https://crm.example.com/hooks/signup --events "signup.*"',
    );

  webhooks
    .command('add')
    .description('send events to this URL from now on; prints its id, and the secret that signs, once')
    .argument('<url>', 'https, or http for this machine and private networks', someAddress)
    .option('--events <types>', 'only these, separated by commas, such as signup.*; default: all', someTypes)
    .option('--account <name>', 'only events of this account, one of ACCOUNTS; default: all')
    .option('--private-network', 'its address may be in a private network')
    .option('--with-email', 'send addresses too, where they are still known: see KEEP_FOR_HANDOVER')
    .option('--json', 'print JSON: {"id":…,"secret":…}')
    .addHelpText(
      'after',
      '\nExample:\n  $ rasa-signup webhooks add http://n8n:5678/webhook/signup --private-network',
    )
    .action((url: string, options: NewWebhookOptions) => {
      const {
        events: types = [],
        account,
        privateNetwork: mayBePrivate = false,
        withEmail = false,
      } = options;
      const { protocol, username, password } = new URL(url);
      if (`${username}${password}` !== '') {
        cli.process.stderr.write('Wanted a URL without user name and password: they are not sent.\n');
        cli.process.exitCode = 1;
        return;
      }
      if (protocol === 'http:' && !mayBePrivate && !namesThisMachine(url)) {
        cli.process.stderr.write('Wanted https, or --private-network for an address in a private network.\n');
        cli.process.exitCode = 1;
        return;
      }
      const fault = urlFault({ url, mayBePrivate });
      if (fault !== undefined) {
        cli.process.stderr.write(`Wanted an address that events may be sent to: ${fault}.\n`);
        cli.process.exitCode = 1;
        return;
      }
      const env = environmentOf(cli);
      if (withEmail && (env['KEEP_FOR_HANDOVER'] ?? '') === '') {
        cli.process.stderr.write(
          'Without KEEP_FOR_HANDOVER, such as 4d, an address is not known any more once it is delivered.\n',
        );
      }
      const accounts = readAccountNames(env) ?? ['main'];
      if (account !== undefined && !accounts.includes(account)) {
        cli.process.stderr.write(`Wanted --account to be one of ACCOUNTS: ${accounts.join(', ')}.\n`);
        cli.process.exitCode = 1;
        return;
      }
      return run((commands) => commands.add({ url, mayBePrivate, withEmail, account, types }, options));
    });

  webhooks
    .command('list')
    .description('list all; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup webhooks list')
    .action((options: Output) => run((commands) => commands.list(options)));

  const withId = (name: string, about: string) =>
    webhooks
      .command(name)
      .description(about)
      .argument('<id>', 'id from `webhooks list`')
      .addHelpText(
        'after',
        `\nExample:\n  $ rasa-signup webhooks ${name} 019ac0de-0000-7000-8000-000000000000`,
      );

  withId('test', 'send a message of the type webhook.test now, and say what was answered').action(
    (id: string) => run((commands) => commands.test(id)),
  );
  withId('rotate', 'make a new secret and print it; the old one signs too for 24 hours').action(
    (id: string) => run((commands) => commands.rotate(id)),
  );
  withId('remove', 'send nothing more to it').action((id: string) => run((commands) => commands.remove(id)));
  withId('replay', 'send events again; with --since alone, enable it too if it was disabled')
    .option('--since <time>', 'those of so long ago and later, such as 7d (s, m, h or d)', someTime)
    .option('--events <types>', 'with --since: only these, sent by this command, such as signup.*', someTypes)
    .option('--event <id>', 'only the one with this id, sent by this command', someText)
    .action((id: string, { since, events, event }: ReplayOptions) => {
      if ((since === undefined) === (event === undefined) || (event !== undefined && events)) {
        cli.process.stderr.write('replay needs --since, or --since with --events, or --event.\n');
        cli.process.exitCode = 1;
        return;
      }
      return run((commands) =>
        since !== undefined && !events
          ? commands.replay(id, since)
          : commands.resend(id, { sinceMs: since, types: events, event }),
      );
    });
  withId('log', 'list the last attempts; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .action((id: string, options: Output) => run((commands) => commands.log(id, options)));
}
