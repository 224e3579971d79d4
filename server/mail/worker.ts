import type { Logger } from 'pino';
import type { Database, Statement } from '../store/database.ts';
import { LeasedLoop } from '../store/leasing/leased-loop.ts';
import type { MailOutcome, SendMail } from './message.ts';
import type { MailQueue, QueuedMail } from './queue.ts';

export interface MailWorkerOptions {
  readonly database: Database;
  readonly queue: MailQueue;
  readonly send: SendMail;
  readonly log: Logger;
  /** Names this process to people. */
  readonly owner: string;
  readonly lookEveryMs?: number;
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

export interface MailStats {
  readonly sent: number;
  readonly refused: number;
  /** Why nothing can be sent at the moment. */
  readonly down: string | undefined;
}

/** Of the lease, and of the signals that something was added. */
const name = 'mail';
const atOnce = 2;
const claimedAtOnce = 20;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** A server that greylists wants a minute or some (RFC 6647); who asks earlier may wait longer. */
const firstLaterMs = 60_000;
const longestLaterMs = 60 * 60_000;
const tidyEveryMs = 60 * 60_000;

/**
 * Sends what waits in the queue, two messages at once. Of all processes that share the store one does so, by
 * a lease. A relay that cannot be reached, encrypted or logged in to opens the circuit: nothing is sent for a
 * while that doubles, then one message is tried. A receiver that wants a message later (4xx) holds up that
 * one alone, and one that refuses it (5xx) makes it a dead letter. A crash between the relay's answer and the
 * note of it sends a message twice, never none.
 */
export class MailWorker {
  readonly #options: MailWorkerOptions;
  readonly #loop: LeasedLoop;
  readonly #lookEveryMs: number;
  readonly #now: () => number;
  readonly #monotonicMs: () => number;
  readonly #random: () => number;
  #failures = 0;
  #pausedUntilMs = 0;
  #tidiedMs = -Infinity;
  #sent = 0;
  #refused = 0;
  #down: string | undefined;

  constructor(options: MailWorkerOptions) {
    const { database, owner, log } = options;
    this.#options = options;
    this.#lookEveryMs = options.lookEveryMs ?? 1000;
    this.#now = options.now ?? Date.now;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#loop = new LeasedLoop({ database, name, owner, log });
    this.#loop.start(() => this.#run());
  }

  /** Says that something was added. */
  wake(): void {
    this.#loop.wake();
  }

  stats(): MailStats {
    return { sent: this.#sent, refused: this.#refused, down: this.#down };
  }

  /** Waits for the messages under way, and until it is written what became of them. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #run(): Promise<void> {
    while (!this.#loop.isStopping) {
      try {
        await this.#turn();
      } catch (error) {
        this.#options.log.error({ err: error }, 'The mail queue cannot be used; it is tried again.');
        await this.#loop.sleeper.sleep(this.#lookEveryMs, ['stopping']);
      }
    }
  }

  async #turn(): Promise<void> {
    this.#loop.sleeper.forget('lease');
    if (!this.#loop.lease.held) {
      await this.#loop.sleeper.sleep(this.#lookEveryMs, ['stopping', 'lease']);
      return;
    }
    const pausedForMs = this.#pausedUntilMs - this.#monotonicMs();
    if (pausedForMs > 0) {
      await this.#loop.sleeper.sleep(pausedForMs, ['stopping', 'lease']);
      return;
    }
    this.#loop.sleeper.forget('added');
    const mails = await this.#options.queue.due(this.#failures > 0 ? 1 : claimedAtOnce);
    if (mails.length > 0) {
      await this.#sendAll(mails);
      return;
    }
    await this.#tidy();
    await this.#loop.sleeper.sleep(this.#lookEveryMs, ['stopping', 'lease', 'added']);
  }

  /** What is not tried stays as it is, to be claimed again by the process that may. */
  async #sendAll(mails: readonly QueuedMail[]): Promise<void> {
    const left = [...mails];
    const failures = this.#failures;
    const lane = async () => {
      for (let mail = left.shift(); mail; mail = left.shift()) {
        if (this.#loop.isStopping || this.#failures > failures || !this.#loop.lease.held) return;
        await this.#settle(await this.#carry(mail));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  /** Tries one message, and returns what is to be written about it. */
  async #carry(mail: QueuedMail): Promise<Statement> {
    const { queue, send, log } = this.#options;
    if (!mail.message) return queue.unreadable(mail);
    if (mail.untilMs <= this.#now()) {
      log.warn({ mail: mail.id }, 'A mail could not be sent in time and is given up.');
      return queue.failed(mail, 'expired');
    }
    const outcome = await send(mail.id, mail.message);
    this.#noteCircuit(outcome);
    switch (outcome.is) {
      case 'sent':
        this.#sent++;
        return queue.sent(mail);
      case 'later':
        log.info({ mail: mail.id, reason: outcome.reason }, 'The receiver of a mail wants it later.');
        return queue.later(mail, this.#backoffMs(mail.attempts));
      case 'down':
        return queue.later(mail, 0);
      case 'refused':
        this.#refused++;
        log.warn({ mail: mail.id, reason: outcome.reason }, 'A mail was refused for good.');
        return queue.failed(mail, outcome.reason);
    }
  }

  #noteCircuit(outcome: MailOutcome): void {
    const { log } = this.#options;
    if (outcome.is !== 'down') {
      if (this.#down !== undefined) log.info('Mail can be sent again.');
      this.#failures = 0;
      this.#down = undefined;
      return;
    }
    if (this.#down === undefined) log.error({ reason: outcome.reason }, 'No mail can be sent; it waits.');
    this.#down = outcome.reason;
    const spanMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++);
    this.#pausedUntilMs = this.#monotonicMs() + this.#jittered(spanMs);
  }

  /**
   * Until it is written: what was sent and not noted would be sent again. Whoever holds the lease by then, it
   * is true.
   */
  async #settle(statement: Statement): Promise<void> {
    const { database, log } = this.#options;
    for (;;) {
      try {
        await database.write([statement], { settling: true });
        return;
      } catch (error) {
        if (this.#loop.isStopping) throw error;
        log.error({ err: error }, 'What became of a mail is not written yet; it is tried again.');
        await this.#loop.sleeper.sleep(this.#lookEveryMs, ['stopping']);
      }
    }
  }

  async #tidy(): Promise<void> {
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#tidiedMs < tidyEveryMs) return;
    this.#tidiedMs = nowMs;
    await this.#options.database.write([this.#options.queue.tidy()], { settling: true });
  }

  #backoffMs(attempts: number): number {
    return this.#jittered(Math.min(longestLaterMs, firstLaterMs * 2 ** attempts));
  }

  /** Between half of the span and all of it. */
  #jittered(spanMs: number): number {
    return spanMs * (0.5 + this.#random() / 2);
  }
}
