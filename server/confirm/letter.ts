import type { Messages } from '../../shared/messages/messages.ts';
import type { Form } from '../forms/forms.ts';
import { mailHtml, type MailHtml } from '../mail/html.ts';
import type { MailMessage } from '../mail/message.ts';

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

/**
 * Colours stand in the elements too, for mail programs that drop style sheets; those of the sheet win where
 * it is kept, for dark mode. No image, no font of ours, no script.
 */
function htmlOf(
  { form, words, code, links, sender, isReminder }: LetterOptions,
  { title, intro, why }: Filled,
): MailHtml {
  const { doubleOptIn: texts, lang, dir } = words;
  const [before = '', after = ''] = texts.code.split('{code}');
  const own = form.confirmMailIn(words);
  const align = dir === 'rtl' ? 'right' : 'left';
  return mailHtml`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${texts.subject.replace('{title}', () => title)}</title>
<style>
:root { color-scheme: light dark; }
a { text-underline-offset: 0.15em; }
@media (max-width: 520px) { .outer { padding: 0 !important; } .card { border-radius: 0 !important; padding: 24px 20px !important; } .foot { padding: 20px !important; } }
@media (prefers-color-scheme: dark) {
  body, .outer { background: #14181a !important; }
  .card { background: #20262a !important; color: #e8eaeb !important; }
  .card h1, .card p, .code { color: #e8eaeb !important; }
  .brand { color: #a5d1c8 !important; }
  .small, .small a, .foot, .foot p, .foot a { color: #aeb5b9 !important; }
  .button { background: #f2966f !important; color: #1d0d05 !important; }
  .rule { border-color: #3a4247 !important; }
}
</style>
</head>
<body style="margin:0;padding:0;background:#f3f1ec;">
<div class="outer" dir="${dir}" style="background:#f3f1ec;padding:28px 12px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;">
<table role="presentation" align="center" cellpadding="0" cellspacing="0" width="100%" style="max-width:480px;margin:0 auto;border-collapse:collapse;">
<tr><td class="card" align="${align}" style="background:#ffffff;color:#1f2426;border-radius:8px;padding:32px;text-align:${align};">
<p class="brand" style="margin:0 0 20px;font-family:Georgia,'Times New Roman',serif;font-size:18px;font-weight:bold;color:#12394a;overflow-wrap:anywhere;">${title}</p>
<h1 style="margin:0 0 8px;font-size:23px;line-height:1.3;color:#1f2426;">${isReminder ? texts.reminder : texts.question}</h1>
<p style="margin:0 0 20px;color:#1f2426;overflow-wrap:anywhere;">${why}</p>
${intro === undefined ? '' : mailHtml`<p style="margin:0 0 20px;color:#1f2426;overflow-wrap:anywhere;">${intro}</p>`}
${own === undefined ? '' : mailHtml`<p style="margin:0 0 20px;color:#1f2426;overflow-wrap:anywhere;">${own}</p>`}
<a class="button" href="${links.confirm}" style="display:block;background:#b0411b;color:#ffffff;border-radius:6px;padding:14px 20px;font-weight:bold;text-align:center;text-decoration:none;">${texts.yes}</a>
<p class="small" style="margin:16px 0 0;font-size:14px;color:#565e62;">${texts.once} ${texts.days}</p>
<p style="margin:16px 0 0;color:#1f2426;">${before}<strong class="code" dir="ltr" style="font-size:20px;letter-spacing:0.15em;white-space:nowrap;">${code}</strong>${after}</p>
<hr class="rule" style="border:0;border-top:1px solid #dedbd3;margin:24px 0;">
<p class="small" style="margin:0;font-size:14px;color:#565e62;">${texts.notMe} <a href="${links.notMe}" style="color:#565e62;">${texts.stop}</a></p>
</td></tr>
<tr><td class="foot" align="${align}" style="padding:20px 32px;font-size:14px;color:#565e62;text-align:${align};">
<p style="margin:0 0 8px;">${sender}</p>
<p style="margin:0;overflow-wrap:anywhere;">${texts.link} <a href="${links.confirm}" dir="ltr" style="color:#565e62;">${links.confirm}</a></p>
</td></tr>
</table>
</div>
</body>
</html>
`;
}
