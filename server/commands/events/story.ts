import { readAddress } from '../../events/address.ts';
import { eventColumns, eventOf } from '../../events/events.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { readLastComparison } from '../../survival/comparison.ts';
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
  /** The type of an event, or how it stands now: `waiting`, or `there` at rasa.io. */
  readonly what: string;
  readonly reason?: string;
}

/** In the order in which it happened: events, and how it stands where none tells of it yet. */
async function readStory(database: Pick<Database, 'read'>, id: string): Promise<readonly Chapter[]> {
  const contact = await readContactOf(database, id);
  const [events, waiting] = await Promise.all([
    database.read({
      sql: sameSql(
        `select ${eventColumns} from events where subject = ?
         or (subject = ? and type in ('contact.updated', 'contact.unsubscribed')) order by seq`,
      ),
      params: [id, contact?.rasaId ?? id],
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
      at: isoOf(row['accepted_at']),
      what: 'waiting',
      reason: `since then, after ${Number(row['attempts'])} attempts`,
    })),
    ...(contact === undefined ? [] : survivalOf(contact)),
  ];
}

interface Contact {
  /** `undefined` where rasa.io told none that is surely its own. */
  readonly rasaId: string | undefined;
  readonly state: string;
  readonly deliveredMs: number;
  /** When contacts were compared with rasa.io last; 0: never. */
  readonly comparedMs: number;
}

/** What is kept for 90 days after the delivery. */
async function readContactOf(database: Pick<Database, 'read'>, id: string): Promise<Contact | undefined> {
  const [row] = await database.read({
    sql: sameSql(
      'select upstream, account, rasa_id, is_own, state, delivered_at from delivered_contacts where id = ?',
    ),
    params: [id],
  });
  if (!row) return undefined;
  const destination = { upstream: String(row['upstream']), account: String(row['account']) };
  return {
    rasaId: Number(row['is_own']) === 1 && row['rasa_id'] !== '' ? String(row['rasa_id']) : undefined,
    state: String(row['state']),
    deliveredMs: Number(row['delivered_at']),
    comparedMs: (await readLastComparison(database, destination)) ?? 0,
  };
}

/** That it was still there when that was looked at last; what became of others is an event. */
function survivalOf({ rasaId, state, deliveredMs, comparedMs }: Contact): readonly Chapter[] {
  if (rasaId === undefined || state !== '' || comparedMs <= deliveredMs) return [];
  return [{ at: isoOf(comparedMs), what: 'there', reason: 'at rasa.io, when that was compared last' }];
}

function isoOf(ms: unknown): string {
  return new Date(Number(ms)).toISOString();
}
