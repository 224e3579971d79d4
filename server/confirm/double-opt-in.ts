import type { Logger } from 'pino';
import type { Forms } from '../forms/forms.ts';
import { openMail, type MailOptions } from '../mail/open-mail.ts';
import type { NewSignup } from '../outbox/signup.ts';
import type { Database } from '../store/database.ts';
import type { ServerSecrets } from '../store/server-secrets.ts';
import { Confirmations, type ConfirmationsOptions } from './confirmations.ts';
import { ConfirmationWorker } from './worker.ts';

export interface DoubleOptInOptions extends Pick<MailOptions, 'relay' | 'from' | 'catchMail'> {
  readonly database: Database;
  readonly outbox: ConfirmationsOptions['outbox'];
  readonly secrets: Pick<ServerSecrets, 'get'>;
  readonly reminds: boolean;
  /** The account of sign-ups that name none, for events. */
  readonly firstAccount: string;
  readonly log: Logger;
  /** Names this process to people. */
  readonly owner: string;
}

/** What visitors reach. */
interface Visited {
  readonly forms: Pick<Forms, 'find'>;
  /** Called for each sign-up that is confirmed at this process. */
  readonly countConfirmed: (signup: NewSignup) => void;
}

/** Everything between an accepted sign-up that has to be confirmed and its click, mail included. */
export interface DoubleOptIn {
  readonly confirmations: Confirmations;
  /** Begins to write and send mails. `publicUrl` is where visitors reach the proxy, without a slash. */
  start(front: Visited, publicUrl: string): void;
  close(): Promise<void>;
}

export async function openDoubleOptIn(options: DoubleOptInOptions): Promise<DoubleOptIn> {
  const { secrets } = options;
  const keys = { links: await secrets.get('confirmation links'), person: await secrets.get('person') };
  const mail = openMail(options);
  let worker: ConfirmationWorker | undefined;
  let countConfirmed: Visited['countConfirmed'] | undefined;
  const confirmations = new Confirmations({
    ...options,
    keys,
    onChange: () => worker?.wake(),
    onConfirmed: (signup) => countConfirmed?.(signup),
  });
  return {
    confirmations,
    start(front, publicUrl) {
      ({ countConfirmed } = front);
      if (!mail) return;
      worker = new ConfirmationWorker({
        ...options,
        forms: front.forms,
        publicUrl: () => publicUrl,
        queue: mail.queue,
        onMail: () => {
          mail.worker.wake();
        },
        linkKey: keys.links,
      });
    },
    async close() {
      await worker?.stop();
      await mail?.close();
    },
  };
}
