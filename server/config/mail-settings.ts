import { z } from 'zod';
import { readUrl } from '../system/urls.ts';
import type { Secret } from '../system/secret.ts';
import { secretSetting, setting, type Setting } from './setting.ts';
import { addressPattern, text } from './setting-schemas.ts';

/** Who a mail is from, as MAIL_FROM has it. */
export interface Sender {
  readonly name: string;
  readonly address: string;
}

export interface MailConfig {
  /** `undefined`: in development the sandbox catches the mails. */
  readonly relay: Secret | undefined;
  readonly from: Sender;
  readonly reminds: boolean;
  /** For `doctor`. */
  readonly dkimSelector: string | undefined;
}

const senderPattern = new RegExp(
  `^(?:"?([^"<>\\p{Cc}]*?)"?\\s*<(${addressPattern})>|(${addressPattern}))$`,
  'iu',
);

const sender: z.ZodType<Sender, string> = text.max(300).transform((value, context) => {
  const [, name = '', inBrackets, bare] = senderPattern.exec(value.trim()) ?? [];
  const found = inBrackets ?? bare;
  if (found !== undefined) return { name: name.trim(), address: found };
  context.addIssue('not an address');
  return z.NEVER;
});

/** Without query: a relay's options are not part of its address. */
function isMailRelay(value: string): boolean {
  const url = readUrl(value);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') return false;
  const isPlain = /^\/?$/.test(url.pathname) && url.search === '' && url.hash === '';
  return (
    isPlain && (url.username !== '') === (url.password !== '') && isDecodable(url.username + url.password)
  );
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    // A % that begins no byte.
    return false;
  }
}

/** The variables for mail that the product sends itself: confirmations. */
export const mailSettings = {
  SMTP_URL: secretSetting(
    'Mail relay for confirmation mails. Required in production if a form has `confirm`; elsewhere the sandbox shows the mails.',
    'an address such as smtp://user:password@mail.example.com:587 or smtps://… (characters such as @ or / in the password as %40, %2F)',
    isMailRelay,
  ),
  MAIL_FROM: setting(
    'Sender of the mails. Required with `SMTP_URL`.',
    'an address such as news@example.com, or with a name: Harbour News <news@example.com>',
    sender.optional(),
  ),
  MAIL_DKIM_SELECTOR: setting(
    'Selector of the DKIM key with which the relay signs for the domain of `MAIL_FROM`, so that `doctor` can look at it.',
    'a selector such as s1 or mail2026, as in s1._domainkey.example.com',
    text
      .max(100)
      .regex(/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i)
      .optional(),
  ),
  CONFIRM_REMINDER: setting(
    'Whether who has not confirmed is reminded once, after 24 hours: `on` or `off`.',
    'on or off',
    z.enum(['on', 'off']).default('on'),
  ),
} satisfies Record<string, Setting<unknown>>;
