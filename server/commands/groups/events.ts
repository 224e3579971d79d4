import { eventColumns, eventOf } from '../../events/events.ts';
import { sameSql, type Database } from '../../store/database.ts';
import type { Output } from '../outbox.ts';
import { printable, tableOf, toJson, type ExitCode } from '../terminal.ts';
import { someText, withStore, type Cli } from './cli.ts';

export function declareEvents(cli: Cli): void {
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
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup events show 019ac0de-0000-7000-8000-000000000000')
    .action((id: string, options: Output) => withStore(cli, ({ database }) => show(id, options, database)));

  async function show(id: string, { json }: Output, database: Pick<Database, 'read'>): Promise<ExitCode> {
    const { stdout, stderr } = cli.process;
    const story = await readStory(database, id);
    if (story.length === 0) {
      stderr.write(`Nothing is known of ${printable(JSON.stringify(id))}; events are kept for 30 days.\n`);
      return 1;
    }
    if (json ?? !stdout.isTTY) stdout.write(`${toJson(story)}\n`);
    else {
      const rows = story.map(({ at, what, reason }) => [at, what, reason ?? '']);
      stdout.write(`${tableOf(['AT', 'WHAT', 'REASON'], rows, { columns: stdout.columns })}\n`);
    }
    return 0;
  }
}

interface Chapter {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The type of an event, or how it stands now: `waiting`. */
  readonly what: string;
  readonly reason?: string;
}

/** In the order in which it happened: events, and how it stands where none tells of it yet. */
async function readStory(database: Pick<Database, 'read'>, id: string): Promise<readonly Chapter[]> {
  const [events, waiting] = await Promise.all([
    database.read({
      sql: sameSql(`select ${eventColumns} from events where subject = ? order by seq`),
      params: [id],
    }),
    database.read({ sql: sameSql('select accepted_at, attempts from signups where id = ?'), params: [id] }),
  ]);
  const told = events.map((row): Chapter => {
    const { timestamp, type, data } = eventOf(row);
    return { at: timestamp, what: type, ...('reason' in data && { reason: String(data['reason']) }) };
  });
  return [
    ...told,
    ...waiting.map((row): Chapter => ({
      at: new Date(Number(row['accepted_at'])).toISOString(),
      what: 'waiting',
      reason: `since then, after ${Number(row['attempts'])} attempts`,
    })),
  ];
}
