import type { Messages } from '../../shared/messages/messages.ts';
import type { Form } from '../forms/forms.ts';
import type { Answer } from '../signup/intake.ts';
import {
  renderConfirmation,
  renderFormProblem,
  renderProblem,
  renderRefused,
  renderThanks,
} from './form-pages.ts';

/** What a browser without scripts gets to see. */
export interface PageAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the form of this page leads in the end, if not to another page of ours. */
  readonly leadsTo?: string | undefined;
}

export interface Reader {
  /** In one of the languages that the form is offered in. */
  readonly words: Messages;
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** The page that answers a plain form: thanks or a page of the operator's, one more click, or the form once more. */
export function pageFor(answer: Answer, { words, sandbox }: Reader): PageAnswer {
  const headers = { 'Content-Language': words.lang };
  switch (answer.is) {
    case 'accepted': {
      const { form } = answer;
      const redirectTo = answer.redirectTo ?? form.definitionIn(words).redirect;
      if (redirectTo === undefined)
        return { status: 202, headers, body: renderThanks({ form, words, sandbox }) };
      // As a header can carry it: what was typed may hold any letters.
      return { status: 303, headers: { Location: new URL(redirectTo).href }, body: '' };
    }
    case 'unconfirmed': {
      const { form, fields, token, redirectTo } = answer;
      const body = renderConfirmation({ form, words, sandbox }, fields, token);
      return { status: 200, headers, body, leadsTo: redirectTo ?? form.definitionIn(words).redirect };
    }
    case 'refused': {
      const { problem, form, fields } = answer;
      const { status } = problem;
      if (!form) return { status, headers, body: renderProblem(words, problem) };
      const page = { form, words, sandbox };
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
