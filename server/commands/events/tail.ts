import { readAddress, signupOf } from '../../events/address.ts';
import { published, type StoredEvent } from '../../events/events.ts';
import { isAmong, readAfter, readNumbers, readSeqBefore } from '../../events/feed.ts';
import type { Database } from '../../store/database.ts';
import { pause } from '../../system/pause.ts';
import { printable, toJson, type ExitCode, type TextStream } from '../terminal.ts';

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
  readonly stdout: TextStream;
  /** Ends it. */
  readonly stop: AbortSignal;
  readonly now?: () => number;
}

const batch = 500;
/** Without `since`, the last ones are looked for among so many. */
const lookBack = 10_000;
const lookEveryMs = 500;
const widths = { at: 26, type: 24, form: 18 };

/** `rasa-signup events tail`: lines on a terminal, NDJSON elsewhere. */
export async function tailEvents(options: TailOptions, context: TailContext): Promise<ExitCode> {
  const { database, stdout, stop, now = Date.now } = context;
  const { follow = false, since, last: most = 20 } = options;
  const isJson = options.json ?? !stdout.isTTY;
  const numbers = await readNumbers(database);
  let at =
    since === undefined ? Math.max(0, numbers.last - lookBack) : await readSeqBefore(database, now() - since);
  if (!isJson) {
    stdout.write(
      `${'AT'.padEnd(widths.at)}${'WHAT'.padEnd(widths.type)}${'FORM'.padEnd(widths.form)}ABOUT\n`,
    );
  }
  const print = async (event: StoredEvent) => {
    stdout.write(`${await lineOf(event, { ...options, isJson }, database)}\n`);
  };
  // The last ones are known only at the end; with a beginning, each is printed as it is read.
  let held: StoredEvent[] = [];
  while (at < numbers.last && !stop.aborted) {
    const events = await readAfter(database, at, batch);
    at = events.at(-1)?.seq ?? numbers.last;
    const wanted = events.filter((event) => isAsked(event, options));
    if (since === undefined) held = [...held, ...wanted].slice(-most);
    else for (const event of wanted) await print(event);
  }
  for (const event of held) await print(event);
  while (follow && !stop.aborted) {
    const events = await readAfter(database, at, batch);
    for (const event of events) if (isAsked(event, options)) await print(event);
    at = events.at(-1)?.seq ?? at;
    if (events.length < batch) await pause(lookEveryMs, stop);
  }
  return 0;
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
