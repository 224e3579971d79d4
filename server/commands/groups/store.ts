import { storePlaceOf, type StoreCommands } from '../store.ts';
import type { ExitCode } from '../terminal.ts';
import { environmentOf, someText, withStore, type Cli } from './cli.ts';

export function declareStore(cli: Cli): void {
  const { program, process } = cli;
  const runStore = (run: (store: StoreCommands) => Promise<ExitCode>) => withStore(cli, run);

  const store = program
    .command('store')
    .description('look after the database that keeps sign-ups')
    .addHelpText(
      'after',
      '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
        '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup store check',
    );

  store
    .command('backup')
    .description('copy the SQLite database, as it is now, into a new file; PostgreSQL has pg_dump')
    .argument('<file>', 'must not exist yet')
    .addHelpText(
      'after',
      '\nA copy is of no use without its key: keep OUTBOX_KEY, or the file store-key in DATA_DIR, apart from it.\n' +
        '\nExample:\n  $ rasa-signup store backup /backup/rasa-signup-$(date +%F).db',
    )
    .action((file: string) => runStore((commands) => commands.backUp(file)));

  store
    .command('check')
    .description('read the whole database and say what is damaged or sealed with a key that is not given')
    .addHelpText('after', '\nExample:\n  $ rasa-signup store check')
    .action(() => runStore((commands) => commands.check()));

  store
    .command('rekey')
    .description('seal what is stored with OUTBOX_KEY where OUTBOX_KEY_PREVIOUS has sealed it')
    .addHelpText(
      'after',
      '\nAfter it OUTBOX_KEY_PREVIOUS, or the file store-key, can be destroyed. May be repeated, also beside a running proxy.\n' +
        '\nExample:\n  $ OUTBOX_KEY=… OUTBOX_KEY_PREVIOUS=… rasa-signup store rekey',
    )
    .action(() => runStore((commands) => commands.rekey()));

  store
    .command('move')
    .description('move everything to another database: from SQLite to PostgreSQL, or back')
    .requiredOption(
      '--to <place>',
      'postgres://user@host/database, or a directory for a SQLite file',
      someText,
    )
    .addHelpText(
      'after',
      '\nStop the proxies first: one that still runs answers 503 from then on. Run it again if it was interrupted.\n' +
        'Give a password of PostgreSQL as PGPASSWORD, not in the URL. PostgreSQL needs OUTBOX_KEY.\n' +
        '\nExample:\n  $ rasa-signup store move --to postgres://signup@db.example.com/signup',
    )
    .action(async ({ to }: { readonly to: string }) => {
      const { moveStoreTo } = await import('../move-store.ts');
      process.exitCode = await moveStoreTo({
        place: storePlaceOf(environmentOf(cli)),
        to,
        stdout: process.stdout,
      });
    });
}
