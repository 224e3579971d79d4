import { randomBytes } from 'node:crypto';
import { sameSql, Unreadable, type Database, type Row, type Statement } from '../../store/database.ts';
import { ExpectationFailed } from '../../store/errors.ts';
import { createIds } from '../../store/ids.ts';
import { webhooks as table } from '../../store/schema/webhooks.ts';
import { readNumbers } from '../feed.ts';
import type { Target } from './sender.ts';

/** An endpoint that events are sent to. Times are Unix time in ms. */
export interface Endpoint {
  readonly id: string;
  /** By its name; `undefined` for all. */
  readonly account: string | undefined;
  /** All where it is empty. */
  readonly types: readonly string[];
  readonly state: 'active' | 'disabled';
  readonly reason: string;
  readonly position: number;
  readonly failures: number;
  readonly failingSinceMs: number;
  readonly dueMs: number;
  readonly createdMs: number;
  /** Whether its messages have addresses, as far as they are known. */
  readonly withEmail: boolean;
  /** `undefined` where it cannot be opened. */
  readonly target: Target | undefined;
}

interface Payload {
  readonly url: string;
  readonly mayBePrivate: boolean;
  /** Absent in rows of earlier versions. */
  readonly withEmail?: boolean;
  readonly secret: string;
  /** Sign too until then, while receivers change over; the newest first. */
  readonly previous?: readonly Previous[];
}

interface Previous {
  readonly secret: string;
  readonly untilMs: number;
}

export type NewEndpoint = Pick<Payload, 'url' | 'mayBePrivate' | 'withEmail'> &
  Pick<Endpoint, 'account' | 'types'>;

/** How long the secret before a rotation signs too. */
const rotationMs = 24 * 60 * 60_000;
/** Signatures share one header. */
const mostPrevious = 9;
/** Of as many at one moment each has its turn. */
const rotationAttempts = 10;

/** The endpoints, with their URLs and secrets sealed: a URL often holds a secret of its receiver's. */
export class Endpoints {
  readonly #database: Pick<Database, 'read' | 'write' | 'keyId'>;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor(options: {
    readonly database: Pick<Database, 'read' | 'write' | 'keyId'>;
    readonly now?: () => number;
  }) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
  }

  /** Gets events from now on. The secret is not shown again. */
  async add({
    url,
    mayBePrivate,
    withEmail = false,
    account = '',
    types,
  }: NewEndpoint): Promise<{ id: string; secret: string }> {
    const [id, secret] = [this.#newId(), newSecret()];
    const { last } = await readNumbers(this.#database);
    const payload: Payload = { url, mayBePrivate, withEmail, secret };
    const nothing = { reason: '', failures: 0, failing_since: 0, due: 0 };
    const row = { ...nothing, id, account, types: types.join(' '), state: 'active', position: last };
    await this.#database.write([{ into: table, rows: [{ ...row, created_at: this.#now(), payload }] }]);
    return { id, secret };
  }

  async list(): Promise<readonly Endpoint[]> {
    const rows = await this.#database.read({
      sql: sameSql(
        `select ${[...Object.keys(table.columns), 'key_id', 'payload'].join(', ')} from webhooks order by id`,
      ),
      opens: table,
    });
    return rows.map((row) => endpointOf(row, this.#now()));
  }

  /** Whether any gets events. */
  async areAny(): Promise<boolean> {
    const [row] = await this.#database.read({
      sql: sameSql(`select 1 as found from webhooks where state = 'active' limit 1`),
    });
    return row !== undefined;
  }

  /**
   * The new secret; those before it sign too for a day, also the one of another rotation at the same moment.
   * `undefined` where there is no such endpoint.
   */
  async rotate(id: string): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      const [row] = await this.#database.read({
        sql: sameSql('select id, key_id, payload, payload as sealed from webhooks where id = ?'),
        params: [id],
        opens: table,
      });
      const before = row?.['payload'];
      if (!row || before === undefined || before instanceof Unreadable) return undefined;
      const { secret, payload } = rotated(before as Payload, this.#now());
      try {
        await this.#database.write([
          {
            sql: sameSql('update webhooks set key_id = ?, payload = ? where id = ? and payload = ?'),
            params: [this.#database.keyId, { seal: payload, table, id }, id, row['sealed'] as Uint8Array],
            expect: 1,
          },
        ]);
        return secret;
      } catch (error) {
        // It was removed, or rotated: then with the secret that came between.
        if (!(error instanceof ExpectationFailed) || attempt === rotationAttempts) throw error;
      }
    }
  }

  async remove(id: string): Promise<boolean> {
    const [result] = await this.#database.write([
      { sql: sameSql('delete from webhooks where id = ?'), params: [id] },
      { sql: sameSql('delete from webhook_attempts where webhook = ?'), params: [id] },
    ]);
    return result?.count === 1;
  }

  /** Sends events that were told since then again, behind what it has not taken yet, and enables it. */
  async replay(id: string, sinceMs: number): Promise<boolean> {
    const text = `
      update webhooks set state = 'active', reason = '', failures = 0, failing_since = 0, due = 0,
        position = coalesce((select min(seq) - 1 from events where told_at >= ? and seq <= webhooks.position), position)
      where id = ?`;
    const [result] = await this.#database.write([{ sql: sameSql(text), params: [sinceMs, id] }]);
    return result?.count === 1;
  }
}

/** How an endpoint stands after attempts: for the write of who holds the lease. */
export function progress(id: string, to: Omit<Progress, 'id'>, from: number): Statement {
  const text = `update webhooks set position = ?, failures = ?, failing_since = ?, due = ?, state = ?, reason = ?
    where id = ? and position = ?`;
  const { position, failures, failingSinceMs, dueMs, state, reason } = to;
  return {
    sql: sameSql(text),
    params: [position, failures, failingSinceMs, dueMs, state, reason, id, from],
  };
}

export type Progress = Pick<
  Endpoint,
  'id' | 'position' | 'failures' | 'failingSinceMs' | 'dueMs' | 'state' | 'reason'
>;

function rotated(before: Payload, nowMs: number): { readonly secret: string; readonly payload: Payload } {
  const secret = newSecret();
  const previous = [{ secret: before.secret, untilMs: nowMs + rotationMs }, ...signingStill(before, nowMs)];
  return { secret, payload: { ...before, secret, previous: previous.slice(0, mostPrevious) } };
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function endpointOf(row: Row, nowMs: number): Endpoint {
  const number = (name: string) => Number(row[name]);
  const { payload } = row;
  return {
    id: String(row['id']),
    account: row['account'] === '' ? undefined : String(row['account']),
    types: String(row['types'])
      .split(' ')
      .filter((type) => type !== ''),
    state: row['state'] === 'active' ? 'active' : 'disabled',
    reason: String(row['reason']),
    position: number('position'),
    failures: number('failures'),
    failingSinceMs: number('failing_since'),
    dueMs: number('due'),
    createdMs: number('created_at'),
    withEmail: !(payload instanceof Unreadable) && (payload as Payload).withEmail === true,
    target: payload instanceof Unreadable ? undefined : targetOf(payload as Payload, nowMs),
  };
}

function targetOf(payload: Payload, nowMs: number): Target {
  const { url, mayBePrivate, secret } = payload;
  return { url, mayBePrivate, secrets: [secret, ...signingStill(payload, nowMs).map((one) => one.secret)] };
}

/** Rows of earlier versions have one alone. */
function signingStill({ previous }: Pick<Payload, 'previous'>, nowMs: number): readonly Previous[] {
  return [(previous ?? []) as Previous | readonly Previous[]].flat().filter(({ untilMs }) => untilMs > nowMs);
}
