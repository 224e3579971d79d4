import { readAddress, signupOf } from '../../events/address.ts';
import { eventColumns, eventOf, eventTypes, published, type StoredEvent } from '../../events/events.ts';
import { isAmong, readAfter, readNumbers, readSeqBefore } from '../../events/feed.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { pause } from '../../system/pause.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { printable, send, toJson, type ExitCode, type OutStream, type TextStream } from '../terminal.ts';

export interface TailOptions {
  readonly types?: readonly string[];
  readonly form?: string;
  readonly account?: string;
  /** In ms: those of so long ago and later, instead of the last ones. */
  readonly since?: number;
  /** How many of the last ones. */
  readonly last?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly withEmail?: boolean;
}

export interface TailContext {
  readonly database: Pick<Database, 'read'>;
  readonly stdout: OutStream;
  readonly stderr: TextStream;
  /** Ends it. */
  readonly stop: AbortSignal;
  readonly now?: () => number;
}

const batch = 500;
const lookEveryMs = 500;
const widths = { at: 26, type: 24, form: 18 };

/** `rasa-signup events tail`: lines on a terminal, NDJSON elsewhere. */
export async function tailEvents(options: TailOptions, context: TailContext): Promise<ExitCode> {
  const { database, stdout, stop, now = Date.now } = context;
  const { follow = false, since } = options;
  const isJson = options.json ?? !stdout.isTTY;
  const numbers = await readNumbers(database);
  let at = since === undefined ? numbers.last : await readSeqBefore(database, now() - since);
  if (!isJson) {
    await send(
      stdout,
      `${'AT'.padEnd(widths.at)}${'WHAT'.padEnd(widths.type)}${'FORM'.padEnd(widths.form)}ABOUT\n`,
    );
  }
  const print = async (event: StoredEvent) => {
    await send(stdout, `${await lineOf(event, { ...options, isJson }, database)}\n`);
  };
  if (since === undefined) {
    for (const event of await readLast(options, context, numbers.last)) await print(event);
  }
  while (at < numbers.last && !stop.aborted) {
    const events = await readAfter(database, at, batch);
    at = events.at(-1)?.seq ?? numbers.last;
    for (const event of events) if (isAsked(event, options)) await print(event);
  }
  if (follow) await followEvents(at, async (event) => isAsked(event, options) && print(event), context);
  return 0;
}

/** A database that is away, as during its restart, is waited for. */
async function followEvents(
  from: number,
  each: (event: StoredEvent) => Promise<unknown>,
  { database, stderr, stop }: TailContext,
): Promise<void> {
  let at = from;
  let isAway = false;
  while (!stop.aborted) {
    let events: readonly StoredEvent[] = [];
    try {
      events = await readAfter(database, at, batch);
      isAway = false;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (!isAway) stderr.write('The database does not answer; it is tried again.\n');
      isAway = true;
    }
    for (const event of events) {
      await each(event);
      at = event.seq;
    }
    if (events.length < batch) await pause(lookEveryMs, stop);
  }
}

/** The last ones that are asked for, however many others came after them. */
async function readLast(
  options: TailOptions,
  { database, stop }: TailContext,
  last: number,
): Promise<readonly StoredEvent[]> {
  const { last: most = 20, types = [] } = options;
  const named = types.length === 0 ? [] : eventTypes.filter((type) => isAmong(type, types));
  const among = named.length === 0 ? '' : `and type in (${named.map(() => '?').join(', ')})`;
  const found: StoredEvent[] = [];
  for (let at = last; at > 0 && found.length < most && !stop.aborted;) {
    const rows = await database.read({
      sql: sameSql(
        `select ${eventColumns} from events where seq <= ? ${among} order by seq desc limit ${batch}`,
      ),
      params: [at, ...named],
    });
    const events = rows.map(eventOf);
    found.push(...events.filter((event) => isAsked(event, options)));
    at = events.length < batch ? 0 : (events.at(-1)?.seq ?? 1) - 1;
  }
  return found.slice(0, most).reverse();
}

function isAsked({ type, data }: StoredEvent, { types = [], form, account }: TailOptions): boolean {
  return (
    isAmong(type, types) &&
    (form === undefined || data['form'] === form) &&
    (account === undefined || data.account === account)
  );
}

async function lineOf(
  event: StoredEvent,
  { isJson, withEmail = false }: { readonly isJson: boolean; readonly withEmail?: boolean | undefined },
  database: Pick<Database, 'read'>,
): Promise<string> {
  const signup = withEmail ? signupOf(event) : undefined;
  const email = signup === undefined ? undefined : await readAddress(database, signup);
  if (isJson) return toJson({ ...published(event), ...(email !== undefined && { email }) });
  const { timestamp, type, subject, data } = event;
  const about = [subject, data['reason'], email].filter((part) => part !== undefined).join('  ');
  const form = String(data['form'] ?? '');
  const cells = [
    timestamp.padEnd(widths.at),
    type.padEnd(widths.type),
    `${form} `.padEnd(widths.form),
    about,
  ];
  return printable(cells.join(''));
}
