import type { Messages } from '../../shared/messages/messages.ts';
import { mailboxOf, shortened, type Mailbox } from '../forms/mailboxes.ts';
import { renderAnswer } from './answer-page.ts';
import { html, type Html } from './document.ts';
import type { FormPage } from './form-pages.ts';
import { actionOf, renderHidden } from './plain-form.ts';

interface WaitingPage {
  readonly ticket: string;
  /** Only where the proxy knows it itself: nothing that was sent with a request is shown here. */
  readonly email?: string;
  /** What became of a code. */
  readonly standing?: 'pending' | 'wrong' | 'locked';
  /** Another mail was asked for. */
  readonly isSentAgain?: boolean;
}

/** The answer to a plain form that waits for its click: what to do now, and the field for the code. */
export function renderWaiting(
  page: FormPage,
  { ticket, email, standing, isSentAgain = false }: WaitingPage,
): string {
  const { form, words, prefix } = page;
  const texts = words.doubleOptIn;
  const definition = form.definitionIn(words);
  const action = actionOf(definition, prefix).replace('?', '/confirmation?');
  const mailbox = email === undefined ? undefined : mailboxOf(email);
  const issue = standing === 'wrong' || standing === 'locked' ? texts[standing] : undefined;
  return renderAnswer({
    title: texts.title,
    form,
    words,
    prefix,
    main: html`<p class="quiet crumb">${definition.title}</p>
      <h1>${texts.title}</h1>
      ${email === undefined ? '' : html`<p>${sentTo(texts.sent, email)}</p>`}
      ${renderMailbox(mailbox, texts.open)}
      <p>${definition.texts.acceptedNext}</p>
      <div class="card">
        <form class="plain-form" method="post" action=${action}>
          ${renderHidden({ ticket })}
          <div class="field">
            <label for="code">${texts.field}</label>
            <input
              id="code"
              name="code"
              dir="ltr"
              inputmode="numeric"
              autocomplete="one-time-code"
              maxlength="12"
              required
              aria-invalid=${issue === undefined ? 'false' : 'true'}
              aria-describedby="code-wrong"
            />
            <p class="wrong" id="code-wrong">${issue ?? ''}</p>
          </div>
          <button type="submit">${texts.check}</button>
        </form>
      </div>
      ${isSentAgain ? html`<p role="status">${texts.sentAgain}</p>` : ''}
      <form class="choice" method="post" action=${action}>
        ${renderHidden({ ticket, again: '1' })}
        <button class="plain" type="submit">${texts.again}</button>
      </form>
      <p><a href=${actionOf(definition, prefix)}>${texts.other}</a></p>`,
  });
}

export interface LinkPage {
  readonly words: Messages;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
  /** Of the form; `undefined` where it is not known any more. */
  readonly form: FormPage['form'] | undefined;
}

/** Behind the link of the mail: one button, and nothing has happened before it is pressed. */
export function renderAsk(page: LinkPage, sender: string): string {
  const texts = page.words.doubleOptIn;
  const title = titleOf(page);
  return renderAnswer({
    ...page,
    title: texts.ask.replace('{title}', () => title),
    main: html`<h1>${texts.ask.replace('{title}', () => title)}</h1>
      <p class="quiet">${sender}</p>
      <form class="plain-form" method="post"><button type="submit">${texts.yes}</button></form>`,
  });
}

/** Also for a link that was used before. */
export function renderConfirmed(page: LinkPage): string {
  const { done } = page.words.doubleOptIn;
  return renderAnswer({
    ...page,
    title: done,
    main: html`<p class="quiet crumb">${titleOf(page)}</p>
      <h1>${done}</h1>`,
    isGood: true,
  });
}

export function renderGone(page: LinkPage): string {
  const { gone } = page.words.doubleOptIn;
  const definition = page.form?.definitionIn(page.words);
  return renderAnswer({
    ...page,
    title: gone,
    main: html`<h1>${gone}</h1>
      ${definition ? html`<p><a class="button" href=${actionOf(definition, page.prefix)}>${page.words.page.toForm}</a></p>` : ''}`,
  });
}

/** Behind "not me": one button too, since mail programs open every link. */
export function renderStop(page: LinkPage): string {
  const texts = page.words.doubleOptIn;
  return renderAnswer({
    ...page,
    title: texts.stopTitle,
    main: html`<h1>${texts.stopTitle}</h1>
      <p>${texts.stopText}</p>
      <form class="plain-form" method="post"><button type="submit">${texts.stop}</button></form>`,
  });
}

export function renderStopped(page: LinkPage): string {
  const { stopped } = page.words.doubleOptIn;
  return renderAnswer({ ...page, title: stopped, main: html`<h1>${stopped}</h1>` });
}

function titleOf({ form, words }: LinkPage): string {
  return form?.definitionIn(words).title ?? words.hosted.title;
}

/** The address is left to right in every language. */
function sentTo(text: string, email: string): Html {
  const [before = '', after = ''] = text.split('{address}');
  return html`${before}<strong dir="ltr">${shortened(email)}</strong>${after}`;
}

function renderMailbox(mailbox: Mailbox | undefined, open: string): Html | '' {
  if (!mailbox) return '';
  return html`<p>
    <a class="button" href=${mailbox.url} rel="noreferrer">${open.replace('{name}', mailbox.name)}</a>
  </p>`;
}
