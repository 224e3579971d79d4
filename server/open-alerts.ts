import type { Logger } from 'pino';
import { readKeyNotes, statesOf } from './accounts/keys/key-notes.ts';
import { Alerts } from './alerts/alerts.ts';
import { Causes, type CausesOptions } from './alerts/causes.ts';
import { FormNotes, type NotedForm } from './alerts/form-notes.ts';
import { AlertKeeper } from './alerts/keeper.ts';
import { NoteQueue } from './alerts/queue.ts';
import { StoreAlerts } from './alerts/store-alerts.ts';
import { alertTargets, createPost, formTargets } from './alerts/targets.ts';
import type { Config } from './config/config.ts';
import { Sender } from './events/webhooks/sender.ts';
import type { Form, Forms } from './forms/forms.ts';
import type { SendMail } from './mail/message.ts';
import type { MailOptions } from './mail/open-mail.ts';
import { openTransport } from './mail/transport.ts';
import type { OperatorState } from './operator/verdict.ts';
import type { Database } from './store/database.ts';
import type { Secret } from './system/secret.ts';

export interface OpenAlertsOptions extends Pick<CausesOptions, 'destinations'> {
  readonly config: Pick<Config, 'alerts' | 'mail' | 'publicUrl'>;
  readonly database: Database;
  /** Of this process. */
  readonly storeFault: () => OperatorState['storeFault'];
  /** Where mails end without a relay. */
  readonly catchMail: MailOptions['catchMail'];
  /** Names this process to people. */
  readonly owner: string;
  readonly log: Logger;
}

export interface OpenAlerts {
  /** Begins to look. */
  start(forms: Pick<Forms, 'all'>): void;
  close(): Promise<void>;
}

/** What tells the operator, and those whom forms name, without being asked. */
export function openAlerts(options: OpenAlertsOptions): OpenAlerts {
  const { config, database, destinations, storeFault, owner, log } = options;
  const targets = alertTargets(config.alerts);
  const page = config.publicUrl && `${config.publicUrl}/operator`;
  const sender = new Sender();
  const { sendMail, closeMail } = openSending(options);
  const post = createPost({ sender, sendMail });
  const faultOfStore = () => {
    const fault = storeFault();
    return fault === 'outbox_full' ? undefined : fault;
  };
  let alerts: Alerts | undefined;

  return {
    start(forms) {
      const queue = new NoteQueue({ database, post, log });
      const noted = () => forms.all().flatMap((form) => notedForm(form, config.alerts.webhookSecret) ?? []);
      const causes = new Causes({
        database,
        destinations,
        readStates: async () => statesOf((await readKeyNotes(database)).notes, Date.now()),
        isOutboxFull: () => storeFault() === 'outbox_full',
      });
      const keeper = new AlertKeeper({ database, read: () => causes.read(), queue, targets, page });
      alerts = new Alerts({
        database,
        keeper: targets.length > 0 ? keeper : { look: () => Promise.resolve() },
        formNotes: new FormNotes({ database, queue, forms: noted }),
        storeAlerts: new StoreAlerts({ post, targets, fault: faultOfStore, page, log }),
        queue,
        isWanted: () => targets.length > 0 || noted().length > 0,
        isStoreFaulty: () => faultOfStore() !== undefined,
        owner,
        log,
      });
    },
    async close() {
      await alerts?.close();
      await sender.close();
      await closeMail();
    },
  };
}

function notedForm({ id, notify }: Form, secret: Secret | undefined): NotedForm | undefined {
  return notify && { id, targets: formTargets(notify, secret), addresses: notify.addresses };
}

/** Straight to the relay: an alert that the store is full cannot wait in the store. */
function openSending({ config, catchMail }: Pick<OpenAlertsOptions, 'config' | 'catchMail'>): {
  readonly sendMail: SendMail | undefined;
  readonly closeMail: () => Promise<void>;
} {
  const { relay, from } = config.mail;
  const transport = relay && openTransport({ url: relay, from });
  if (transport) {
    return {
      sendMail: (...mail) => transport.send(...mail),
      closeMail: () => transport.close(),
    };
  }
  const sendMail: SendMail | undefined =
    catchMail &&
    ((_id, message) => {
      catchMail({ ...message, from });
      return Promise.resolve({ is: 'sent' });
    });
  return { sendMail, closeMail: () => Promise.resolve() };
}
