import type { Messages } from '../../shared/messages/messages.ts';
import type { Form } from '../forms/forms.ts';
import type { Answer } from '../signup/intake.ts';
import { renderWaiting } from './confirm-pages.ts';
import {
  renderConfirmation,
  renderFormProblem,
  renderProblem,
  renderRefused,
  renderThanks,
} from './form-pages.ts';

/** The answer to a plain form, for a browser without scripts. */
export interface PageAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the form on this page finally leads, if not to another page of the product. */
  readonly leadsTo?: string | undefined;
}

export interface Reader {
  /** The texts of one of the languages that the form is offered in. */
  readonly words: Messages;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/**
 * The page that answers a plain form: thanks or a redirect to the operator's page, a request for one more
 * click, or the form again.
 */
export function pageFor(answer: Answer, { words, prefix, sandbox }: Reader): PageAnswer {
  const headers = { 'Content-Language': words.lang };
  switch (answer.is) {
    case 'accepted': {
      const { form, waiting } = answer;
      if (waiting) {
        const page = { form, words, prefix, sandbox };
        return { status: 202, headers, body: renderWaiting(page, waiting) };
      }
      const redirectTo = answer.redirectTo ?? form.definitionIn(words).redirect;
      if (redirectTo === undefined)
        return { status: 202, headers, body: renderThanks({ form, words, prefix, sandbox }) };
      // Encoded for a header: the operator's address may contain any letters.
      return { status: 303, headers: { Location: new URL(redirectTo).href }, body: '' };
    }
    case 'unconfirmed': {
      const { form, redirectTo } = answer;
      const body = renderConfirmation({ form, words, prefix, sandbox }, answer);
      return { status: 200, headers, body, leadsTo: redirectTo ?? form.definitionIn(words).redirect };
    }
    case 'refused': {
      const { problem, form, fields, helpsScripts } = answer;
      const { status } = problem;
      if (!form) return { status, headers, body: renderProblem(words, problem, prefix) };
      const page = { form, words, prefix, sandbox, helpsScripts };
      if (!fields) return { status, headers, body: renderFormProblem(page, problem) };
      const body = renderRefused(page, problem, fields);
      return { status, headers, body, leadsTo: destinationOf(form, words, fields['redirect']) };
    }
  }
}

function destinationOf(form: Form, words: Messages, redirect: unknown): string | undefined {
  if (typeof redirect === 'string' && form.mayRedirectTo(redirect)) return redirect;
  return form.definitionIn(words).redirect;
}
