import type { Endpoint, Endpoints, NewEndpoint } from '../events/webhooks/endpoints.ts';
import { eventColumns, eventOf, type StoredEvent } from '../events/events.ts';
import { isAmong } from '../events/feed.ts';
import { attemptRow, isWanted, messageOf } from '../events/webhooks/message.ts';
import { Sender } from '../events/webhooks/sender.ts';
import { newTestEvent } from '../events/webhooks/test-event.ts';
import { sameSql, type Database } from '../store/database.ts';
import { createIds } from '../store/ids.ts';
import { webhookAttempts } from '../store/schema/webhooks.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from './terminal.ts';

interface Output {
  readonly json?: boolean;
}

/** What the operator does with endpoints: `rasa-signup webhooks …`. */
export interface WebhookCommands {
  add(endpoint: NewEndpoint, options: Output): Promise<ExitCode>;
  list(options: Output): Promise<ExitCode>;
  test(id: string): Promise<ExitCode>;
  rotate(id: string): Promise<ExitCode>;
  remove(id: string): Promise<ExitCode>;
  /** `sinceMs`: how long ago the first one was told. */
  replay(id: string, sinceMs: number): Promise<ExitCode>;
  /** Sends some events now, in order, and stops where one is not taken. */
  resend(id: string, some: Resent): Promise<ExitCode>;
  log(id: string, options: Output): Promise<ExitCode>;
}

/** Those of these types that were told since, or the one with this id. */
export interface Resent {
  readonly sinceMs?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly event?: string | undefined;
}

export interface WebhookCommandsOptions {
  readonly endpoints: Endpoints;
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
  readonly now?: () => number;
}

const mostLogged = 200;

export function createWebhookCommands({
  endpoints,
  database,
  streams: { stdout, stderr },
  now = Date.now,
}: WebhookCommandsOptions): WebhookCommands {
  const say = (words: string) => {
    stdout.write(`${words}\n`);
    return 0 as const;
  };
  const find = async (id: string) => (await endpoints.list()).find((one) => one.id === id);
  const unknown = (id: string) => {
    stderr.write(`No webhook has the id ${printable(JSON.stringify(id))}. See rasa-signup webhooks list.\n`);
    return 1 as const;
  };

  return {
    async add(endpoint, { json }) {
      const made = await endpoints.add(endpoint);
      if (json) return say(toJson(made));
      say(`${made.id}\n${made.secret}`);
      stderr.write('The second line is the secret that signs its messages. It is not shown again.\n');
      return 0;
    },

    async list({ json }) {
      const all = (await endpoints.list()).map(summaryOf);
      if (json ?? !stdout.isTTY) return say(toJson(all));
      if (all.length === 0) return say('There are no webhooks.');
      const rows = all.map((one) => [
        one.id,
        one.state,
        String(one.failures),
        one.events.join(', '),
        one.url,
      ]);
      return say(tableOf(['ID', 'STATE', 'FAILED', 'EVENTS', 'URL'], rows, { columns: stdout.columns ?? 0 }));
    },

    async test(id) {
      const target = (await find(id))?.target;
      if (!target) return unknown(id);
      const sender = new Sender({ now });
      const sent = await sender.send(target, newTestEvent(now()), new AbortController().signal);
      await sender.close();
      if (sent.is === 'delivered') return say(`Delivered: answered ${sent.status} after ${sent.tookMs} ms.`);
      stderr.write(`Not delivered: ${printable(sent.result)} after ${sent.tookMs} ms.\n`);
      return 1;
    },

    async rotate(id) {
      const secret = await endpoints.rotate(id);
      if (secret === undefined) return unknown(id);
      say(secret);
      stderr.write('For 24 hours the secret before it signs too. It is not shown again.\n');
      return 0;
    },

    async remove(id) {
      return (await endpoints.remove(id)) ? say('Removed.') : unknown(id);
    },

    async replay(id, sinceMs) {
      if (!(await endpoints.replay(id, now() - sinceMs))) return unknown(id);
      return say('The events since then are sent again, with the ids that they had.');
    },

    async resend(id, { sinceMs = 0, types = [], event: only }) {
      const endpoint = await find(id);
      const target = endpoint?.target;
      if (!target) return unknown(id);
      const sender = new Sender({ now });
      const newId = createIds(now);
      let count = 0;
      try {
        for await (const event of readEvents(database, { sinceMs: now() - sinceMs, only })) {
          if (only === undefined && !(isWanted(event, endpoint) && isAmong(event.type, types))) continue;
          const message = await messageOf(database, event, endpoint);
          const sent = await sender.send(target, message, new AbortController().signal);
          const attempt = attemptRow(newId(), { webhook: id, event: event.id, sent, atMs: now() });
          await database.write([{ into: webhookAttempts, rows: [attempt] }]);
          if (sent.is !== 'delivered') {
            stderr.write(
              `${event.id}: not taken, ${printable(sent.result)}. ${count} were sent before it.\n`,
            );
            return 1;
          }
          say(`${event.id}: answered ${sent.status} after ${sent.tookMs} ms.`);
          count++;
        }
      } finally {
        await sender.close();
      }
      if (count > 0) return 0;
      stderr.write('There is no such event; they are kept for 30 days.\n');
      return 1;
    },

    async log(id, { json }) {
      if (!(await find(id))) return unknown(id);
      const rows = await database.read({
        sql: sameSql(
          `select event, at, took_ms, status, result from webhook_attempts where webhook = ? order by id desc limit ${mostLogged}`,
        ),
        params: [id],
      });
      const attempts = rows.map((row) => ({
        at: new Date(Number(row['at'])).toISOString(),
        event: String(row['event']),
        status: Number(row['status']) === 0 ? null : Number(row['status']),
        tookMs: Number(row['took_ms']),
        result: String(row['result']),
      }));
      if (json ?? !stdout.isTTY) return say(toJson(attempts));
      if (attempts.length === 0) return say('Nothing was sent to it in the last three days.');
      const cells = attempts.map(({ at, result, tookMs, event }) => [at, result, `${tookMs} ms`, event]);
      return say(tableOf(['AT', 'RESULT', 'TOOK', 'EVENT'], cells, { columns: stdout.columns ?? 0 }));
    },
  };
}

const page = 100;

async function* readEvents(
  database: Pick<Database, 'read'>,
  { sinceMs, only }: { readonly sinceMs: number; readonly only: string | undefined },
): AsyncIterable<StoredEvent> {
  const [which, value] = only === undefined ? ['told_at >= ?', sinceMs] : ['id = ?', only];
  for (let after = 0; ;) {
    const rows = await database.read({
      sql: sameSql(
        `select ${eventColumns} from events where ${which} and seq > ? order by seq limit ${page}`,
      ),
      params: [value, after],
    });
    const events = rows.map(eventOf);
    yield* events;
    after = events.at(-1)?.seq ?? after;
    if (events.length < page) return;
  }
}

/** URLs often hold a secret of their receiver's in path or query. */
function summaryOf(endpoint: Endpoint) {
  const { id, account, types, state, reason, failures, dueMs, createdMs, withEmail, target } = endpoint;
  return {
    id,
    url: target === undefined ? 'cannot be read' : `${new URL(target.url).origin}/…`,
    account: account ?? null,
    events: types.length === 0 ? ['*'] : types,
    withEmail,
    state,
    reason: reason === '' ? null : reason,
    failures,
    nextAttempt: failures === 0 ? null : new Date(dueMs).toISOString(),
    created: new Date(createdMs).toISOString(),
  };
}
