import { html } from '../../pages/document.ts';
import { renderOperatorFrame } from './frame.ts';

export interface LogInPage {
  readonly prefix: string;
  /** What was wrong. */
  readonly fault?: string;
  /** With it a button is enough. */
  readonly link?: string | undefined;
}

/** One card. A link is used by its button and not by being opened, since mail scanners open links. */
export function renderLogIn({ prefix, fault, link }: LogInPage): string {
  return renderOperatorFrame({
    prefix,
    title: 'Log in',
    main: html`<form class="log-in" method="post" action=${`${prefix}/operator/log-in`}>
      <h1>Operator page</h1>
      ${
        link === undefined
          ? html`<label for="password">Password</label>
              <input
                id="password"
                name="password"
                type="password"
                autocomplete="current-password"
                required
                autofocus
                aria-describedby="fault"
                aria-invalid=${fault === undefined ? 'false' : 'true'}
              />`
          : html`<input type="hidden" name="link" value=${link} />`
      }
      <p id="fault" class="fault" role="alert">${fault ?? ''}</p>
      <button class="primary">Log in</button>
    </form>`,
  });
}

/** Instead of the page, while the database does not answer, or while it takes no session. */
export function renderAway(prefix: string, is: 'gone' | 'read_only'): string {
  const title = is === 'gone' ? 'The database does not answer' : 'The database takes no writes';
  return renderOperatorFrame({
    prefix,
    title,
    main: html`<div class="log-in">
      <h1>${title}</h1>
      <p>
        ${is === 'gone' ? 'So this page cannot say how things stand.' : 'So nothing can be done here, and nobody can log in.'}
        What was accepted is in the database; meanwhile visitors are asked to try again. The log says why.
      </p>
      <p><a href=${`${prefix}/operator`}>Look again</a></p>
    </div>`,
  });
}
