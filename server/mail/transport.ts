import type { Secret } from '../system/secret.ts';
import { isLoopback } from '../system/urls.ts';
import type { MailFrom, MailMessage, MailOutcome, SendMail } from './message.ts';

export interface TransportOptions {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: Secret;
  readonly from: MailFrom;
  readonly timeouts?: RelayTimeouts;
}

export interface RelayTimeouts {
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly idleMs: number;
}

export interface Transport {
  readonly send: SendMail;
  close(): Promise<void>;
}

/** Servers make strangers wait on purpose, some for half a minute. */
const defaultTimeouts = { connectMs: 15_000, greetingMs: 30_000, idleMs: 60_000 };

/**
 * A relay, through nodemailer: at most two connections, which stay open for a while. A password is never sent
 * unencrypted to another machine, and certificates are verified. Files and URLs are never read for a message.
 */
export function openTransport({ url, from, timeouts = defaultTimeouts }: TransportOptions): Transport {
  const open = async () => {
    // Loaded for the first mail: most starts send none.
    const { createTransport } = await import('nodemailer');
    return createTransport({
      pool: true,
      maxConnections: 2,
      maxMessages: 100,
      // What was not sent is in the queue, which knows better when to try again.
      maxRequeues: 0,
      ...connectionTo(url, timeouts),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    async send(id, message) {
      opened ??= open();
      try {
        await (await opened).sendMail(mailOf(id, message, from));
        return { is: 'sent' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async close() {
      (await opened)?.close();
    },
  };
}

/** Where a relay is, without its password. */
export function placeOf(url: Secret): { readonly host: string; readonly isLocal: boolean } {
  const { host, hostname } = new URL(url.reveal());
  return { host, isLocal: isLoopback(hostname) };
}

/** How a relay is reached, for nodemailer. */
export function connectionTo(url: Secret, timeouts: RelayTimeouts) {
  const { protocol, hostname, port, username, password } = new URL(url.reveal());
  const isImplicit = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isImplicit ? 465 : 587) : Number(port),
    secure: isImplicit,
    requireTLS: !isImplicit && username !== '' && !isLoopback(hostname),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.idleMs,
  };
}

function mailOf(id: string, { to, subject, text, html, lang, unsubscribe }: MailMessage, from: MailFrom) {
  return {
    // Objects: texts would be parsed as lists of addresses.
    from: { ...from },
    to: { name: '', address: to },
    subject,
    text,
    html,
    // The same at every attempt, so that mail programs show one message where two arrive.
    messageId: `<${id}@${from.address.split('@').at(-1) ?? ''}>`,
    headers: {
      'Content-Language': lang,
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribe !== undefined && {
        'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What only this message can be at fault for: its receiver, or its contents. */
const ofMessage = /^(RCPT TO|DATA|BDAT)$/;

export function outcomeOf(error: unknown): Exclude<MailOutcome, { is: 'sent' }> {
  const { code, responseCode, command } = faultOf(error);
  const reason = [code, responseCode, command].filter((part) => part !== undefined).join(' ') || 'unknown';
  // Before anything was sent: the address cannot be written in a way that the server takes.
  if (code === 'EENVELOPE' && responseCode === undefined) return { is: 'refused', reason };
  // 421 ends the connection, whatever it answers (RFC 5321 3.8).
  if (responseCode === undefined || responseCode < 400 || responseCode === 421) return { is: 'down', reason };
  const isOfMessage = code === 'EMESSAGE' || (command !== undefined && ofMessage.test(command));
  if (!isOfMessage) return { is: 'down', reason };
  return { is: responseCode >= 500 ? 'refused' : 'later', reason };
}

/** Codes only: words of a server quote addresses, and commands may hold a log-in behind the first word. */
function faultOf(error: unknown) {
  const { code, responseCode, command } = error as Partial<Record<string, unknown>>;
  return {
    code: typeof code === 'string' ? code : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    command: typeof command === 'string' ? /^(RCPT TO|MAIL FROM|\w+)/.exec(command)?.[0] : undefined,
  };
}
