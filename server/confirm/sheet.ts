import type { Messages } from '../../shared/messages/messages.ts';
import { mailHtml, type MailHtml } from '../mail/html.ts';

export interface Sheet {
  readonly words: Pick<Messages, 'lang' | 'dir'>;
  /** Of the document: the subject. */
  readonly title: string;
  /** Above the heading. */
  readonly brand: string;
  readonly heading: string;
  readonly paragraphs: readonly (string | undefined)[];
  readonly button: { readonly text: string; readonly href: string };
  /** Below the button. */
  readonly after: MailHtml;
  readonly foot: { readonly sender: string; readonly linkText: string };
}

/**
 * The sheet of all mails to visitors. Colours stand in the elements too, for mail programs that drop style
 * sheets; those of the sheet win where it is kept, for dark mode. No image, no font of ours, no script.
 */
export function mailSheet({ words: { lang, dir }, title, brand, heading, ...sheet }: Sheet): MailHtml {
  const { paragraphs, button, after, foot } = sheet;
  const align = dir === 'rtl' ? 'right' : 'left';
  const written = paragraphs.flatMap((text) => (text === undefined ? [] : [paragraph(text)]));
  return mailHtml`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>
:root { color-scheme: light dark; }
a { text-underline-offset: 0.15em; }
@media (max-width: 520px) { .outer { padding: 0 !important; } .card { border-radius: 0 !important; padding: 24px 20px !important; } .foot { padding: 20px !important; } }
@media (prefers-color-scheme: dark) {
  body, .outer { background: #14181a !important; }
  .card { background: #20262a !important; color: #e8eaeb !important; }
  .card h1, .card p, .code { color: #e8eaeb !important; }
  .brand { color: #a5d1c8 !important; }
  .card .small, .card .small a, .foot, .foot p, .foot a { color: #aeb5b9 !important; }
  .button { background: #f2966f !important; color: #1d0d05 !important; }
  .rule { border-color: #3a4247 !important; }
}
</style>
</head>
<body style="margin:0;padding:0;background:#f3f1ec;">
<div class="outer" dir="${dir}" style="background:#f3f1ec;padding:28px 12px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;">
<table role="presentation" align="center" cellpadding="0" cellspacing="0" width="100%" style="max-width:480px;margin:0 auto;border-collapse:collapse;">
<tr><td class="card" align="${align}" style="background:#ffffff;color:#1f2426;border-radius:8px;padding:32px;text-align:${align};">
<p class="brand" style="margin:0 0 20px;font-family:Georgia,'Times New Roman',serif;font-size:18px;font-weight:bold;color:#12394a;overflow-wrap:anywhere;">${brand}</p>
<h1 style="margin:0 0 8px;font-size:23px;line-height:1.3;color:#1f2426;">${heading}</h1>
${written.reduce((all, one) => mailHtml`${all}${one}`, mailHtml``)}<a class="button" href="${button.href}" style="display:block;background:#b0411b;color:#ffffff;border-radius:6px;padding:14px 20px;font-weight:bold;text-align:center;text-decoration:none;">${button.text}</a>
${after}
</td></tr>
<tr><td class="foot" align="${align}" style="padding:20px 32px;font-size:14px;color:#565e62;text-align:${align};">
<p style="margin:0 0 8px;">${foot.sender}</p>
<p style="margin:0;overflow-wrap:anywhere;">${foot.linkText} <a href="${button.href}" dir="ltr" style="color:#565e62;">${button.href}</a></p>
</td></tr>
</table>
</div>
</body>
</html>
`;
}

function paragraph(text: string): MailHtml {
  return mailHtml`<p style="margin:0 0 20px;color:#1f2426;overflow-wrap:anywhere;">${text}</p>
`;
}

/** In smaller letters. */
export function small(content: string | MailHtml, above: number): MailHtml {
  return mailHtml`<p class="small" style="margin:${String(above)}px 0 0;font-size:14px;color:#565e62;">${content}</p>`;
}
