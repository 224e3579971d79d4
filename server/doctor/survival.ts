import type { AccountConfig } from '../config/accounts/accounts.ts';
import { destinationOf } from '../config/accounts/destination.ts';
import type { Database } from '../store/database.ts';
import { reportOn, sentenceOf } from '../survival/report.ts';
import { fine, note, warning, type Finding } from './finding.ts';

/** Whether what was delivered is still at rasa.io, by the last daily comparison. Asks nobody. */
export async function checkSurvival(
  accounts: readonly AccountConfig[],
  database: Database | undefined,
  nowMs: number,
): Promise<readonly Finding[]> {
  if (!database) return [note('There is no database to look at.')];
  const findings: Finding[] = [];
  for (const account of accounts) {
    const about = account.isNamed ? `${account.name}: ` : '';
    const found = await checkAccount(account, database, nowMs);
    findings.push({ ...found, what: about + found.what });
  }
  return findings;
}

async function checkAccount(account: AccountConfig, database: Database, nowMs: number): Promise<Finding> {
  if (account.upstream.is === 'webhook') {
    return note('It cannot be watched: the webhook gives nothing back.');
  }
  const report = await reportOn(database, destinationOf(account), nowMs);
  if (report.comparedMs === undefined) {
    return note(
      'It was not compared yet: the proxy does so once a day, from a day after the first delivery on.',
    );
  }
  const compared = `Compared at ${new Date(report.comparedMs).toISOString()}`;
  if (report.archived === 0) return fine(`${sentenceOf(report)} ${compared}.`);
  return warning(
    `${sentenceOf(report)} ${compared}.`,
    'rasa-signup contacts survival --csv FILE lists them, to be added where that list is kept.',
  );
}
