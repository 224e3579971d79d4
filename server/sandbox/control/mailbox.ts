import type { EventEmitter } from 'node:events';

/** A mail of the product, as it would have left. */
export interface CaughtMail {
  readonly to: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly lang: string;
  readonly unsubscribe?: string | undefined;
}

export interface KeptMail extends CaughtMail {
  /** From 1, in the order of arrival. */
  readonly id: number;
  /** In ms since 1970. */
  readonly at: number;
}

interface MailboxOptions {
  /** Told of every mail, for pages that are being looked at. */
  readonly changes: EventEmitter<{ change: [] }>;
  readonly now: () => number;
}

const keptMails = 200;

/** The mails that the product would have sent, in memory only. */
export class Mailbox {
  readonly #options: MailboxOptions;
  #mails: readonly KeptMail[] = [];
  #count = 0;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  add(mail: CaughtMail): void {
    this.#count++;
    const kept = { ...mail, id: this.#count, at: this.#options.now() };
    this.#mails = [kept, ...this.#mails].slice(0, keptMails);
    this.#options.changes.emit('change');
  }

  /** Newest first. */
  get all(): readonly KeptMail[] {
    return this.#mails;
  }

  find(id: number): KeptMail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }
}
