import { pageHeaders } from '../../../server/http/headers.ts';
import { problem } from '../../../server/http/problem.ts';
import { serveBuiltFiles } from '../../../server/http/static-files.ts';
import {
  renderConfirmation,
  renderFormProblem,
  renderHostedForm,
  renderProblem,
  renderRefused,
  renderThanks,
} from '../../../server/pages/form-pages.ts';
import { renderQrCode } from '../../../server/pages/qr-code.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import type { Messages } from '../../../shared/messages/messages.ts';
import type { IssueCode } from '../../../shared/signup.ts';
import { builtDir } from '../server/sandbox.ts';
import { serve } from './serve.ts';

export interface FormPages {
  readonly definition: FormDefinition;
  readonly words: Messages;
  /** The values that were sent. */
  readonly values: Readonly<Record<string, string>>;
  readonly issues?: Readonly<Record<string, IssueCode>>;
}

/** Every page of a form in every state, by name. */
export function renderFormPages({
  definition,
  words,
  values,
  issues = {},
}: FormPages): Readonly<Record<string, string>> {
  const page = {
    form: { brandIn: () => undefined, definitionIn: () => definition, languages: [words] },
    words,
    prefix: '',
    sandbox: undefined,
  };
  const visit = {
    publicUrl: 'https://signup.example.com',
    query: `?${String(new URLSearchParams({ ...values, lang: definition.lang }))}`,
    referrer: `https://www.example.com/?${values['email'] ?? ''}`,
  };
  return {
    hosted: renderHostedForm(page, visit),
    'hosted, with the sandbox': renderHostedForm({ ...page, sandbox: 'http://localhost:8788' }, visit),
    invalid: renderRefused(page, problem('invalid', { issues }), values),
    unavailable: renderRefused(page, problem('unavailable', { retryAfterS: 30 }), values),
    limited: renderRefused(
      { ...page, helpsScripts: true },
      problem('rate_limited', { retryAfterS: 30 }),
      values,
    ),
    confirm: renderConfirmation(page, { fields: values, token: 'a.token', isEarly: false }),
    'confirm, too soon': renderConfirmation(page, { fields: values, token: 'a.token', isEarly: true }),
    thanks: renderThanks(page),
    problem: renderFormProblem(page, problem('origin_refused')),
    'no such form': renderProblem(words, problem('no_such_form'), ''),
  };
}

/** Serves the pages like the proxy, with its headers and files, until the test is over. */
export function serveFormPages(pages: Readonly<Record<string, string>>): Promise<string> {
  const headers = pageHeaders();
  const files = serveBuiltFiles(builtDir);
  return serve((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    headers(request, response, () => {
      files(request, response, () => {
        if (path.includes('/qr.svg')) {
          response.setHeader('Content-Type', 'image/svg+xml').end(renderQrCode('https://signup.example.com'));
          return;
        }
        response.statusCode = pages[path] === undefined ? 404 : 200;
        response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pages[path]);
      });
    });
  });
}
