import { Router } from 'express';
import helmet from 'helmet';
import { html } from '../../pages/document.ts';
import type { KeptMail } from '../control/mailbox.ts';
import { failurePage, heading, renderSandboxPage, timeOf } from './frame.ts';
import type { SiteParts } from './site.ts';

/** The page "Mail": what the product would have sent. `/sandbox/mail` has the same for programs. */
export function createMailPages({ mailbox, faults }: SiteParts): Router {
  const pages = Router();
  pages.get('/mail', (_req, res) => {
    res.send(mailPage(mailbox.all, faults.show()));
  });
  pages.get('/sandbox/mail', (_req, res) => {
    res.json(mailbox.all);
  });
  pages.get('/mail/:id', (req, res) => {
    const mail = mailbox.find(Number(req.params.id));
    if (mail) res.send(onePage(mail, faults.show()));
    else res.status(404).send(failurePage('There is no such mail'));
  });
  // As a mail program shows it: with its own styles, without scripts, images or frames.
  pages.get('/mail/:id/html', asMail, (req, res) => {
    const mail = mailbox.find(Number(req.params.id));
    if (mail) res.type('html').send(mail.html);
    else res.status(404).send(failurePage('There is no such mail'));
  });
  return pages;
}

const asMail = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'style-src': ["'unsafe-inline'"],
      'form-action': ["'none'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  strictTransportSecurity: false,
});

function mailPage(mails: readonly KeptMail[], faults: object): string {
  return renderSandboxPage({
    title: 'Mail',
    path: '/mail',
    faults,
    main: html`
      ${heading('Mail', 'What the proxy would have sent: without SMTP_URL its mails end here, the last 200 until it stops.')}
      <section class="panel scroll" tabindex="0" aria-label="Mails">
        <div id="mails" data-live>${mails.length === 0 ? noMail : tableOf(mails)}</div>
      </section>
    `,
  });
}

const noMail = html`<div class="empty">
  <h2>No mail was sent yet</h2>
  <p>A sign-up at a form with <code>confirm</code> sends one.</p>
</div>`;

function tableOf(mails: readonly KeptMail[]) {
  return html`
    <table class="stacks">
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          <th scope="col">To</th>
          <th scope="col">Subject</th>
        </tr>
      </thead>
      <tbody>
        ${mails.map(
          ({ id, at, to, subject, lang }) => html`
            <tr>
              <td data-label="Time (UTC)">${timeOf(at)}</td>
              <th scope="row">${to}</th>
              <td data-label="Subject"><a href=${`/mail/${id}`} lang=${lang}>${subject}</a></td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

function onePage({ id, at, to, from, subject, text, lang }: KeptMail, faults: object): string {
  return renderSandboxPage({
    title: subject,
    path: '/mail',
    faults,
    main: html`
      ${heading(subject, html`To ${to}, ${timeOf(at)}`)}
      <p>From ${from.name} &lt;${from.address}&gt;</p>
      <p><a class="button" href=${`/mail/${id}/html`}>Show it as mail programs do</a></p>
      <h2>Text</h2>
      <section class="panel" lang=${lang} dir="auto">${paragraphsOf(text)}</section>
    `,
  });
}

function paragraphsOf(text: string) {
  return text.split('\n\n').map((paragraph) => {
    const lines = paragraph.split('\n');
    return html`<p>
      ${lines.map((line) => (/^https?:\/\/\S+$/.test(line) ? html`<a href=${line}>${line}</a><br />` : html`${line}<br />`))}
    </p>`;
  });
}
