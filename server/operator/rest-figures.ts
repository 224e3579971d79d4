import { Tokens } from '../contacts/tokens.ts';
import { Endpoints } from '../events/webhooks/endpoints.ts';
import { sameSql, type Database } from '../store/database.ts';

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

export async function readRest(database: Database, nowMs: number): Promise<RestFigures> {
  const [endpoints, attempts, tokens, [lastImport], [mail]] = await Promise.all([
    new Endpoints({ database }).list(),
    database.read({
      sql: sameSql(
        `select a.webhook, a.result, s.sent from webhook_attempts a
         join (select webhook, max(id) as last, sum(case result when 'delivered' then 1 else 0 end) as sent
           from webhook_attempts group by webhook) s on s.webhook = a.webhook and s.last = a.id`,
      ),
    }),
    new Tokens({ database }).list(),
    database.read({
      sql: sameSql('select rows, stored, changed_at from imports order by changed_at desc limit 1'),
    }),
    database.read({
      sql: sameSql(
        `select coalesce(sum(case failed_at when 0 then 1 else 0 end), 0) as waiting,
           coalesce(sum(case failed_at when 0 then 0 else 1 end), 0) as failed,
           min(case failed_at when 0 then created_at end) as oldest from mails`,
      ),
    }),
  ]);
  const attemptsOf = new Map(
    attempts.map((row) => [
      String(row['webhook']),
      { sent: Number(row['sent']), result: String(row['result']) },
    ]),
  );
  const valid = tokens.filter(
    ({ revokedMs, expiresMs = Infinity }) => revokedMs === undefined && expiresMs > nowMs,
  );
  const oldest = mail?.['oldest'];
  return {
    webhooks: endpoints.map(({ id, target, state, failures }) => ({
      host: target ? new URL(target.url).host : 'cannot be read',
      isActive: state === 'active',
      failures,
      sent: attemptsOf.get(id)?.sent ?? 0,
      last: attemptsOf.get(id)?.result ?? '',
    })),
    tokens: valid
      .map(({ name, expiresMs }) => ({ name, expiresMs }))
      .sort((a, b) => (a.expiresMs ?? Infinity) - (b.expiresMs ?? Infinity)),
    lastImport: lastImport && {
      rows: Number(lastImport['rows']),
      stored: Number(lastImport['stored']),
      changedMs: Number(lastImport['changed_at']),
    },
    mail: {
      waiting: Number(mail?.['waiting'] ?? 0),
      failed: Number(mail?.['failed'] ?? 0),
      oldestMs: typeof oldest === 'number' || typeof oldest === 'bigint' ? Number(oldest) : undefined,
    },
  };
}
