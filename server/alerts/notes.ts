import { mailHtml, type MailHtml } from '../mail/html.ts';
import type { MailMessage } from '../mail/message.ts';

/** A message to the operator, before it is written for one kind of target. */
export interface Note {
  readonly type: 'alert.began' | 'alert.goes_on' | 'alert.over' | 'form.signups' | 'alert.test';
  /** When it was written. Unix time in ms. */
  readonly atMs: number;
  /** One line, in words of ours: the subject of a mail. */
  readonly title: string;
  readonly lines: readonly string[];
  /** What visitors typed, one a line: never read as markup, mentions or links. */
  readonly typed?: readonly string[] | undefined;
  /** Ids of sign-ups whose addresses are added when it is sent, as far as they are known then. */
  readonly signups?: readonly string[] | undefined;
  /** For programs. */
  readonly data: Readonly<Record<string, string | number | readonly string[]>>;
}

/** The payload of Standard Webhooks 1.0. */
export function webhookBody({ type, atMs, title, data }: Note): string {
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data: { title, ...data } });
}

/** What Slack's incoming webhooks take, and those of Mattermost and Rocket.Chat. */
export function slackBody({ title, lines, typed = [] }: Note): string {
  const text = [`*${escaped(title)}*`, ...lines.map(escaped), ...typed.map(verbatim)];
  return JSON.stringify({ text: text.join('\n') });
}

export function mailOf({ title, lines, typed = [] }: Note, to: string): MailMessage {
  const subject = `[rasa-signup] ${title}`;
  const all = [...lines, ...typed];
  const paragraphs = all
    .map((line) => mailHtml`<p>${line}</p>\n`)
    .reduce((all, one) => mailHtml`${all}${one}`, mailHtml``);
  return { to, subject, lang: 'en', text: [title, ...all].join('\n\n'), html: pageOf(title, paragraphs) };
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

/**
 * As code, in which none of the three looks for mentions or markup: Mattermost would read `!@here.example` as
 * one. A backtick, which an address may have, would end it.
 */
function verbatim(text: string): string {
  return `\`${escaped(text.replaceAll('`', "'"))}\``;
}

/** Slack reads these three as the beginning of links and mentions, such as `<!channel>`. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
