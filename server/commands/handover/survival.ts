import { pino } from 'pino';
import { openAccount } from '../../accounts/account.ts';
import { openContacts } from '../../accounts/contacts.ts';
import type { AccountConfig } from '../../config/accounts/accounts.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import type { Config } from '../../config/config.ts';
import { createKeyRing } from '../../rasa/key-ring.ts';
import { createTokenApi } from '../../rasa/token-api.ts';
import { isRasaError } from '../../rasa/errors.ts';
import type { Database } from '../../store/database.ts';
import { readLost, reportOn, sentenceOf, type LostContact } from '../../survival/report.ts';
import { Survival } from '../../survival/watch.ts';
import { createOutgoing } from '../../system/network/outgoing.ts';
import { pause } from '../../system/pause.ts';
import { printable, toJson, type ExitCode, type TextStream } from '../terminal.ts';
import { accountsNamed, csvOf, openNewFile, rasaIdOf } from './contacts-file.ts';

export interface SurvivalCommandOptions {
  readonly database: Database;
  readonly config: Pick<Config, 'accounts' | 'rasaTimeouts' | 'rasaMinIntervalMs' | 'proxies'>;
  /** Only this one; all by default. */
  readonly account?: string | undefined;
  readonly json?: boolean | undefined;
  /** A new file for those that are archived. */
  readonly csv?: string | undefined;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
  readonly stop: AbortSignal;
  readonly now?: () => number;
}

/** Longer than another process needs to let go of its turn. */
const lookEveryMs = 1000;
const longestEndMs = 5000;

/** `rasa-signup contacts survival`: compares now, and says what became of what was delivered. */
export async function runSurvival(options: SurvivalCommandOptions): Promise<ExitCode> {
  const { database, config, json, csv, streams, now = Date.now } = options;
  const { stdout, stderr } = streams;
  const accounts = accountsNamed(options.account, config, stderr);
  if (accounts.length === 0) return 1;
  let code: ExitCode = 0;
  const found: object[] = [];
  for (const account of accounts) {
    const about = account.isNamed ? { account: account.name } : {};
    const say = (words: string) => {
      if (!json) stdout.write(`${account.isNamed ? `${account.name}: ` : ''}${words}\n`);
    };
    if (account.upstream.is === 'webhook') {
      say(unwatched);
      found.push({ ...about, watched: false });
      continue;
    }
    const failure = await compareNow(account, options);
    if (failure !== undefined) {
      stderr.write(`It could not be compared now: ${printable(failure)}\n`);
      code = 1;
    }
    const report = await reportOn(database, destinationOf(account), now());
    const { comparedMs, ...figures } = report;
    const compared = comparedMs === undefined ? null : new Date(comparedMs).toISOString();
    say(sentenceOf(report));
    found.push({ ...about, watched: true, ...figures, compared });
  }
  if (json) stdout.write(`${toJson({ accounts: found })}\n`);
  return csv !== undefined && !(await writeCsv(csv, accounts, options)) ? 1 : code;
}

const unwatched =
  'It cannot be watched whether sign-ups stay at rasa.io: the webhook gives nothing back. Credentials (RASA_API_KEY) can.';

/** Why it could not be done. */
async function compareNow(
  configured: AccountConfig,
  { database, config, streams, stop, now }: SurvivalCommandOptions,
): Promise<string | undefined> {
  const { upstream, name, isNamed } = configured;
  if (upstream.is !== 'rasa') return 'the proxy alone has the key of its sandbox; it compares once a day.';
  const log = pino({ level: 'silent' });
  const destination = destinationOf(configured);
  const account = openAccount({
    destination,
    baseUrl: upstream.baseUrl,
    outgoing: createOutgoing(config.proxies),
    timeouts: config.rasaTimeouts,
    minIntervalMs: config.rasaMinIntervalMs,
    database,
    owner: 'rasa-signup contacts survival',
    log,
  });
  const keyRing = createKeyRing({ tokens: createTokenApi(account.others), sets: upstream.sets });
  const survival = new Survival({
    database,
    owner: 'rasa-signup contacts survival',
    log,
    ...(now && { now }),
  });
  const watched = {
    name: isNamed ? name : undefined,
    account: name,
    destination,
    contacts: openContacts(account.others, keyRing, upstream.api),
  };
  try {
    for (let isTold = false; !(await survival.compare(watched, stop)); isTold = true) {
      if (!isTold) streams.stderr.write('Another process compares just now; waiting for it.\n');
      await pause(lookEveryMs, stop);
    }
    return undefined;
  } catch (error) {
    if (stop.aborted) return 'it was interrupted.';
    if (isRasaError(error)) return error.message;
    throw error;
  } finally {
    await keyRing.close(AbortSignal.timeout(longestEndMs));
    await account.close();
  }
}

/** Whether it was written. */
async function writeCsv(
  path: string,
  accounts: readonly AccountConfig[],
  { database, streams: { stderr } }: SurvivalCommandOptions,
): Promise<boolean> {
  const file = await openNewFile(path, stderr);
  if (!file) return false;
  let count = 0;
  try {
    await file.write(csvOf([['id', 'rasa_id', 'account', 'form', 'delivered_at', 'archived_at', 'email']]));
    for (const account of accounts) {
      for await (const page of readLost(database, destinationOf(account))) {
        count += page.length;
        await file.write(csvOf(page.map((contact) => cellsOf(contact, account.name))));
      }
    }
    await file.keep();
  } finally {
    await file.close();
  }
  stderr.write(`${count} contacts that are archived are in ${printable(path)}.\n`);
  return true;
}

function cellsOf(contact: LostContact, account: string): readonly string[] {
  const { id, form, deliveredMs, stateMs, email } = contact;
  return [
    id,
    rasaIdOf(contact),
    account,
    form,
    new Date(deliveredMs).toISOString(),
    new Date(stateMs).toISOString(),
    email ?? '',
  ];
}
