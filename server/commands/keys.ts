import { unnamedAccount } from '../config/accounts/accounts.ts';
import { ageOf } from '../config/setting-schemas.ts';
import { longestSilenceMs, readKeyNotes, type KeyNote, type KeyNoteOf } from '../accounts/keys/key-notes.ts';
import type { Database } from '../store/database.ts';
import { isCode } from '../system/files.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from './terminal.ts';

export interface KeysCommandOptions {
  readonly database: Pick<Database, 'read'>;
  readonly json?: boolean | undefined;
  /** The name of this machine. */
  readonly host: string;
  readonly process: Pick<NodeJS.Process, 'kill'> & {
    readonly stdout: TextStream;
    readonly stderr: TextStream;
  };
  readonly now?: () => number;
}

/**
 * `rasa-signup keys`: shows the state of the credentials of the proxies that run on this store, or of the
 * last one that ran. Prints what they have written, with fingerprints; reads no secret.
 */
export async function showKeys({
  database,
  json,
  host,
  process,
  now = Date.now,
}: KeysCommandOptions): Promise<ExitCode> {
  const { stdout, stderr } = process;
  const { notes, unreadable } = await readKeyNotes(database);
  const running = notes.filter((note) => isRunning(note, { host, process, nowMs: now() }));
  const shown = running.length > 0 ? running : notes.slice(0, 1);
  if (shown.length === 0) {
    stderr.write(
      unreadable > 0
        ? 'The notes of the proxies cannot be read: they were sealed with another OUTBOX_KEY, or written by another version.\n'
        : 'No proxy has written notes of its keys yet. It does when it runs with keys; RASA_API=webhook needs none.\n',
    );
    return 1;
  }
  if (json ?? !stdout.isTTY) {
    stdout.write(`${toJson(shown)}\n`);
    return 0;
  }
  const texts = shown.map(
    (note) =>
      `${heading(note)}${table(note, now(), stdout.columns)}\n\n${summary(note, now(), running.length > 0)}\n`,
  );
  stdout.write(texts.join('\n'));
  return 0;
}

/** Where accounts have names. */
function heading({ account }: KeyNoteOf): string {
  return account === unnamedAccount ? '' : `Account ${printable(account)}\n\n`;
}

interface Observer {
  readonly host: string;
  readonly process: Pick<NodeJS.Process, 'kill'>;
  readonly nowMs: number;
}

/** On this machine the process can be looked for; others are believed as long as they are heard of. */
function isRunning(note: KeyNote, { host, process, nowMs }: Observer): boolean {
  if (note.stoppedAt !== undefined) return false;
  if (note.host !== host) return nowMs - Date.parse(note.writtenAt) < 3 * longestSilenceMs;
  try {
    process.kill(note.pid, 0);
    return true;
  } catch (error) {
    // A process of another user's is there too.
    return isCode(error, 'EPERM');
  }
}

function table({ sets }: KeyNote, nowMs: number, columns = 0): string {
  const ago = (time: string | undefined) => (time === undefined ? 'never' : `${ageOf(time, nowMs)} ago`);
  const rows = sets.map(({ number, fingerprint, state, retiredUntil, lastUse, lastRefusal, source }) => [
    String(number),
    fingerprint,
    retiredUntil === undefined ? state : `${state} until ${retiredUntil.slice(11, 16)} UTC`,
    ago(lastUse),
    lastRefusal ? `${ago(lastRefusal.at)} (${lastRefusal.status})` : 'never',
    source.file === undefined ? source.variable : `${source.variable}: ${source.file}`,
  ]);
  return tableOf(['SET', 'FINGERPRINT', 'STATE', 'LAST USE', 'LAST REFUSAL', 'SOURCE'], rows, { columns });
}

function summary({ credentials, host, pid, writtenAt }: KeyNote, nowMs: number, isAlive: boolean): string {
  const words = {
    untried: 'Not tried yet. The first sign-up tries them.',
    working: 'rasa.io accepts the set that is in use.',
    refused: 'rasa.io refuses all of them. Sign-ups are accepted and wait. See docs/rotating-keys.md.',
  }[credentials];
  const from = `Written by process ${pid} on ${printable(host)} ${ageOf(writtenAt, nowMs)} ago.`;
  return `${words}\n${from}${isAlive ? '' : ' It is not running now.'}`;
}
