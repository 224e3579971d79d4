import { mailHtml, type MailHtml } from '../mail/html.ts';
import type { MailMessage } from '../mail/message.ts';

/** A message to the operator, before it is written for one kind of target. */
export interface Note {
  readonly type: 'alert.began' | 'alert.over' | 'form.signups' | 'alert.test';
  /** When it was written. Unix time in ms. */
  readonly atMs: number;
  /** One line, in words of ours: the subject of a mail. */
  readonly title: string;
  readonly lines: readonly string[];
  /** For programs. */
  readonly data: Readonly<Record<string, string | number | readonly string[]>>;
}

/** The payload of Standard Webhooks 1.0. */
export function webhookBody({ type, atMs, title, data }: Note): string {
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data: { title, ...data } });
}

/** What Slack's incoming webhooks take, and those of Mattermost and Rocket.Chat. */
export function slackBody({ title, lines }: Note): string {
  return JSON.stringify({ text: [`*${escaped(title)}*`, ...lines.map(escaped)].join('\n') });
}

export function mailOf({ title, lines }: Note, to: string): MailMessage {
  const subject = `[rasa-signup] ${title}`;
  const paragraphs = lines
    .map((line) => mailHtml`<p>${line}</p>\n`)
    .reduce((all, one) => mailHtml`${all}${one}`, mailHtml``);
  return { to, subject, lang: 'en', text: [title, ...lines].join('\n\n'), html: pageOf(title, paragraphs) };
}

function pageOf(title: string, paragraphs: MailHtml): string {
  return mailHtml`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title></head>
<body style="font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;line-height:1.5;">
<p><strong>${title}</strong></p>
${paragraphs}</body>
</html>
`.toString();
}

/** Slack reads these three as the beginning of links and mentions, such as `<!channel>`. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
