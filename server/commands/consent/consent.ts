import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgettingConfirmations } from '../../confirm/forgetting.ts';
import { networkSecret, storeHashOf } from '../../confirm/receipts/evidence.ts';
import {
  isFrom,
  readHistory,
  readHistoryWith,
  type History,
  type Told,
} from '../../confirm/receipts/history.ts';
import { eraseReceipts } from '../../confirm/receipts/recorder.ts';
import { reportOf, reportPage } from '../../confirm/receipts/report.ts';
import { rootsFileName } from '../../confirm/receipts/sealer.ts';
import { verifyReceipts } from '../../confirm/receipts/verify.ts';
import { networkOf } from '../../http/client-ip.ts';
import { openPersonHash } from '../../outbox/person-hash.ts';
import type { Database } from '../../store/database.ts';
import { ServerSecrets } from '../../store/secrets/server-secrets.ts';
import { ownerOnly, readIfThere, realFiles } from '../../system/files.ts';
import { createKeyedHash } from '../../system/keyed-hash.ts';
import { confirm, mayAsk, printable, tableOf, toJson, type ExitCode, type Streams } from '../terminal.ts';

export interface ConsentContext {
  readonly database: Database;
  readonly dataDir: string;
  readonly streams: Streams;
}

/** `rasa-signup consent show EMAIL`, or the id of a receipt. */
export async function showConsent(
  email: string,
  { from, json }: { readonly from?: string; readonly json?: boolean },
  { database, streams }: ConsentContext,
): Promise<ExitCode> {
  const history = email.includes('@')
    ? await historyOf(email, database)
    : await readHistoryWith(database, email.trim());
  if (!history) return nobody(streams);
  const { stdout } = streams;
  const network = from === undefined ? undefined : await networkHashOf(from, database);
  const is = (one: Told) => network !== undefined && isFrom(one, history.key, network);
  if (json ?? !stdout.isTTY) {
    const { receipts } = await reportOf(database, email, history);
    const marked = receipts.map((one, index) => ({
      ...one,
      ...(network !== undefined && { isFromNetwork: history.receipts.slice(index, index + 1).some(is) }),
    }));
    stdout.write(`${toJson(marked)}\n`);
    return 0;
  }
  const rows = history.receipts.map((one) => [
    new Date(one.atMs).toISOString(),
    one.kind.replace('_', ' '),
    [one.source, one.form].filter((part) => part !== '').join(' '),
    one.confirmed?.by ?? '-',
    wordsOf(one, is(one)),
  ]);
  stdout.write(
    `${tableOf(['TIME', 'WHAT', 'HOW', 'CONFIRMED', 'DETAILS'], rows, { columns: stdout.columns ?? 0 })}\n`,
  );
  return 0;
}

function wordsOf(
  { id, details, notTicked, tickedBefore, text, block }: Told,
  isFromNetwork: boolean,
): string {
  return [
    text && `“${text.title}” (${text.lang})`,
    details?.ticked?.length ? `ticked: ${details.ticked.join(', ')}` : undefined,
    notTicked.length > 0 ? `not ticked: ${notTicked.join(', ')}` : undefined,
    tickedBefore.length > 0 ? `ticked before: ${tickedBefore.join(', ')}` : undefined,
    details?.page,
    details?.consent && toJson(details.consent),
    isFromNetwork ? 'from this network' : undefined,
    block === undefined ? 'not sealed yet' : `block ${block}`,
    id,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** `rasa-signup consent verify [FILE]`. */
export async function verifyConsent(
  file: string | undefined,
  { json }: { readonly json?: boolean },
  { database, dataDir, streams: { stdout, stderr } }: ConsentContext,
): Promise<ExitCode> {
  const own = await readIfThere(realFiles, join(dataDir, rootsFileName));
  const given = file === undefined ? undefined : await readIfThere(realFiles, file);
  if (file !== undefined && given === undefined) {
    stderr.write(`There is no file ${printable(file)}.\n`);
    return 1;
  }
  const verified = await verifyReceipts(database, [
    ...(own === undefined ? [] : [{ name: rootsFileName, text: own }]),
    ...(file === undefined || given === undefined ? [] : [{ name: file, text: given }]),
  ]);
  const { faults, receipts, blocks, texts, unsealed, erased, hash } = verified;
  if (json ?? !stdout.isTTY) stdout.write(`${toJson(verified)}\n`);
  else {
    stdout.write(
      `${receipts} receipts in ${blocks} blocks, ${unsealed} not sealed yet; ${texts} texts; ${erased} people erased.\n` +
        `Last hash: ${hash}\n${faults.length === 0 ? 'Nothing was changed.\n' : ''}`,
    );
    for (const fault of faults) stderr.write(`${printable(fault)}\n`);
  }
  return faults.length === 0 ? 0 : 1;
}

/** `rasa-signup consent export EMAIL… [--dir DIRECTORY]`: a page and a JSON file for each person. */
export async function exportConsent(
  emails: readonly string[],
  { dir }: { readonly dir: string },
  { database, streams }: ConsentContext,
): Promise<ExitCode> {
  let missing = 0;
  for (const email of emails) {
    const history = await historyOf(email, database);
    if (!history) {
      missing++;
      streams.stderr.write(`${printable(email)}: `);
      nobody(streams);
      continue;
    }
    const report = await reportOf(database, email.trim().toLowerCase(), history);
    const path = join(dir, `consent-${history.address.slice(0, 16)}`);
    await writeFile(`${path}.html`, reportPage(report), { mode: ownerOnly });
    await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`, { mode: ownerOnly });
    streams.stdout.write(`${path}.html\n${path}.json\n`);
  }
  return missing === 0 ? 0 : 1;
}

/** `rasa-signup consent erase EMAIL`: what is kept here for proof; the contact itself stays as it is. */
export async function eraseConsent(
  email: string,
  { yes }: { readonly yes?: boolean },
  { database, streams }: ConsentContext,
): Promise<ExitCode> {
  if (!yes) {
    if (!mayAsk(streams)) {
      streams.stderr.write(
        'erase destroys proof for good. Without a terminal to ask at, confirm with --yes.\n',
      );
      return 1;
    }
    const question = `Destroy what proves the consent of ${printable(email)}, permanently?`;
    if (!(await confirm(streams, question))) return 1;
  }
  const hashOf = await openPersonHash({ database });
  const person = hashOf(email);
  await database.write(await forgettingConfirmations(database, person, hashOf));
  const hadReceipts = await eraseReceipts(database, person, {
    source: 'operator',
    nowMs: Date.now(),
  });
  await database.tidy({ whole: true });
  streams.stdout.write(
    hadReceipts
      ? 'Erased: nobody can say any more whose receipts these were. The contact at rasa.io: contacts erase.\n'
      : 'There were no receipts of this address.\n',
  );
  return 0;
}

async function historyOf(email: string, database: Database): Promise<History | undefined> {
  return readHistory(database, (await openPersonHash({ database }))(email));
}

async function networkHashOf(ip: string, database: Database): Promise<string> {
  const hash = createKeyedHash(await new ServerSecrets({ database }).get(networkSecret));
  return storeHashOf(hash, networkOf(ip));
}

function nobody({ stderr }: Streams): ExitCode {
  stderr.write('There are no receipts of this address, or it was erased.\n');
  return 1;
}
