import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { destinationOf } from '../../config/accounts/destination.ts';
import type { Config } from '../../config/config.ts';
import { readNumbers, readSeqBefore } from '../../events/feed.ts';
import { openPersonHash } from '../../outbox/person-hash.ts';
import type { Database } from '../../store/database.ts';
import {
  noteHandedOver,
  readHandedOver,
  readNewContacts,
  type NewContact,
} from '../../survival/new-contacts.ts';
import { printable, send, toJson, type ExitCode, type OutStream, type TextStream } from '../terminal.ts';
import { accountsNamed, csvOf, openNewFile, rasaIdOf } from './contacts-file.ts';

export interface NewContactsCommandOptions {
  readonly database: Database;
  readonly config: Pick<Config, 'accounts' | 'outbox'>;
  readonly account?: string | undefined;
  /** `last`: since the last time. */
  readonly since: 'last' | Date;
  readonly format: 'csv' | 'ndjson';
  /** A new file, instead of standard output. */
  readonly output?: string | undefined;
  /** A file with addresses of who is in the other list already. */
  readonly notIn?: string | undefined;
  /** Leaves the mark where it is. */
  readonly peek?: boolean | undefined;
  readonly streams: { readonly stdout: OutStream; readonly stderr: TextStream };
}

const columns = ['id', 'email', 'account', 'form', 'signed_up_at', 'delivered_at', 'rasa_id', 'archived_at'];

/**
 * `rasa-signup contacts new`: who signed up here and is not in the list that rasa.io is filled from, for the
 * next run of that list. The mark moves when everything is written: after a crash the same are listed again.
 */
export async function listNewContacts(options: NewContactsCommandOptions): Promise<ExitCode> {
  const { database, config, since, output, peek = false, streams } = options;
  const { stdout, stderr } = streams;
  const accounts = accountsNamed(options.account, config, stderr);
  if (accounts.length === 0) return 1;
  const isListed = await readListed(options);
  const file = output === undefined ? undefined : await openNewFile(output, stderr);
  if (output !== undefined && !file) return 1;
  const write = async (text: string) => {
    if (file) await file.write(text);
    else await send(stdout, text);
  };
  let [count, without] = [0, 0];
  const marks = [];
  try {
    if (options.format === 'csv') await write(csvOf([columns]));
    for (const { account, span, mark, isLate } of await spansOf(accounts, options)) {
      if (isLate) {
        stderr.write(
          'Events are kept for 30 days: sign-ups between the last time and then are not listed.\n',
        );
      }
      const destination = destinationOf(account);
      for await (const page of readNewContacts({
        database,
        destination,
        account: account.name,
        ...span,
        isListed,
      })) {
        count += page.length;
        without += page.filter(({ email }) => email === undefined).length;
        await write(textOf(page, account.name, options.format));
      }
      marks.push(noteHandedOver(account.name, { upTo: span.upTo, before: mark }));
    }
    await file?.keep();
  } finally {
    await file?.close();
  }
  if (since === 'last' && !peek) await database.write(marks);
  stderr.write(`${count} new contacts${output === undefined ? '' : ` are in ${printable(output)}`}.\n`);
  if (without > 0) {
    stderr.write(
      `${without} of them without address${config.outbox.keptForHandoverMs === undefined ? ': set KEEP_FOR_HANDOVER, such as 7d, to keep those to come' : ', which KEEP_FOR_HANDOVER did not keep until now'}.\n`,
    );
  }
  return 0;
}

type Account = Config['accounts'][number];

/** Where to look, for each account. Nothing that comes while it is written is passed over. */
async function spansOf(accounts: readonly Account[], { database, since }: NewContactsCommandOptions) {
  const { last, swept } = await readNumbers(database);
  const begin = since === 'last' ? swept : await readSeqBefore(database, since.getTime());
  const found = [];
  for (const account of accounts) {
    const mark = since === 'last' ? await readHandedOver(database, account.name) : undefined;
    // A mark beyond the last event is of a database that was restored from a backup.
    const isKnown = mark !== undefined && mark <= last;
    const after = isKnown ? Math.max(mark, swept) : begin;
    found.push({ account, mark, span: { after, upTo: last }, isLate: isKnown && mark < swept });
  }
  return found;
}

/** Whatever looks like an address in the file counts, in any format. */
async function readListed({
  database,
  notIn,
}: NewContactsCommandOptions): Promise<(person: string) => boolean> {
  if (notIn === undefined) return () => false;
  const hash = await openPersonHash({ database });
  const listed = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(notIn), crlfDelay: Infinity })) {
    for (const [address] of line.matchAll(/[^\s,;:"'<>()|]+@[^\s,;:"'<>()|]+/g)) {
      listed.add(Buffer.from(hash(address)).toString('latin1'));
    }
  }
  return (person) => listed.has(person);
}

function textOf(page: readonly NewContact[], account: string, format: 'csv' | 'ndjson'): string {
  const rows = page.map((contact) => cellsOf(contact, account));
  if (format === 'csv') return csvOf(rows);
  return rows
    .map(
      (row) =>
        `${toJson(Object.fromEntries(columns.map((name, at) => [name, row[at] === '' ? null : row[at]])))}\n`,
    )
    .join('');
}

function cellsOf(contact: NewContact, account: string): readonly string[] {
  const { id, email, form, deliveredMs, state, stateMs } = contact;
  return [
    id,
    email ?? '',
    account,
    form,
    // Ids begin with their time.
    new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toISOString(),
    new Date(deliveredMs).toISOString(),
    rasaIdOf(contact),
    state === 'archived' ? new Date(stateMs).toISOString() : '',
  ];
}
