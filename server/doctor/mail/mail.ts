import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { mailHtml } from '../../mail/html.ts';
import { tryRelay } from '../../mail/relay-check.ts';
import { openTransport, placeOf } from '../../mail/transport.ts';
import type { Secret } from '../../system/secret.ts';
import { fault, fine, note, warning, type Finding } from '../finding.ts';
import { checkDomain } from './domain.ts';
import type { Names } from './names.ts';

export interface MailCheckOptions {
  readonly names: Names;
  /** Who gets a mail; nobody by default. */
  readonly to: string | undefined;
}

/** Whether mails can be sent, and whether receivers believe that they are from `MAIL_FROM`. */
export async function checkMail(
  { relay, from, dkimSelector: selector }: Config['mail'],
  { names, to }: MailCheckOptions,
): Promise<readonly Finding[]> {
  if (!relay) {
    const nothing = 'SMTP_URL and MAIL_FROM are not set: no mail is sent.';
    return [to === undefined ? note(nothing) : fault(nothing, 'Set both to send one.')];
  }
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1).toLowerCase();
  const [reached, told] = await Promise.all([checkRelay(relay), checkDomain(domain, { names, selector })]);
  return [reached, ...told, ...(to === undefined ? [] : [await send(relay, from, to)])];
}

async function checkRelay(relay: Secret): Promise<Finding> {
  const { host, isLocal } = placeOf(relay);
  const tried = await tryRelay(relay);
  if (tried.is === 'fault')
    return fault(`The relay ${host} cannot be used: ${tried.reason}.`, remedyFor(tried.reason));
  const login = tried.isLoggedIn ? 'takes the log-in' : 'asks for no log-in';
  if (tried.isEncrypted)
    return fine(`The relay ${host} ${login}, encrypted (TLS, its certificate is valid).`);
  const what = `The relay ${host} ${login}, without encryption.`;
  return isLocal
    ? fine(what)
    : warning(
        what,
        'Everybody on the way can read the mails and their links. Use a relay with STARTTLS, or smtps://.',
      );
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^(EAUTH|ENOAUTH)/,
    'Check user name and password in SMTP_URL; characters such as @ or / are written as %40, %2F.',
  ],
  [
    /^ETLS/,
    'A password is sent only over a verified connection: check name and certificate of the relay, or use smtps://.',
  ],
  [/^EDNS/, 'Check the name of the relay in SMTP_URL.'],
  [
    /^(ESOCKET|ECONNECTION|ETIMEDOUT)/,
    'Check host and port in SMTP_URL, its certificate, and whether a firewall lets this machine send mail.',
  ],
];

function remedyFor(reason: string): string {
  return (
    remedies.find(([pattern]) => pattern.test(reason))?.[1] ??
    'Ask the operator of the relay what this means.'
  );
}

async function send(url: Secret, from: Config['mail']['from'], to: string): Promise<Finding> {
  if (!/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(to)) return fault('--mail: this is not one address.');
  const transport = openTransport({ url, from });
  const text =
    'This mail was sent by `rasa-signup doctor --mail`. In its headers, Authentication-Results says whether SPF, DKIM and DMARC passed.';
  try {
    const outcome = await transport.send(randomUUID(), {
      to,
      subject: 'A mail from rasa-signup doctor',
      text,
      html: mailHtml`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>rasa-signup doctor</title></head><body><p>${text}</p></body></html>
`.toString(),
      lang: 'en',
    });
    return outcome.is === 'sent'
      ? fine(
          'The relay took a mail. Look into its headers there: Authentication-Results names spf, dkim and dmarc.',
        )
      : fault(`The relay did not take a mail: ${outcome.reason}.`, remedyFor(outcome.reason));
  } finally {
    await transport.close();
  }
}
