import { expect, onTestFinished, vi } from 'vitest';
import { Confirmations, type ConfirmationsOptions } from '../../../server/confirm/confirmations.ts';
import { openUnblocking } from '../../../server/confirm/unblocking.ts';
import { ConfirmationWorker } from '../../../server/confirm/worker.ts';
import { createForms } from '../../../server/forms/forms.ts';
import { newsletter } from '../../../server/forms/built-in.ts';
import type { MailMessage } from '../../../server/mail/message.ts';
import { MailQueue } from '../../../server/mail/queue.ts';
import type { Once } from '../../../server/outbox/outbox.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { catchMails } from './caught-mails.ts';
import type { Place } from './engines.ts';
import { openTestOutbox } from './outbox.ts';
import { countRows, quiet } from './store.ts';

const soon = { timeout: 20_000, interval: 20 };
const address = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;

/**
 * Double opt-in without its pages, with a clock that a test moves. `processes` look after the same store;
 * what they send is in `sent`, by the kind of link.
 */
export async function openMovedConfirmations(place: Place, { reminds = true, processes = 1 } = {}) {
  let nowMs = Date.now();
  const now = () => nowMs;
  const { database, outbox } = await openTestOutbox({ place, now });
  const secrets = new ServerSecrets({ database });
  const keys = { links: await secrets.get('confirmation links'), person: await secrets.get('person') };
  const specs = ['letter', 'other'].map((id) => ({ ...newsletter, id, confirm: 'always' as const }));
  const forms = createForms({ specs, address, proof: false, thankYouPages: [] });
  const sent: MailMessage[] = [];
  const workers: ConfirmationWorker[] = [];
  for (let count = 0; count < processes; count++) {
    const own = count === 0 ? database : await openStore({ log: quiet, ...place });
    const queue = new MailQueue({ database: own, now });
    const parts = { database: own, queue, log: quiet, owner: `process ${count}`, lookEveryMs: 20, now };
    const mails = catchMails(parts, sent);
    const worker = new ConfirmationWorker({
      ...parts,
      onMail: () => {
        mails.wake();
      },
      forms,
      keys,
      publicUrl: () => 'https://signup.example.com',
      from: { name: 'Harbour', address: 'news@example.com' },
      reminds,
      firstAccount: 'main',
    });
    workers.push(worker);
    onTestFinished(async () => {
      await Promise.all([worker.stop(), mails.stop()]);
      if (own !== database) await own.close();
    });
  }
  const open = (room: ConfirmationsOptions['outbox']) =>
    new Confirmations({
      database,
      outbox: room,
      keys,
      firstAccount: 'main',
      onChange: () => {
        for (const worker of workers) worker.wake();
      },
      now,
    });
  const confirmations = open(outbox);
  const countOf = (from: string) => countRows(database, from);
  /** Until everything that is due has been decided about and sent. */
  const settled = () =>
    vi.waitFor(async () => {
      expect(await countOf(`confirmations where due <= ${nowMs}`)).toBe(0);
      expect(await countOf('mails')).toBe(0);
    }, soon);
  const hold = async (by: Confirmations, email: string, id: string, once: Once) => {
    const form = forms.find(id);
    if (!form) throw new Error(`There is no form ${id}.`);
    const held = await by.hold({ form: id, contact: { email } }, { form, lang: 'en', once });
    await settled();
    return held.ticket;
  };
  return {
    confirmations,
    sent,
    settled,
    countOf,
    waitingAtRasa: () => countOf('signups'),
    unblock: await openUnblocking(database),
    /** Moves the clock, and looks after what is due then. */
    pass: async (ms: number) => {
      nowMs += ms;
      await settled();
    },
    signUp: (email: string, id = 'letter', once: Once = {}) => hold(confirmations, email, id, once),
    /** The same, long after what was sent before is known. */
    signUpLater: (email: string, once: Once) => {
      const forgetful = open({
        addAll: outbox.addAll.bind(outbox),
        addElsewhere: (insert) => database.write([insert]).then(() => 'stored' as const),
      });
      return hold(forgetful, email, 'letter', once);
    },
    /** What is in a mail to be pressed. */
    linkIn: (message: MailMessage | undefined) =>
      /\/confirm\/(\S+)/.exec(message?.text ?? '')?.[1] ?? 'no link',
    notMeIn: (message: MailMessage | undefined) =>
      /\/not-me\/(\S+)/.exec(message?.text ?? '')?.[1] ?? 'no link',
    codeIn: (message: MailMessage | undefined) => /\b\d{6}\b/.exec(message?.text ?? '')?.[0] ?? 'no code',
    mailsTo: (email: string) => sent.filter(({ to }) => to === email),
  };
}
