import { shortened } from '../../forms/mailboxes.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { Database, WriteStatement } from '../../store/database.ts';
import { ExpectationFailed } from '../../store/errors.ts';
import { createIds } from '../../store/ids.ts';
import { leavings as table } from '../../store/schema/leaving.ts';
import { createKeyedHash, type KeyedHash } from '../../system/keyed-hash.ts';
import { forgettingConfirmations } from '../forgetting.ts';
import { Links } from '../links.ts';
import { leavingForm } from '../receipts/recorder.ts';
import { newslettersOf, type Newsletter, type NewslettersOptions } from './newsletters.ts';
import { put, readLeavings, states, type Held, type Leaving } from './rows.ts';

export interface LeavingsOptions extends NewslettersOptions {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'addChange'>;
  /** 32 bytes each, from the server secrets. */
  readonly keys: { readonly links: Uint8Array; readonly person: Uint8Array };
  /** Called where a link was asked for. */
  readonly onAsked?: () => void;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** What a link to leave leads to. */
export interface Left {
  /** Of the mail, BCP 47. */
  readonly lang: string;
  /** As `shortened` writes it; empty once everything is erased. */
  readonly address: string;
  readonly newsletters: readonly Pick<Newsletter, 'account' | 'isOn'>[];
  readonly isErased: boolean;
}

/** Two buttons pressed at once: one of them finds the row changed, and looks again. */
const attempts = 5;

/**
 * The page to leave. Asking for a link writes the same row for every address; whether a mail follows is
 * decided in the background, so that neither the answer nor its time tells who is subscribed. What a link's
 * page is asked to do waits in the outbox behind the person's own sign-ups, and is done once.
 */
export class Leavings {
  readonly #options: LeavingsOptions;
  readonly #links: Links;
  readonly #personHash: KeyedHash;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(options: LeavingsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#links = new Links(options.keys.links);
    this.#personHash = createKeyedHash(options.keys.person);
    this.#newId = createIds(this.#now);
  }

  /** Asks for a link. Resolves when that would survive a power cut, and rejects with `StoreUnavailable`. */
  async ask(email: string, lang: string): Promise<void> {
    const person = this.#personOf(email);
    const held: Held = { email, lang, left: [] };
    const times = { due: this.#now(), mailed_at: 0, turn: 0 };
    const row = { id: this.#newId(), person, state: states.fresh, ...times, payload: held };
    await this.#options.database.write([{ into: table, rows: [row] }]);
    this.#options.onAsked?.();
  }

  /** What the link leads to. Changes nothing. `undefined`: none of ours, or over. */
  async look(link: string): Promise<Left | undefined> {
    const found = await this.#find(link);
    return found && this.#tell(found);
  }

  /**
   * Unsubscribes the person from an account, by its name, and returns what the link leads to then. Where
   * there is nothing to unsubscribe from, nothing is done.
   */
  async unsubscribe(link: string, account: string): Promise<Left | undefined> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.#find(link);
      if (!found) return undefined;
      const told = await this.#tell(found);
      if (!told.newsletters.some((one) => one.account === account && one.isOn)) return told;
      const { held } = found;
      const left = [...held.left, account];
      const keyId = this.#options.database.keyId;
      try {
        await this.#add(found, { kind: 'unsubscribe', account }, [
          put(found, { state: states.mailed, held: { ...held, left }, keyId }),
        ]);
      } catch (error) {
        if (!(error instanceof ExpectationFailed) || attempt === attempts) throw error;
      }
    }
  }

  /**
   * Erases the person in every account, also in those of which nothing is known here, and what is kept here
   * of them. Whether the link holds.
   */
  async erase(link: string): Promise<boolean> {
    const { database, destinations } = this.#options;
    const found = await this.#find(link);
    if (!found) return false;
    if (found.state === states.erased) return true;
    const { person, held } = found;
    const nothing: Held = { email: '', lang: held.lang, left: [] };
    const last = [
      put(found, { state: states.erased, held: nothing, keyId: database.keyId }),
      ...(await forgettingConfirmations(database, person, (email) => this.#personOf(email))),
    ];
    const accounts = [...destinations.keys()];
    try {
      for (const [index, account] of accounts.entries()) {
        const beside = index === accounts.length - 1 ? last : [];
        await this.#add(found, { kind: 'erase', account }, beside);
      }
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      // Another click has done it, or something else with this link: then it has to be asked again.
      return (await this.#find(link))?.state === states.erased || this.erase(link);
    }
    return true;
  }

  async #add(
    { person }: Leaving,
    { kind, account }: { readonly kind: 'unsubscribe' | 'erase'; readonly account: string },
    beside: readonly WriteStatement[],
  ): Promise<void> {
    const newsletters = await newslettersOf(this.#options, person);
    const wasDelivered = newsletters.some((one) => one.account === account && one.isThere);
    const change = { kind, wasDelivered };
    const id = this.#newId();
    await this.#options.outbox.addChange(
      { id, form: leavingForm, account, person, change, fields: {} },
      beside,
    );
  }

  async #tell({ person, held, state }: Leaving & { readonly held: Held }): Promise<Left> {
    const isErased = state === states.erased;
    const all = isErased ? [] : await newslettersOf(this.#options, person);
    return {
      lang: held.lang,
      address: isErased ? '' : shortened(held.email),
      newsletters: all.map(({ account, isOn }) => ({
        account,
        isOn: isOn && !held.left.includes(account),
      })),
      isErased,
    };
  }

  #personOf(email: string): Uint8Array {
    return Buffer.from(this.#personHash(email.toLowerCase()), 'latin1');
  }

  async #find(link: string): Promise<(Leaving & { readonly held: Held }) | undefined> {
    const id = this.#links.read('leave', link);
    if (id === undefined) return undefined;
    const [found] = await readLeavings(this.#options.database, 'where id = ? and state > 0 and due > ?', [
      id,
      this.#now(),
    ]);
    return found?.held && { ...found, held: found.held };
  }
}
