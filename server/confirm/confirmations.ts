import type { Form } from '../forms/forms.ts';
import type { Added, Once, Outbox } from '../outbox/outbox.ts';
import type { Evidence, NewSignup } from '../outbox/signup.ts';
import { eventStatements } from '../events/events.ts';
import { confirmedEvent } from '../events/signups.ts';
import { sameSql, type Database, type WriteStatement } from '../store/database.ts';
import { ConstraintViolated, ExpectationFailed } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { confirmations as table } from '../store/schema/double-opt-in.ts';
import { createKeyedHash, type KeyedHash } from '../system/keyed-hash.ts';
import { isRightCode } from './code.ts';
import { Links } from './links.ts';
import { MailedPeople } from './mailed-people.ts';
import { confirmationOf, end, freshRow, select, states, type Confirmation } from './rows.ts';

export const lifetimeMs = 7 * 24 * 60 * 60_000;
/** How long it is known what became of a link. */
const keptMs = 90 * 24 * 60 * 60_000;
const mostTries = 5;

export interface ConfirmationsOptions {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'addAll' | 'addElsewhere'>;
  /** 32 bytes each, from the server secrets. */
  readonly keys: { readonly links: Uint8Array; readonly person: Uint8Array };
  /** Called where something is to be done in the background. */
  readonly onChange?: () => void;
  readonly onConfirmed?: (signup: NewSignup) => void;
  /** What else is written with the click, by the id of the sign-up. */
  readonly besideConfirmed?: (id: string) => readonly WriteStatement[];
  /** The account of sign-ups that name none, for events. */
  readonly firstAccount: string;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** How a confirmation stands, as far as the form that waits may know. */
export type Standing = 'waiting' | 'confirmed' | 'wrong' | 'locked';

/** What a link leads to. */
export type Linked =
  | { readonly is: 'waiting'; readonly form: string; readonly lang: string | undefined }
  | { readonly is: 'over' | 'confirmed'; readonly form: string; readonly lang: string | undefined };

/**
 * Sign-ups that wait for their click. Accepting one writes the same row for every address; what becomes of it
 * (a mail, or none because the address is blocked, waits already or got enough) is decided in the background,
 * so that neither the answer nor its time tells anything. Every sign-up has a row and a ticket of its own.
 * Where the same address waits at a form already, the first sign-up stays as it is and is the one that is
 * confirmed: whoever sends it again can change, prolong or end nothing.
 */
export class Confirmations {
  readonly #options: ConfirmationsOptions;
  readonly #links: Links;
  readonly #mailed: MailedPeople;
  readonly #personHash: KeyedHash;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(options: ConfirmationsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#links = new Links(options.keys.links);
    this.#mailed = new MailedPeople({ database: options.database, key: options.keys.person });
    this.#personHash = createKeyedHash(options.keys.person);
    this.#newId = createIds(this.#now);
  }

