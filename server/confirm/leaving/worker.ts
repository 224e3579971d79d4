import type { Logger } from 'pino';
import { en } from '../../../shared/messages/en.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import type { MailFrom } from '../../mail/message.ts';
import type { MailQueue } from '../../mail/queue.ts';
import { sameSql, type Database, type WriteStatement } from '../../store/database.ts';
import { createIds } from '../../store/ids.ts';
import { DueRows } from '../../store/leasing/due-rows.ts';
import { Links } from '../links.ts';
import { againAfterMs, dayMs, MailedPeople, mostADay } from '../mailed-people.ts';
import { leaveLetterOf } from './letter.ts';
import { newslettersOf, type NewslettersOptions } from './newsletters.ts';
import { lifetimeMs, readLeavings, states, type Leaving } from './rows.ts';

export interface LeavingWorkerOptions extends NewslettersOptions {
  readonly database: Database;
  readonly queue: MailQueue;
  /** Wakes whoever sends. */
  readonly onMail: () => void;
  /** 32 bytes each, from the server secrets. */
  readonly keys: { readonly links: Uint8Array; readonly person: Uint8Array };
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly from: MailFrom;
  readonly log: Logger;
  readonly owner: string;
  readonly lookEveryMs?: number;
  /** Unix time in ms. */
  readonly now?: () => number;
}

const name = 'leavings';
const atOnce = 50;
/** A row whose key is not given is looked at again. */
const unreadableForMs = 10 * 60_000;

/**
 * Decides in the background who gets the link that was asked for: people of whom something is known here, who
 * have not said "not me", once in two minutes and three times a day. One process does so, by a lease. Of
 * everybody else nothing is kept.
 */
export class LeavingWorker {
  readonly #options: LeavingWorkerOptions;
  readonly #links: Links;
  readonly #mailed: MailedPeople;
  readonly #due: DueRows<Leaving>;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(options: LeavingWorkerOptions) {
    const { database, owner, log, lookEveryMs, onMail } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#links = new Links(options.keys.links);
    this.#mailed = new MailedPeople({ database, key: options.keys.person });
    this.#newId = createIds(this.#now);
    this.#due = new DueRows({
      database,
      name,
      owner,
      log,
      lookEveryMs,
      read: () => readLeavings(database, `where due <= ? order by due, id limit ${atOnce}`, [this.#now()]),
      decide: (one) => this.#decide(one),
      onDecided: onMail,
      fault: 'Links to leave cannot be looked after; it is tried again.',
    });
  }

  wake(): void {
    this.#due.wake();
  }

  stop(): Promise<void> {
    return this.#due.stop();
  }

  async #decide(one: Leaving): Promise<readonly WriteStatement[]> {
    const nowMs = this.#now();
    const gone = [{ sql: sameSql('delete from leavings where id = ?'), params: [one.id] }];
    // What waits for a day was asked for by somebody who has given up.
    if (one.state !== states.fresh || one.due + dayMs <= nowMs) return gone;
    if (!one.held) {
      const sql = sameSql('update leavings set due = ? where id = ?');
      return [{ sql, params: [nowMs + unreadableForMs, one.id] }];
    }
    if (!(await this.#mayMail(one.person, one.held.email))) return gone;
    if ((await newslettersOf(this.#options, one.person)).length === 0) return gone;
    const { queue, from, publicUrl } = this.#options;
    const message = leaveLetterOf({
      words: wordsOfTag(one.held.lang) ?? en,
      to: one.held.email,
      link: `${publicUrl}/leave/${this.#links.issue('leave', one.id)}`,
      from,
    });
    const untilMs = nowMs + lifetimeMs;
    return [
      {
        sql: sameSql('update leavings set state = ?, due = ?, mailed_at = ? where id = ? and state = ?'),
        params: [states.mailed, untilMs, nowMs, one.id, states.fresh],
        expect: 1,
      },
      queue.insert(this.#newId(), message, untilMs),
    ];
  }

  async #mayMail(person: Uint8Array, email: string): Promise<boolean> {
    const { database } = this.#options;
    const nowMs = this.#now();
    const [row] = await database.read({
      sql: sameSql(
        'select count(*) as mails, coalesce(max(mailed_at), 0) as last from leavings where person = ? and mailed_at > ?',
      ),
      params: [person, nowMs - dayMs],
    });
    if (Number(row?.['mails']) >= mostADay || Number(row?.['last']) + againAfterMs > nowMs) return false;
    return !(await this.#mailed.find(email, nowMs)).isBlocked;
  }
}
