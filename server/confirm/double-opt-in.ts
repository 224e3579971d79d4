import type { Logger } from 'pino';
import type { Forms } from '../forms/forms.ts';
import { openMail, type MailOptions } from '../mail/open-mail.ts';
import type { NewSignup } from '../outbox/signup.ts';
import type { Database } from '../store/database.ts';
import type { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { Confirmations, type ConfirmationsOptions } from './confirmations.ts';
import { Leavings, type LeavingsOptions } from './leaving/leavings.ts';
import { LeavingWorker } from './leaving/worker.ts';
import { ConfirmationWorker } from './worker.ts';

export interface DoubleOptInOptions
  extends
    Pick<MailOptions, 'relay' | 'from' | 'catchMail'>,
    Pick<LeavingsOptions, 'people' | 'destinations'>,
    Pick<ConfirmationsOptions, 'besideConfirmed'> {
  readonly database: Database;
  readonly outbox: ConfirmationsOptions['outbox'] & LeavingsOptions['outbox'];
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

/** Everything between an accepted sign-up that has to be confirmed and its click, the way out, and mail. */
export interface DoubleOptIn {
  readonly confirmations: Confirmations;
  /** `undefined` where no mail can be sent. */
  readonly leavings: Leavings | undefined;
  /** Begins to write and send mails. `publicUrl` is where visitors reach the proxy, without a slash. */
  start(front: Visited, publicUrl: string): void;
  close(): Promise<void>;
}

export async function openDoubleOptIn(options: DoubleOptInOptions): Promise<DoubleOptIn> {
  const { secrets } = options;
  const keys = { links: await secrets.get('confirmation links'), person: await secrets.get('person') };
  const mail = openMail(options);
  let worker: ConfirmationWorker | undefined;
  let leavingWorker: LeavingWorker | undefined;
  let visited: Visited | undefined;
  const confirmations = new Confirmations({
    ...options,
    keys,
    onChange: () => worker?.wake(),
    onConfirmed: (signup) => {
      // An application's is not of the form whose mail asked.
      if (visited?.forms.find(signup.form)) visited.countConfirmed(signup);
    },
  });
  const leavings = mail && new Leavings({ ...options, keys, onAsked: () => leavingWorker?.wake() });
  return {
    confirmations,
    leavings,
    start(front, publicUrl) {
      visited = front;
      if (!mail) return;
      const onMail = () => {
        mail.worker.wake();
      };
      const parts = { ...options, queue: mail.queue, onMail, keys };
      worker = new ConfirmationWorker({ ...parts, forms: front.forms, publicUrl: () => publicUrl });
      leavingWorker = new LeavingWorker({ ...parts, publicUrl });
    },
    async close() {
      await Promise.all([worker?.stop(), leavingWorker?.stop()]);
      await mail?.close();
    },
  };
}
