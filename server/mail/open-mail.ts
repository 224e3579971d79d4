import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import type { Secret } from '../system/secret.ts';
import type { MailFrom, MailMessage } from './message.ts';
import { MailQueue } from './queue.ts';
import { openTransport } from './transport.ts';
import { MailWorker } from './worker.ts';

export interface MailOptions {
  readonly database: Database;
  readonly relay: Secret | undefined;
  readonly from: MailFrom;
  /** Where mails end without a relay. */
  readonly catchMail: ((message: MailMessage & { readonly from: MailFrom }) => void) | undefined;
  readonly log: Logger;
  /** Names this process to people. */
  readonly owner: string;
}

/** The queue, and the worker that empties it; without a relay, into the hands of `catchMail`. */
export interface Mail {
  readonly queue: MailQueue;
  readonly worker: Pick<MailWorker, 'wake' | 'stats'>;
  close(): Promise<void>;
}

/** `undefined` where nothing can send: a process that only reads. */
export function openMail({ relay, from, catchMail, ...options }: MailOptions): Mail | undefined {
  const queue = new MailQueue(options);
  const transport = relay && openTransport({ url: relay, from });
  const send =
    transport?.send ??
    (catchMail &&
      ((_id: string, message: MailMessage) => {
        catchMail({ ...message, from });
        return Promise.resolve({ is: 'sent' as const });
      }));
  if (!send) return undefined;
  const worker = new MailWorker({ ...options, queue, send });
  return {
    queue,
    worker,
    async close() {
      await worker.stop();
      await transport?.close();
    },
  };
}
