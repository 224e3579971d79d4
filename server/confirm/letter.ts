import type { Messages } from '../../shared/messages/messages.ts';
import type { Form } from '../forms/forms.ts';
import { mailHtml, type MailHtml } from '../mail/html.ts';
import type { MailMessage } from '../mail/message.ts';
import { mailSheet, small } from './sheet.ts';

export interface LetterOptions {
  readonly form: Pick<Form, 'definitionIn' | 'confirmMailIn'>;
  readonly words: Messages;
  readonly to: string;
  readonly code: string;
  /** Absolute URLs. */
  readonly links: { readonly confirm: string; readonly notMe: string };
  /** Who sends it, as people know it. */
  readonly sender: string;
  readonly isReminder: boolean;
}

/**
 * The mail that asks for a click, as text and HTML. It says who sends it and why, and holds nothing that a
 * visitor typed: a form must not carry words of strangers into other people's mailboxes.
 */
export function letterOf(options: LetterOptions): MailMessage {
  const { form, words, to, links } = options;
  const texts = words.doubleOptIn;
  const { title, intro } = form.definitionIn(words);
  const titled = (text: string) => text.replace('{title}', () => title);
  return {
    to,
    subject: titled(texts.subject).replace(/\s+/g, ' '),
    lang: words.lang,
    unsubscribe: links.notMe,
    text: textOf(options, { title, intro, why: titled(texts.why) }),
    html: htmlOf(options, { title, intro, why: titled(texts.why) }).toString(),
  };
}

interface Filled {
  readonly title: string;
  readonly intro: string | undefined;
  readonly why: string;
}

function textOf(
  { form, words, code, links, sender, isReminder }: LetterOptions,
  { title, intro, why }: Filled,
): string {
  const { doubleOptIn: texts } = words;
  return [
    title,
    intro,
    isReminder ? texts.reminder : undefined,
    `${texts.question} ${why}`,
    form.confirmMailIn(words),
    `${texts.yes}:\n${links.confirm}`,
    `${texts.once} ${texts.days}`,
    texts.code.replace('{code}', code),
    `${texts.notMe}\n${links.notMe}`,
    `-- \n${sender}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

function htmlOf(
  { form, words, code, links, sender, isReminder }: LetterOptions,
  { title, intro, why }: Filled,
): MailHtml {
  const { doubleOptIn: texts } = words;
  const [before = '', after = ''] = texts.code.split('{code}');
  const notMe = mailHtml`${texts.notMe} <a href="${links.notMe}" style="color:#565e62;">${texts.stop}</a>`;
  return mailSheet({
    words,
    title: texts.subject.replace('{title}', () => title),
    brand: title,
    heading: isReminder ? texts.reminder : texts.question,
    paragraphs: [why, intro, form.confirmMailIn(words)],
    button: { text: texts.yes, href: links.confirm },
    after: mailHtml`${small(`${texts.once} ${texts.days}`, 16)}
<p style="margin:16px 0 0;color:#1f2426;">${before}<strong class="code" dir="ltr" style="font-size:20px;letter-spacing:0.15em;white-space:nowrap;">${code}</strong>${after}</p>
<hr class="rule" style="border:0;border-top:1px solid #dedbd3;margin:24px 0;">
${small(notMe, 0)}`,
    foot: { sender, linkText: texts.link },
  });
}
