import type { MailMessage } from '../../../server/mail/message.ts';
import { MailWorker, type MailWorkerOptions } from '../../../server/mail/worker.ts';

/** A mail worker whose messages go into `sent` in place of a relay. */
export function catchMails(options: Omit<MailWorkerOptions, 'send'>, sent: MailMessage[]): MailWorker {
  return new MailWorker({
    ...options,
    send: (_id, message) => {
      sent.push(message);
      return Promise.resolve({ is: 'sent' });
    },
  });
}
