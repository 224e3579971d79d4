import type { Logger } from 'pino';
import { wordsOfTag } from '../forms/languages.ts';
import type { Forms } from '../forms/forms.ts';
import { eventStatements } from '../events/events.ts';
import { pendingEvent } from '../events/signups.ts';
import { senderOf, type MailFrom } from '../mail/message.ts';
import type { MailQueue } from '../mail/queue.ts';
import type { Database, WriteStatement } from '../store/database.ts';
import { createIds } from '../store/ids.ts';
import { DueRows } from '../store/leasing/due-rows.ts';
import { lifetimeMs } from './confirmations.ts';
import { letterOf } from './letter.ts';
import { Links } from './links.ts';
import { dayMs, MailedPeople, type Mailed } from './mailed-people.ts';
import { confirmationOf, deletion, end, put, select, states, type Confirmation } from './rows.ts';

export interface ConfirmationWorkerOptions {
  readonly database: Database;
  readonly queue: MailQueue;
  /** Wakes whoever sends. */
  readonly onMail: () => void;
  readonly forms: Pick<Forms, 'find'>;
  /** 32 bytes each, from the server secrets. */
  readonly keys: { readonly links: Uint8Array; readonly person: Uint8Array };
  /** Without a trailing slash. */
  readonly publicUrl: () => string;
  readonly from: MailFrom;
  readonly reminds: boolean;
  /** The account of sign-ups that name none, for events. */
  readonly firstAccount: string;
  readonly log: Logger;
  readonly owner: string;
  readonly lookEveryMs?: number;
  readonly now?: () => number;
}

const name = 'confirmations';
const atOnce = 50;
/** A row whose key is not given is looked at again. */
const unreadableForMs = 10 * 60_000;
const tidyEveryMs = 60 * 60_000;

/**
 * Decides in the background what becomes of sign-ups that have to be confirmed, one after the other, in one
 * process by a lease: writes their mail, reminds, and removes what is over.
 */
export class ConfirmationWorker {
  readonly #options: ConfirmationWorkerOptions;
  readonly #links: Links;
  readonly #mailed: MailedPeople;
  readonly #due: DueRows<Confirmation>;
  readonly #newId: () => string;
  readonly #now: () => number;
  #tidiedMs = 0;

  constructor(options: ConfirmationWorkerOptions) {
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
      read: () => this.#readDue(),
      decide: (one) => this.#decide(one),
      onDecided: onMail,
      fault: 'Confirmations cannot be looked after; it is tried again.',
    });
  }

  wake(): void {
    this.#due.wake();
  }

  stop(): Promise<void> {
    return this.#due.stop();
  }

  async #readDue(): Promise<readonly Confirmation[]> {
    await this.#tidy();
    const rows = await this.#options.database.read(
      select(`where due <= ? order by due, id limit ${atOnce}`, [this.#now()]),
    );
    return rows.map(confirmationOf);
  }

  async #tidy(): Promise<void> {
    const nowMs = this.#now();
    if (Math.abs(nowMs - this.#tidiedMs) < tidyEveryMs) return;
    this.#tidiedMs = nowMs;
    await this.#options.database.write([this.#mailed.tidy(nowMs)], { settling: true });
  }

  async #decide(one: Confirmation): Promise<readonly WriteStatement[]> {
    const nowMs = this.#now();
    const expiresMs = one.createdMs + lifetimeMs;
    if (one.state > states.mailed || expiresMs <= nowMs) return [deletion(one)];
    if (one.isUnreadable) return [put(one, { due: nowMs + unreadableForMs })];
    const { held } = one;
    if (!held) return [deletion(one)];
    const person = await this.#mailed.find(held.signup.contact.email, nowMs);
    return one.state === states.fresh ? this.#decideFresh(one, person) : this.#decideMailed(one, person);
  }

  async #decideFresh(one: Confirmation, person: Mailed): Promise<readonly WriteStatement[]> {
    const { database, forms } = this.#options;
    const expiresMs = one.createdMs + lifetimeMs;
    const { keyId } = database;
    const [earlier] = await database.read(
      select(
        'where form = ? and person = ? and state = 1 and created_at > ? order by created_at, id limit 1',
        [one.form, one.person, this.#now() - lifetimeMs],
      ),
    );
    if (earlier) {
      const first = confirmationOf(earlier);
      const repeat = end(one, { state: states.repeat, due: expiresMs, keyId, repeats: first.id });
      return this.#mayMail(person) ? [repeat, ...this.#mail(first, person, false)] : [repeat];
    }
    if (person.isBlocked || person.nextMs === undefined || !forms.find(one.form))
      return [end(one, { state: states.silent, due: expiresMs, keyId })];
    if (person.nextMs > this.#now()) return [put(one, { due: person.nextMs })];
    return [
      put(one, { state: states.mailed, due: this.#nextDue(one) }),
      ...this.#mail(one, person, false),
      ...this.#pending(one),
    ];
  }

  #pending({ id, form, createdMs, held }: Confirmation): readonly WriteStatement[] {
    const account = held?.signup.account ?? this.#options.firstAccount;
    const told = { id, form: held?.signup.form ?? form, pendingMs: createdMs };
    return eventStatements([pendingEvent(told, account)], this.#now());
  }

  #decideMailed(one: Confirmation, person: Mailed): readonly WriteStatement[] {
    const isReminder = !one.isAskedAgain && !one.isReminded && this.#options.reminds;
    const wants = one.isAskedAgain || (isReminder && this.#now() >= one.createdMs + dayMs);
    const isReminded = one.isReminded || isReminder;
    const settled = put(one, {
      again: 0,
      reminded: isReminded ? 1 : 0,
      due: this.#nextDue({ ...one, isReminded }),
    });
    return wants && this.#mayMail(person) ? [settled, ...this.#mail(one, person, isReminder)] : [settled];
  }

  #nextDue({ createdMs, isReminded }: Pick<Confirmation, 'createdMs' | 'isReminded'>): number {
    return createdMs + (this.#options.reminds && !isReminded ? dayMs : lifetimeMs);
  }

  #mayMail({ isBlocked, nextMs }: Mailed): boolean {
    return !isBlocked && nextMs !== undefined && nextMs <= this.#now();
  }

  /** The mail, and the note that the address got it. */
  #mail(one: Confirmation, person: Mailed, isReminder: boolean): readonly WriteStatement[] {
    const { queue, forms, from, publicUrl } = this.#options;
    const form = forms.find(one.form);
    if (!form || !one.held) return [];
    const { signup, code, lang } = one.held;
    const message = letterOf({
      form,
      words: wordsOfTag(lang) ?? form.languages[0] ?? missing(),
      to: signup.contact.email,
      code,
      links: {
        confirm: `${publicUrl()}/confirm/${this.#links.issue('confirm', one.id)}`,
        notMe: `${publicUrl()}/not-me/${this.#links.issue('not me', one.id)}`,
      },
      sender: senderOf(from),
      isReminder,
    });
    const nowMs = this.#now();
    const id = this.#newId();
    return [
      queue.insert(id, message, one.createdMs + lifetimeMs),
      ...this.#mailed.noteMail(signup.contact.email, person, nowMs),
    ];
  }
}

function missing(): never {
  throw new Error('A form has no language.');
}