  /**
   * Stores a sign-up until it is confirmed. Resolves when that would survive a power cut. `ticket` is what
   * the form that waits asks with.
   */
  async hold(
    signup: NewSignup,
    { form, lang, once }: { readonly form: Form; readonly lang: string; readonly once: Once },
  ): Promise<{ readonly added: Added; readonly ticket: string }> {
    const person = this.#personOf(signup.contact.email);
    const store = async (id: string) => {
      const row = freshRow({ id, form, person, signup, lang }, this.#now());
      const added = await this.#options.outbox.addElsewhere({ into: table, rows: [row] }, once);
      if (added === 'stored') this.#options.onChange?.();
      return { added, ticket: this.#links.issue('ticket', id) };
    };
    if (once.retry === undefined) return store(this.#newId());
    try {
      return await store(this.#links.idOfRetry(once.retry));
    } catch (error) {
      // The row of a first try stays for longer than it is known as one.
      if (!(error instanceof ConstraintViolated)) throw error;
      return store(this.#newId());
    }
  }

  /**
   * The ticket that a first try got; `undefined` where that did not have to be confirmed. By the name of the
   * try alone: whose address it is tells nothing, since others may have sent it, too.
   */
  async ticketOf(retry: string): Promise<string | undefined> {
    const own = await this.#find(this.#links.idOfRetry(retry));
    return own && this.#links.issue('ticket', own.id);
  }

  /** How the sign-up with this ticket stands; `undefined` for a text that is no ticket. */
  async standing(ticket: string): Promise<Standing | undefined> {
    const id = this.#links.read('ticket', ticket);
    if (id === undefined) return undefined;
    const found = await this.#findWithMain(id);
    return found?.main?.state === states.confirmed ? 'confirmed' : 'waiting';
  }

  /**
   * Tries the six digits of the mail. After five wrong ones with a ticket, or for a sign-up, only the link
   * counts; that of another ticket is not said, since it would tell whether the address waits elsewhere.
   */
  async tryCode(ticket: string, code: string): Promise<Standing | undefined> {
    const id = this.#links.read('ticket', ticket);
    if (id === undefined) return undefined;
    const found = await this.#findWithMain(id);
    if (!found) return 'waiting';
    const { own, main = own } = found;
    if (main.state === states.confirmed) return 'confirmed';
    if (own.tries >= mostTries) return 'locked';
    const isOpen = main.tries < mostTries && main.state === states.mailed && !this.#isExpired(main);
    const isCounted = await this.#countTry(own.id, isOpen ? main.id : own.id);
    if (isOpen && isCounted.own && isCounted.main && isRightCode(code, main.held?.code)) {
      return (await this.#confirm(main, 'code')) ? 'confirmed' : 'waiting';
    }
    return !isCounted.own || own.tries + 1 >= mostTries ? 'locked' : 'wrong';
  }

  /** Asks for the mail again. Whether it is sent is decided in the background, and not said. */
  async askAgain(ticket: string): Promise<boolean> {
    const id = this.#links.read('ticket', ticket);
    if (id === undefined) return false;
    const found = await this.#findWithMain(id);
    await this.#options.database.write([
      {
        sql: sameSql('update confirmations set again = 1, due = ? where id = ? and state = 1'),
        params: [this.#now(), found?.main?.id ?? id],
      },
    ]);
    this.#options.onChange?.();
    return true;
  }

  /** What the link of a mail leads to. Changes nothing. `undefined`: none of ours, or long over. */
  async look(kind: 'confirm' | 'not me', link: string): Promise<Linked | undefined> {
    const id = this.#links.read(kind, link);
    const found = id === undefined ? undefined : await this.#find(id);
    if (!found) return undefined;
    const { form, state, held } = found;
    const lang = held?.lang;
    if (state === states.confirmed) return { is: 'confirmed', form, lang };
    return { is: state === states.mailed && !this.#isExpired(found) ? 'waiting' : 'over', form, lang };
  }

  /** The click: the contact goes to the outbox now, in the same write. Again it says the same. */
  async confirm(link: string): Promise<'confirmed' | 'over'> {
    const id = this.#links.read('confirm', link);
    const found = id === undefined ? undefined : await this.#find(id);
    if (!found) return 'over';
    if (found.state === states.confirmed) return 'confirmed';
    if (found.state !== states.mailed || this.#isExpired(found)) return 'over';
    return (await this.#confirm(found, 'link')) ? 'confirmed' : 'over';
  }

  /** "Not me": no such mail for 90 days, and what waits for the address goes. */
  async refuse(link: string): Promise<boolean> {
    const id = this.#links.read('not me', link);
    const found = id === undefined ? undefined : await this.#find(id);
    if (!found) return false;
    const { database } = this.#options;
    const nowMs = this.#now();
    const waiting = await this.#read('where person = ? and state in (0, 1)', [found.person]);
    await database.write([
      ...this.#mailed.block(found.held?.signup.contact.email ?? found.person, nowMs),
      ...waiting.map((one) => {
        const ended = end(one, { state: states.refused, due: nowMs + keptMs, keyId: database.keyId });
        // Where it was confirmed just now, that counts.
        return { sql: ended.sql, params: ended.params ?? [] };
      }),
    ]);
    return true;
  }

  async #confirm({ id, held }: Confirmation, by: 'link' | 'code'): Promise<boolean> {
    if (!held) return false;
    const { database, outbox, besideConfirmed = () => [] } = this.#options;
    const nowMs = this.#now();
    const { signup, confirmedAt } = held;
    const time = confirmedAt === undefined ? {} : { [confirmedAt]: new Date(nowMs).toISOString() };
    const evidence = { ...(signup.evidence ?? noEvidence), confirmed: { by, atMs: nowMs } };
    const whole = { ...signup, id, evidence, contact: { ...signup.contact, ...time } };
    const { form, account = this.#options.firstAccount } = signup;
    const told = confirmedEvent({ id, form, confirmedMs: nowMs }, account);
    const ended = end({ id }, { state: states.confirmed, due: nowMs + keptMs, keyId: database.keyId });
    try {
      await outbox.addAll([whole], [ended, ...besideConfirmed(id), ...eventStatements([told], nowMs)]);
      this.#options.onConfirmed?.(signup);
      return true;
    } catch (error) {
      // Two clicks at once: the row that the other one added is there already, or the state has changed.
      if (!(error instanceof ExpectationFailed || error instanceof ConstraintViolated)) throw error;
      return (await this.#find(id))?.state === states.confirmed;
    }
  }

  /**
   * Whether this try was within the allowed number, of each. Before the code is compared, so that tries that
   * come together are counted too. The same statements in each case, so that their time tells nothing.
   */
  async #countTry(own: string, main: string): Promise<{ readonly own: boolean; readonly main: boolean }> {
    const sql = sameSql(`update confirmations set tries = tries + 1 where id = ? and tries < ${mostTries}`);
    const ids = [own, main === own ? '' : main];
    const results = await this.#options.database.write(ids.map((id) => ({ sql, params: [id] })));
    const [isOwn = false, isMain = false] = results.map(({ count }) => count === 1);
    return { own: isOwn, main: main === own ? isOwn : isMain };
  }

  /**
   * With the one whose mail the person has, `undefined` where that is gone. In one read in each case, so that
   * its time tells nothing.
   */
  async #findWithMain(
    id: string,
  ): Promise<{ readonly own: Confirmation; readonly main: Confirmation | undefined } | undefined> {
    const rows = await this.#read('where id in (?, (select repeats from confirmations where id = ?))', [
      id,
      id,
    ]);
    const own = rows.find((row) => row.id === id);
    if (!own) return undefined;
    return { own, main: own.state === states.repeat ? rows.find((row) => row.id === own.repeats) : own };
  }

  async #find(id: string): Promise<Confirmation | undefined> {
    return (await this.#read('where id = ?', [id]))[0];
  }

  async #read(rest: string, params: readonly (string | number | Uint8Array)[]): Promise<Confirmation[]> {
    return (await this.#options.database.read(select(rest, params))).map(confirmationOf);
  }

  #isExpired({ createdMs }: Confirmation): boolean {
    return createdMs + lifetimeMs <= this.#now();
  }

  #personOf(email: string): Uint8Array {
    return Buffer.from(this.#personHash(email.toLowerCase()), 'latin1');
  }
}

/** Of sign-ups that began to wait before receipts were kept. */
const noEvidence: Evidence = { lang: '', wording: '', network: '', ticked: [] };
