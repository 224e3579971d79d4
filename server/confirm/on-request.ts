import type { Messages } from '../../shared/messages/messages.ts';
import type { Form, Forms } from '../forms/forms.ts';
import { wordsOfTag } from '../forms/languages.ts';
import type { PersonHash } from '../outbox/person-hash.ts';
import type { Evidence, Hold } from '../outbox/signup.ts';
import type { Database, Statement } from '../store/database.ts';
import { confirmations as table } from '../store/schema/double-opt-in.ts';
import { lifetimeMs } from './confirmations.ts';
import { forgettingConfirmations } from './forgetting.ts';
import { Wordings } from './receipts/wordings.ts';
import { freshRow } from './rows.ts';

/** Whose mail asks, and in which language. */
export interface Request {
  /** The first of the account by default. */
  readonly form?: string | undefined;
  /** BCP 47; the first of the form by default, or where the form does not speak it. */
  readonly lang?: string | undefined;
}

export interface OnRequestOptions {
  readonly database: Database;
  readonly forms: Pick<Forms, 'all'>;
  /** The account of forms that name none. */
  readonly firstAccount: string;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** A list must not stand in the way of visitors who wait for their mail: five a second. */
const apartMs = 200;

/**
 * Double opt-in for contacts of applications and files: they wait as sign-ups of forms do, and get the mail
 * of a form. Nobody knows what the person was told elsewhere, so their receipt has the texts of the mail.
 */
export class ConfirmationOnRequest {
  readonly #options: OnRequestOptions;
  readonly #wordings: Wordings;
  readonly #now: () => number;
  /** When the next one gets its mail. */
  #nextMs = 0;

  constructor(options: OnRequestOptions) {
    this.#options = options;
    this.#wordings = new Wordings(options);
    this.#now = options.now ?? Date.now;
  }

  /** How long a contact waits for its click. */
  readonly lifetimeMs = lifetimeMs;

  /** `undefined` where the account has no such form. Rejects as `Database.write` does. */
  async for(account: string, { form: id, lang }: Request): Promise<Hold | undefined> {
    const { forms, firstAccount } = this.#options;
    const form = forms
      .all()
      .find((one) => (one.account ?? firstAccount) === account && (id === undefined || one.id === id));
    const words = form && wordsIn(form, lang);
    if (!words) return undefined;
    const evidence: Evidence = {
      lang: words.lang,
      wording: await this.#wordings.hashOfMail(form, words),
      network: '',
      ticked: [],
      attribute: form.consentReceipt,
    };
    return (contacts) => ({
      into: table,
      rows: contacts.map(({ signup, person }) => {
        const atMs = Math.max(this.#now(), this.#nextMs);
        this.#nextMs = atMs + apartMs;
        const { id: own } = signup;
        return freshRow({ id: own, form, person, signup: { ...signup, evidence }, lang: words.lang }, atMs);
      }),
    });
  }

  /** What an erasure takes away, see `forgettingConfirmations`. */
  forgetting(person: Uint8Array, hashOf: PersonHash): Promise<readonly Statement[]> {
    return forgettingConfirmations(this.#options.database, person, hashOf);
  }
}

function wordsIn({ languages }: Pick<Form, 'languages'>, lang = ''): Messages | undefined {
  const wanted = wordsOfTag(lang)?.lang;
  return languages.find((words) => words.lang === wanted) ?? languages[0];
}
