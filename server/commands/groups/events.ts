import { InvalidArgumentError } from 'commander';
import { eventTypes } from '../../events/events.ts';
import { isAmong } from '../../events/feed.ts';
import { showStory, type StoryOptions } from '../events/story.ts';
import { tailEvents, type TailOptions } from '../events/tail.ts';
import { someCount, someText, someTime, withStore, type Cli } from './cli.ts';

export function declareEvents(cli: Cli): void {
  const { process } = cli;
  const { stdout, stderr } = process;
  const events = cli.program
    .command('events')
    .description('what happened to sign-ups')
    .addHelpText(
      'after',
      '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
        '\nExample:\n  $ rasa-signup events show 019ac0de-0000-7000-8000-000000000000',
    );

  events
    .command('show')
    .description('tell the story of one sign-up, without its address; a table on a terminal, JSON elsewhere')
    .argument('<id>', 'id of the sign-up, from `outbox list` or POST /api/contacts', someText)
    .option('--with-email', 'show its address too, where it is still known')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup events show 019ac0de-0000-7000-8000-000000000000')
    .action((id: string, options: StoryOptions) =>
      withStore(cli, ({ database }) => showStory(id, options, { database, stdout, stderr })),
    );

  events
    .command('tail')
    .description('print the last events; lines on a terminal, one JSON object a line elsewhere')
    .option('--follow', 'go on with what happens from now on, until Ctrl-C')
    .option('--types <types>', 'only these, separated by commas, such as signup.*; default: all', someTypes)
    .option('--form <id>', 'only those of sign-ups of this form', someText)
    .option('--account <name>', 'only those of this account', someText)
    .option('--last <n>', 'how many; default: 20', someCount)
    .option('--since <time>', 'all of so long ago and later, such as 1h (s, m, h or d)', someTime)
    .option('--with-email', 'print addresses too, where they are still known')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup events tail --follow --types signup.dead_lettered')
    .action((options: TailOptions) =>
      withStore(cli, ({ database }) => {
        const stopping = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM'] as const) {
          process.once(signal, () => {
            stopping.abort();
          });
        }
        return tailEvents(options, { database, stdout, stderr, stop: stopping.signal });
      }),
    );
}

export function someTypes(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !eventTypes.some((type) => isAmong(type, [name])));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`Wanted some of ${eventTypes.join(', ')}, or signup.* and the like.`);
}
