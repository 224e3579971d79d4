import { readAddress } from '../../events/address.ts';
import { eventColumns, eventOf } from '../../events/events.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from '../terminal.ts';

export interface StoryOptions {
  readonly json?: boolean;
  readonly withEmail?: boolean;
}

interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** `rasa-signup events show`. */
export async function showStory(
  id: string,
  { json, withEmail = false }: StoryOptions,
  { database, stdout, stderr }: Streams & { readonly database: Pick<Database, 'read'> },
): Promise<ExitCode> {
  const story = await readStory(database, id);
  if (story.length === 0) {
    stderr.write(`Nothing is known of ${printable(JSON.stringify(id))}; events are kept for 30 days.\n`);
    return 1;
  }
  const email = withEmail ? await readAddress(database, id) : undefined;
  if (withEmail && email === undefined) {
    stderr.write('Its address is not known here any more: see KEEP_FOR_HANDOVER.\n');
  }
  if (json ?? !stdout.isTTY) {
    stdout.write(`${toJson(email === undefined ? story : story.map((one) => ({ ...one, email })))}\n`);
    return 0;
  }
  if (email !== undefined) stdout.write(`${printable(email)}\n`);
  const rows = story.map(({ at, what, reason }) => [at, what, reason ?? '']);
  stdout.write(`${tableOf(['AT', 'WHAT', 'REASON'], rows, { columns: stdout.columns ?? 0 })}\n`);
  return 0;
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
