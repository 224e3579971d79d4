import type { Messages } from '../../shared/messages/messages.ts';
import type { IssueCode } from '../../shared/signup.ts';
import { renderAnswer } from './answer-page.ts';
import { html } from './document.ts';

export interface LeavePage {
  readonly words: Messages;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
}

/** Asks for an address; with `issue`, once more. What was typed is not shown again, whatever it was. */
export function renderLeave({ words, prefix }: LeavePage, issue?: IssueCode): string {
  const { leave, labels, fieldIssues, texts } = words;
  const wrong = issue === 'malformed' ? fieldIssues.email : issue && texts.issues[issue];
  return renderAnswer({
    words,
    prefix,
    title: leave.title,
    main: html`<h1>${leave.title}</h1>
      <p>${leave.about}</p>
      <div class="card">
        <form class="plain-form" method="post" action=${`${prefix}/leave?lang=${words.lang}`}>
          <div class="field">
            <label for="email">${labels.email}</label>
            <input
              id="email"
              name="email"
              type="text"
              inputmode="email"
              autocomplete="email"
              dir="ltr"
              maxlength="254"
              required
              aria-invalid=${wrong === undefined ? 'false' : 'true'}
              aria-describedby="email-wrong"
            />
            <p class="wrong" id="email-wrong">${wrong ?? ''}</p>
          </div>
          <button type="submit">${leave.send}</button>
        </form>
      </div>`,
  });
}

/** The answer to every address: whether a mail follows is not said. */
export function renderAsked(page: LeavePage): string {
  const { leave, texts } = page.words;
  return renderAnswer({
    ...page,
    title: leave.askedTitle,
    main: html`<h1>${leave.askedTitle}</h1>
      <p>${leave.asked}</p>
      <p>${texts.acceptedNext}</p>`,
  });
}

export interface Choices {
  /** As `shortened` writes it. */
  readonly address: string;
  readonly sender: string;
  readonly newsletters: readonly {
    readonly account: string;
    /** As people know it. */
    readonly title: string | undefined;
    readonly isOn: boolean;
  }[];
}

/** Behind the link: one button for each newsletter, and one for everything. Nothing has happened before. */
export function renderChoices(page: LeavePage, { address, sender, newsletters }: Choices): string {
  const { leave } = page.words;
  return renderAnswer({
    ...page,
    title: leave.subject,
    main: html`<h1>${leave.subject}</h1>
      <p><strong dir="ltr">${address}</strong></p>
      <p class="quiet">${sender}</p>
      ${newsletters.map(({ account, title, isOn }) => {
        const [plain, named] = isOn ? [leave.off, leave.offFrom] : [leave.isOff, leave.isOffFrom];
        const text = title === undefined ? plain : named.replace('{title}', () => title);
        return isOn
          ? html`<form class="plain-form choice" method="post">
              <button name="account" value=${account} type="submit">${text}</button>
            </form>`
          : html`<p class="choice" role="status">${text}</p>`;
      })}
      <form class="plain-form choice" method="post">
        <button class="danger" name="erase" value="ask" type="submit">${leave.erase}</button>
      </form>`,
  });
}

/** Asks once more, since it cannot be undone. */
export function renderEraseAsk(page: LeavePage): string {
  const { leave } = page.words;
  return renderAnswer({
    ...page,
    title: leave.eraseTitle,
    main: html`<h1>${leave.eraseTitle}</h1>
      <p>${leave.eraseText}</p>
      <form class="plain-form choice" method="post">
        <button class="danger" name="erase" value="yes" type="submit">${leave.eraseYes}</button>
      </form>
      <form class="plain-form choice" method="post">
        <button class="plain" type="submit">${leave.back}</button>
      </form>`,
  });
}

/** Also for a link that has erased before. */
export function renderErased(page: LeavePage): string {
  const { erased } = page.words.leave;
  return renderAnswer({ ...page, title: erased, main: html`<h1>${erased}</h1>`, isGood: true });
}

export function renderLinkOver(page: LeavePage): string {
  const { words, prefix } = page;
  const { over, again } = words.leave;
  return renderAnswer({
    ...page,
    title: over,
    main: html`<h1>${over}</h1>
      <p><a class="button" href=${`${prefix}/leave?lang=${words.lang}`}>${again}</a></p>`,
  });
}
