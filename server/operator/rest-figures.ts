import { Tokens } from '../contacts/tokens.ts';
import { Endpoints } from '../events/webhooks/endpoints.ts';
import { sameSql, type Database } from '../store/database.ts';
import { readSlices } from '../store/slices.ts';

/** What is looked at once a week. Times are Unix time in ms. */
export interface RestFigures {
  readonly webhooks: readonly ShownWebhook[];
  /** Valid ones, the next to expire first. */
  readonly tokens: readonly { readonly name: string; readonly expiresMs: number | undefined }[];
  /** The last one that changed. */
  readonly lastImport:
    { readonly rows: number; readonly stored: number; readonly changedMs: number } | undefined;
  readonly mail: { readonly waiting: number; readonly oldestMs: number | undefined; readonly failed: number };
}

export interface ShownWebhook {
  readonly host: string;
  readonly isActive: boolean;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** Within the days for which attempts are kept. */
  readonly sent: number;
  /** Of the last attempt: `delivered`, or why not; empty without one. */
  readonly last: string;
}

const attemptsSql = sameSql(
  `select webhook, count(*) as seen, max(id) as last, sum(case result when 'delivered' then 1 else 0 end) as sent
   from (select id, webhook, result from webhook_attempts where id > ? order by id limit ?) part group by webhook`,
);
const mailsSql = sameSql(
  `select count(*) as seen, max(id) as last, min(case failed_at when 0 then created_at end) as oldest,
     sum(case failed_at when 0 then 0 else 1 end) as failed
   from (select id, failed_at, created_at from mails where id > ? order by id limit ?) part`,
);

export async function readRest(database: Database, nowMs: number): Promise<RestFigures> {
  const [endpoints, attempts, tokens, [lastImport], mail] = await Promise.all([
    new Endpoints({ database }).list(),
    readAttempts(database),
    new Tokens({ database }).list(),
    database.read({
      sql: sameSql('select rows, stored, changed_at from imports order by changed_at desc limit 1'),
    }),
    readMail(database),
  ]);
  const valid = tokens.filter(
    ({ revokedMs, expiresMs = Infinity }) => revokedMs === undefined && expiresMs > nowMs,
  );
  return {
    webhooks: endpoints.map(({ id, target, state, failures }) => ({
      host: target ? new URL(target.url).host : 'cannot be read',
      isActive: state === 'active',
      failures,
      sent: attempts.get(id)?.sent ?? 0,
      last: attempts.get(id)?.result ?? '',
    })),
    tokens: valid
      .map(({ name, expiresMs }) => ({ name, expiresMs }))
      .sort((a, b) => (a.expiresMs ?? Infinity) - (b.expiresMs ?? Infinity)),
    lastImport: lastImport && {
      rows: Number(lastImport['rows']),
      stored: Number(lastImport['stored']),
      changedMs: Number(lastImport['changed_at']),
    },
    mail,
  };
}

/** By the id of the webhook: how many were delivered, and what became of the last one. */
async function readAttempts(database: Pick<Database, 'read'>) {
  const attempts = new Map<string, { readonly sent: number; readonly last: string; result?: string }>();
  for await (const { webhook, sent, last } of readSlices(database, { sql: attemptsSql, from: '' })) {
    const before = attempts.get(String(webhook))?.sent ?? 0;
    attempts.set(String(webhook), { sent: before + Number(sent), last: String(last) });
  }
  for (const of of attempts.values()) {
    const [row] = await database.read({
      sql: sameSql('select result from webhook_attempts where id = ?'),
      params: [of.last],
    });
    of.result = row ? String(row['result']) : '';
  }
  return attempts;
}

async function readMail(database: Pick<Database, 'read'>): Promise<RestFigures['mail']> {
  const found = { waiting: 0, oldestMs: Infinity, failed: 0 };
  for await (const row of readSlices(database, { sql: mailsSql, from: '' })) {
    const failed = Number(row['failed'] ?? 0);
    found.failed += failed;
    found.waiting += Number(row['seen']) - failed;
    found.oldestMs = Math.min(found.oldestMs, Number(row['oldest'] ?? Infinity));
  }
  return { ...found, oldestMs: found.oldestMs === Infinity ? undefined : found.oldestMs };
}
