import type { Messages } from '../../../shared/messages/messages.ts';
import { senderOf, type MailFrom, type MailMessage } from '../../mail/message.ts';
import { mailSheet, small } from '../sheet.ts';

export interface LeaveLetter {
  readonly words: Messages;
  readonly to: string;
  /** An absolute URL. */
  readonly link: string;
  readonly from: MailFrom;
}

/** The mail with the link to leave: who sends it and why, and nothing that a visitor typed. */
export function leaveLetterOf({ words, to, link, from }: LeaveLetter): MailMessage {
  const { leave: texts, doubleOptIn } = words;
  const sender = senderOf(from);
  const after = `${texts.once} ${doubleOptIn.days}`;
  return {
    to,
    subject: texts.subject,
    lang: words.lang,
    text: [texts.subject, texts.why, `${texts.open}:\n${link}`, after, texts.ignore, `-- \n${sender}`].join(
      '\n\n',
    ),
    html: mailSheet({
      words,
      title: texts.subject,
      brand: from.name === '' ? from.address : from.name,
      heading: texts.subject,
      paragraphs: [texts.why],
      button: { text: texts.open, href: link },
      after: small(`${after} ${texts.ignore}`, 16),
      foot: { sender, linkText: doubleOptIn.link },
    }).toString(),
  };
}
