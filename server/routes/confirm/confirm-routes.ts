import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Messages } from '../../../shared/messages/messages.ts';
import type { ConfirmationAnswer, Pending } from '../../../shared/signup.ts';
import type { Confirmations } from '../../confirm/confirmations.ts';
import { againAfterMs } from '../../confirm/mailed-people.ts';
import type { Form, Forms } from '../../forms/forms.ts';
import { mailboxOf, shortened } from '../../forms/mailboxes.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { problem } from '../../http/problem.ts';
import {
  renderAsk,
  renderConfirmed,
  renderGone,
  renderStop,
  renderStopped,
  renderWaiting,
  type LinkPage,
} from '../../pages/confirm-pages.ts';
import type { Waiting } from '../../signup/waiting-room.ts';
import { prefixOf, refuseMethod, sendProblem, wantsPage } from '../answers.ts';
import { wordsFor } from '../language.ts';

export interface ConfirmRoutesOptions {
  readonly confirmations: Pick<
    Confirmations,
    'askAgain' | 'confirm' | 'look' | 'refuse' | 'standing' | 'tryCode'
  >;
  readonly forms: Forms;
  /** Of the mails. */
  readonly sender: string;
  readonly limitedPages: RequestHandler;
}

/** The answer to a sign-up that waits, for programs and the widget. */
export function pendingOf({ ticket, email }: Waiting, form: Form, words: Messages): Pending {
  const { title, sent, open, ...texts } = words.doubleOptIn;
  const { field, check, wrong, locked, again, againIn, sentAgain, other, done } = texts;
  const mailbox = mailboxOf(email);
  return {
    status: 'accepted',
    ticket,
    form: form.id,
    accepted: {
      acceptedTitle: title,
      acceptedFor: sent.replace('{address}', () => shortened(email)),
      acceptedNext: words.texts.acceptedNext,
    },
    ...(form.redirect !== undefined && { redirect: form.redirect }),
    ...(mailbox && { mailbox }),
    again: againAfterMs / 1000,
    texts: {
      ...{ field, check, wrong, locked, again, againIn, sentAgain, other },
      open: open.replace('{name}', () => mailbox?.name ?? ''),
      done,
      failed: words.texts.problems.unreachable,
    },
  };
}

/**
 * `POST /forms/:form/confirmation`: what the form that waits asks for. With a `code` it tries that, with
 * `again` it asks for the mail once more, else it asks how things stand.
 */
export function answerTicket({ confirmations, forms }: ConfirmRoutesOptions): RequestHandler[] {
  return [
    express.urlencoded({ extended: false, limit: '4kb' }),
    async (request, response) => {
      const sent = (request.body ?? {}) as Readonly<Record<string, unknown>>;
      const [ticket = '', code, again] = ['ticket', 'code', 'again'].map((name) => textIn(sent[name]));
      if (again !== undefined) await confirmations.askAgain(ticket);
      const standing = await (code === undefined
        ? confirmations.standing(ticket)
        : confirmations.tryCode(ticket, code));
      const form = forms.find(String(request.params['form']));
      if (!standing || !form) {
        sendProblem(request, response, problem('not_found', { detail: 'There is no such ticket.' }));
        return;
      }
      const status = standing === 'waiting' ? 'pending' : standing;
      response.set('Cache-Control', 'no-store');
      if (!wantsPage(request)) {
        response.json({ status } satisfies ConfirmationAnswer);
        return;
      }
      const page = { form, words: wordsFor(request, form.languages), prefix: prefixOf(request) };
      response.vary('Accept-Language').set('Content-Language', page.words.lang);
      response.send(
        status === 'confirmed'
          ? renderConfirmed(page)
          : renderWaiting(
              { ...page, sandbox: undefined },
              { ticket, standing: status, isSentAgain: again !== undefined },
            ),
      );
    },
  ];
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The pages behind the links of the mails. `GET` and `HEAD` change nothing, whoever opens them and how often:
 * mail programs and scanners open every link. Only the button, and the one click of RFC 8058, is a `POST`.
 */
export function createLinkRoutes({
  confirmations,
  forms,
  sender,
  limitedPages,
}: ConfirmRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });
  routes.use(['/confirm/:link', '/not-me/:link'], limitedPages, (_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    next();
  });

  routes
    .route('/confirm/:link')
    .get(async (request, response) => {
      const found = await confirmations.look('confirm', request.params.link);
      const page = pageOf(request, response, found);
      if (found?.is === 'waiting') response.send(renderAsk(page, sender));
      else if (found?.is === 'confirmed') response.send(renderConfirmed(page));
      else response.status(404).send(renderGone(page));
    })
    .post(async (request, response) => {
      const { link } = request.params;
      const page = pageOf(request, response, await confirmations.look('confirm', link));
      if ((await confirmations.confirm(link)) === 'confirmed') response.send(renderConfirmed(page));
      else response.status(404).send(renderGone(page));
    })
    .all(refuseMethod('GET, HEAD, POST'));

  routes
    .route('/not-me/:link')
    .get(async (request, response) => {
      const found = await confirmations.look('not me', request.params.link);
      const page = pageOf(request, response, found);
      if (found) response.send(renderStop(page));
      else response.status(404).send(renderGone(page));
    })
    .post(async (request, response) => {
      const { link } = request.params;
      const page = pageOf(request, response, await confirmations.look('not me', link));
      if (await confirmations.refuse(link)) response.send(renderStopped(page));
      else response.status(404).send(renderGone(page));
    })
    .all(refuseMethod('GET, HEAD, POST'));

  return routes;

  /** In the language of the mail. */
  function pageOf(
    request: Request,
    response: Response,
    found: { readonly form: string; readonly lang: string | undefined } | undefined,
  ): LinkPage {
    const form = found && forms.find(found.form);
    const words = wordsOfTag(found?.lang ?? '') ?? wordsFor(request, form?.languages);
    response.set('Content-Language', words.lang).vary('Accept-Language');
    return { words, form, prefix: prefixOf(request) };
  }
}
