import type { IssueCode } from '../../shared/signup.ts';
import type { HeldContact, Hold, NewSignup, StickyState } from '../outbox/signup.ts';
import type { NewRow, WriteStatement } from '../store/database.ts';
import { sentContacts } from '../store/tables.ts';
import { isGiven, type ReadItem, type Ref } from './items.ts';
import { sentByApplication, sentRow, unconfirmed, type Latest } from './sent-contacts.ts';

/** What became of one item of a request. */
export interface Result {
  readonly ref: Ref | null;
  /** `null` where nothing is stored. */
  readonly id: string | null;
  /**
   * `pending`: stored, and waits for the click of whose address it is. `duplicate`: the last item with this
   * `ref` had the same contents; nothing more was stored.
   */
  readonly status: 'accepted' | 'pending' | 'duplicate' | 'left_alone' | 'invalid';
  /** With `left_alone`: why. Others who have left are only known when the contact is to be delivered. */
  readonly state?: StickyState;
  /** With `invalid`: the first field that is wrong; absent where the item is not an object. */
  readonly field?: string;
  readonly issue?: IssueCode;
}

/** What is known of an item beside what it says. */
export interface About {
  /** Of its `ref`; empty without. */
  readonly refHash: string;
  /** Of its contents; empty without a `ref`. */
  readonly content: string;
  readonly person: Uint8Array;
  readonly sticky: readonly StickyState[];
  /** With it the contact waits for a click; `null`: it has to, and cannot. */
  readonly hold: Hold | null | undefined;
}

interface BatchOptions {
  readonly account: string;
  /** The last contact of each `ref`, by its hash. */
  readonly latest: Map<string, Latest>;
  /** The states from which contacts with `consent` are brought back. */
  readonly resubscribe: readonly StickyState[];
  readonly unconfirmedForMs: number;
  readonly newId: () => string;
  readonly nowMs: number;
}

/** Decides what becomes of the items of one request, in their order, and gathers what is to be stored. */
export class Batch {
  readonly #options: BatchOptions;
  readonly #sent: NewRow[] = [];
  readonly #held = new Map<Hold, HeldContact[]>();
  /** For the outbox. */
  readonly signups: HeldContact['signup'][] = [];

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  add(item: ReadItem, about: About): Result {
    const { account, latest, newId, nowMs } = this.#options;
    if (item.is === 'invalid') {
      const { ref, field, issue } = item;
      return { ref, id: null, status: 'invalid', ...(field !== undefined && { field }), issue };
    }
    const { ref, contact, consent } = item;
    const { refHash, content, person, hold } = about;
    if (hold === null) return { ref, id: null, status: 'invalid', field: 'confirm', issue: 'unknown' };
    const before = latest.get(refHash);
    const resubscribe = isGiven(consent) ? this.#options.resubscribe : [];
    const state = about.sticky.find((each) => !resubscribe.includes(each));
    if (before?.content === content) {
      if (before.ended === '' || (hold && this.#isPending(before)))
        return { ref, id: before.id, status: 'duplicate' };
      if (state !== undefined) return { ref, id: before.id, status: 'left_alone', state };
    }
    const id = newId();
    const turn = refHash === '' ? 0 : (before?.turn ?? 0) + 1;
    const ended = state ?? (hold ? unconfirmed : '');
    const one: Latest = { id, turn, content, ended, sentMs: nowMs };
    if (refHash !== '') latest.set(refHash, one);
    this.#sent.push(sentRow({ ...one, account, ref: refHash, person }));
    if (state !== undefined) return { ref, id, status: 'left_alone', state };
    const signup: NewSignup & { readonly id: string } = {
      id,
      form: sentByApplication,
      account,
      contact,
      consent,
      resubscribe,
    };
    if (!hold) {
      this.signups.push(signup);
      return { ref, id, status: 'accepted' };
    }
    const held = this.#held.get(hold) ?? [];
    this.#held.set(hold, [...held, { signup, person }]);
    return { ref, id, status: 'pending' };
  }

  /** What is written beside the sign-ups. */
  statements(): readonly WriteStatement[] {
    return [
      ...(this.#sent.length > 0 ? [{ into: sentContacts, rows: this.#sent }] : []),
      ...[...this.#held].map(([hold, contacts]) => hold(contacts)),
    ];
  }

  #isPending({ ended, sentMs }: Latest): boolean {
    return ended === unconfirmed && sentMs + this.#options.unconfirmedForMs > this.#options.nowMs;
  }
}
