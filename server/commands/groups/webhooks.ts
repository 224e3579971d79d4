import { InvalidArgumentError } from 'commander';
import { readAccountNames } from '../../config/accounts/accounts.ts';
import { eventTypes } from '../../events/events.ts';
import { isAmong } from '../../events/feed.ts';
import { namesThisMachine } from '../../events/webhooks/addresses.ts';
import type { Output } from '../outbox.ts';
import type { ExitCode } from '../terminal.ts';
import { createWebhookCommands, type WebhookCommands } from '../webhooks.ts';
import { environmentOf, someAddress, someTime, withStore, type Cli } from './cli.ts';

interface NewWebhookOptions extends Output {
  readonly events?: readonly string[];
  readonly account?: string;
  readonly privateNetwork?: boolean;
}

export function declareWebhooks(cli: Cli): void {
  const run = (act: (commands: WebhookCommands) => Promise<ExitCode>) =>
    withStore(cli, (store) =>
      act(
        createWebhookCommands({
          endpoints: store.endpoints(),
          database: store.database,
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
    .option('--json', 'print JSON: {"id":…,"secret":…}')
    .addHelpText(
      'after',
      '\nExample:\n  $ rasa-signup webhooks add http://n8n:5678/webhook/signup --private-network',
    )
    .action((url: string, options: NewWebhookOptions) => {
      const { events: types = [], account, privateNetwork: mayBePrivate = false } = options;
      if (url.startsWith('http:') && !mayBePrivate && !namesThisMachine(url)) {
        cli.process.stderr.write('Wanted https, or --private-network for an address in a private network.\n');
        cli.process.exitCode = 1;
        return;
      }
      const accounts = readAccountNames(environmentOf(cli)) ?? ['main'];
      if (account !== undefined && !accounts.includes(account)) {
        cli.process.stderr.write(`Wanted --account to be one of ACCOUNTS: ${accounts.join(', ')}.\n`);
        cli.process.exitCode = 1;
        return;
      }
      return run((commands) => commands.add({ url, mayBePrivate, account, types }, options));
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
  withId('replay', 'send events again, and enable it if it was disabled')
    .requiredOption('--since <time>', 'those of so long ago and later, such as 7d (s, m, h or d)', someTime)
    .action((id: string, { since }: { readonly since: number }) =>
      run((commands) => commands.replay(id, since)),
    );
  withId('log', 'list the last attempts; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .action((id: string, options: Output) => run((commands) => commands.log(id, options)));
}

function someTypes(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !eventTypes.some((type) => isAmong(type, [name])));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`Wanted some of ${eventTypes.join(', ')}, or signup.* and the like.`);
}
