import { nothing } from 'lit';
import type { AskedField, FormDefinition, FormField } from '../../shared/form.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { honeypot, type IssueCode, type Problem } from '../../shared/signup.ts';
import type { Form } from '../forms.ts';
import { html, renderPage, sandboxBanner, type Html } from './page.ts';

type Fields = Readonly<Record<string, string>>;

/** A page of one form, in one language. */
export interface FormPage {
  readonly form: Form;
  readonly words: Messages;
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** A form on a page of its own: plain HTML that works without scripts, and the element that takes its place with them. */
export function renderHostedForm({ form, words, sandbox }: FormPage): string {
  const definition = form.definitionIn(words);
  return renderPage({
    ...words.hosted,
    ...languageOf(words),
    scripts: ['/embed.js'],
    main: html`<div class="narrow">
      <h1>${words.hosted.title}</h1>
      ${sandboxBanner(sandbox)}
      <div class="card">
        <rasa-signup src=${actionOf(definition)}>${renderPlainForm(definition, {}, {})}</rasa-signup>
      </div>
    </div>`,
  });
}

/** The same form once more, with what was typed and what is wrong with it. */
export function renderInvalid(
  { form, words }: FormPage,
  fields: Readonly<Record<string, unknown>>,
  issues: Problem['issues'] = {},
): string {
  const typed = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const title = words.texts.problems.invalid;
  return renderPage({
    title,
    ...languageOf(words),
    main: html`<div class="narrow">
      <h1>${title}</h1>
      <div class="card">${renderPlainForm(form.definitionIn(words), typed, issues)}</div>
    </div>`,
  });
}

/** Repeats what a form without script sent, and asks for the click that stands for a proof. */
export function renderConfirmation(
  { form, words, sandbox }: FormPage,
  fields: Fields,
  token: string,
): string {
  const definition = form.definitionIn(words);
  const { title, explanation, button } = words.confirm;
  return renderPage({
    title,
    ...languageOf(words),
    main: html`<div class="narrow">
      <h1>${title}</h1>
      ${sandboxBanner(sandbox)}
      <p>${explanation}</p>
      <div class="card">
        <dl class="pairs">
          ${definition.fields
            .filter(isAsked)
            .filter(({ name }) => fields[name] !== undefined)
            .map(
              ({ name, label }) =>
                html`<dt>${label}</dt>
                  <dd><bdi>${fields[name]}</bdi></dd>`,
            )}
        </dl>
        <form class="plain-form" method="post" action=${actionOf(definition)}>
          ${renderHidden({ ...fields, token })}
          <button>${button}</button>
        </form>
      </div>
    </div>`,
  });
}

/** What a browser without scripts gets for an accepted sign-up. */
export function renderThanks(words: Messages, sandbox: string | undefined): string {
  return renderPage({
    title: words.texts.accepted,
    ...languageOf(words),
    main: html`<div class="narrow">
      <h1>${words.texts.accepted}</h1>
      ${sandboxBanner(sandbox)}
    </div>`,
  });
}

/** The same words that the widget would say, on a page. */
export function renderProblem(words: Messages, { code }: Problem): string {
  const title = words.texts.problems[code];
  return renderPage({
    title,
    ...languageOf(words),
    main: html`<div class="narrow"><h1>${title}</h1></div>`,
  });
}

function languageOf({ lang, dir }: Messages): Pick<Messages, 'lang' | 'dir'> {
  return { lang, dir };
}

/** With the language in it, so that the pages that follow speak the same one. */
function actionOf({ id, lang }: FormDefinition): string {
  return `/forms/${id}?lang=${lang}`;
}

function renderPlainForm(form: FormDefinition, fields: Fields, issues: Problem['issues'] = {}): Html {
  const asked = [...form.fields.map(({ name }) => name), honeypot, 'token', 'proof'];
  const rest = Object.entries(fields).filter(([name]) => !asked.includes(name) && issues[name] === undefined);
  return html`<form class="plain-form" method="post" action=${actionOf(form)}>
    ${form.fields.filter(isAsked).map((field) => renderField(field, form, fields[field.name], issues[field.name]))}
    ${renderHidden(Object.fromEntries(rest))}
    <p class="trap" aria-hidden="true">
      <label>${form.texts.leaveEmpty} <input name=${honeypot} tabindex="-1" autocomplete="off" /></label>
    </p>
    <button>${form.texts.submit}</button>
  </form>`;
}

function isAsked(field: FormField): field is AskedField {
  return field.type !== 'hidden';
}

function renderField(
  field: AskedField,
  { texts }: FormDefinition,
  value: string | undefined,
  issue: IssueCode | undefined,
): Html {
  const { name, type, label, required, issues: words } = field;
  const { maxLength, autocomplete, international } = 'maxLength' in field ? field : {};
  const problem = issue && (words?.[issue] ?? texts.issues[issue]);
  return html`<div class="field">
    <label>
      <span>${label} ${required ? '' : html`<span class="quiet">${texts.optional}</span>`}</span>
      <input
        name=${name}
        type=${international ? 'text' : type}
        inputmode=${type}
        maxlength=${maxLength ?? nothing}
        autocomplete=${autocomplete ?? nothing}
        dir=${type === 'email' ? 'ltr' : nothing}
        value=${value ?? ''}
        ?required=${required}
        ?autofocus=${problem !== undefined}
        aria-invalid=${problem === undefined ? 'false' : 'true'}
        aria-describedby=${`${name}-wrong`}
      />
    </label>
    <p class="wrong" id=${`${name}-wrong`}>${problem ?? ''}</p>
  </div>`;
}

function renderHidden(fields: Fields): readonly Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name=${name} value=${value} />`,
  );
}
