import type { Sender, Sent } from '../events/webhooks/sender.ts';
import type { MailOutcome, SendMail } from '../mail/message.ts';
import type { Secret } from '../system/secret.ts';
import { mailOf, slackBody, webhookBody, type Note } from './notes.ts';

/** Where a note goes. Kept sealed where it waits: a URL is often a secret of its receiver's. */
export type Target =
  | { readonly is: 'webhook'; readonly url: string; readonly secret?: string | undefined }
  | { readonly is: 'slack'; readonly url: string }
  | { readonly is: 'mail'; readonly to: string };

/** What the settings say of alerts. */
interface AlertsConfig {
  readonly webhook: Secret | undefined;
  readonly webhookSecret: Secret | undefined;
  readonly slack: Secret | undefined;
  readonly mailTo: readonly string[];
}

export function alertTargets({ webhook, webhookSecret, slack, mailTo }: AlertsConfig): readonly Target[] {
  return [
    ...(webhook ? [{ is: 'webhook', url: webhook.reveal(), secret: webhookSecret?.reveal() } as const] : []),
    ...(slack ? [{ is: 'slack', url: slack.reveal() } as const] : []),
    ...mailTo.map((to) => ({ is: 'mail', to }) as const),
  ];
}

interface FormNotify {
  readonly mail: string | undefined;
  readonly webhook: string | undefined;
  readonly slack: string | undefined;
}

export function formTargets(
  { mail, webhook, slack }: FormNotify,
  secret: Secret | undefined,
): readonly Target[] {
  return [
    ...(webhook === undefined ? [] : [{ is: 'webhook', url: webhook, secret: secret?.reveal() } as const]),
    ...(slack === undefined ? [] : [{ is: 'slack', url: slack } as const]),
    ...(mail === undefined ? [] : [{ is: 'mail', to: mail } as const]),
  ];
}

/** `gone`: there is no point in trying again. The reasons hold no URL and no address. */
export type Posted =
  | { readonly is: 'sent' }
  | { readonly is: 'later'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly is: 'gone'; readonly reason: string };

/** Sends one note; `id` is the same at every attempt. Never rejects. */
export type Post = (target: Target, id: string, note: Note, stop: AbortSignal) => Promise<Posted>;

export interface PostOptions {
  readonly sender: Pick<Sender, 'send'>;
  /** `undefined` where no mail is set up. */
  readonly sendMail: SendMail | undefined;
}

export function createPost({ sender, sendMail }: PostOptions): Post {
  return async (target, id, note, stop) => {
    if (target.is === 'mail') {
      if (!sendMail) return { is: 'later', reason: 'no mail is set up (SMTP_URL)' };
      return ofMail(await sendMail(id, mailOf(note, target.to)));
    }
    const isPlain = target.is === 'webhook';
    const secrets = isPlain && target.secret !== undefined ? [target.secret] : [];
    const message = { id: `note_${id.replaceAll('-', '')}`, body: (isPlain ? webhookBody : slackBody)(note) };
    // The operator's own setting names it, which may well be a chat server in the same network.
    return ofSent(await sender.send({ url: target.url, secrets, mayBePrivate: true }, message, stop));
  };
}

function ofSent(sent: Sent): Posted {
  if (sent.is === 'delivered') return { is: 'sent' };
  if (sent.is === 'gone') return { is: 'gone', reason: sent.result };
  return { is: 'later', reason: sent.result, afterMs: sent.afterMs };
}

function ofMail(outcome: MailOutcome): Posted {
  if (outcome.is === 'sent') return outcome;
  return { is: outcome.is === 'refused' ? 'gone' : 'later', reason: outcome.reason };
}

/** How long to wait after so many failures in a row. */
export function pauseAfter(failures: number, afterMs = 0): number {
  return Math.max(afterMs, Math.min(60 * 60_000, 5000 * 3 ** failures));
}
