import type { FormDefinition, FormField } from '../../shared/form.ts';
import { en } from '../../shared/messages/en.ts';
import { honeypot, type IssueCode, type Problem } from '../../shared/signup.ts';
import { html, renderPage, sandboxBanner, type Html } from './page.ts';

type Fields = Readonly<Record<string, string>>;

/** A form on a page of its own: plain HTML that works without scripts, and the element that takes its place with them. */
export function renderHostedForm(form: FormDefinition, sandbox: string | undefined): string {
  return renderPage({
    title: form.texts.submit,
    lang: form.lang,
    scripts: ['/embed.js'],
    main: html`<div class="narrow">
      <h1>${form.texts.submit}</h1>
      ${sandboxBanner(sandbox)}
      <div class="card">
        <rasa-signup src=${actionOf(form)}>${renderPlainForm(form, {}, {})}</rasa-signup>
      </div>
    </div>`,
  });
}

/** The same form once more, with what was typed and what is wrong with it. */
export function renderInvalid(
  form: FormDefinition,
  fields: Readonly<Record<string, unknown>>,
  issues: Problem['issues'] = {},
): string {
  const texts = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return renderPage({
    title: form.texts.problems.invalid,
    lang: form.lang,
    main: html`<div class="narrow">
      <h1>${form.texts.problems.invalid}</h1>
      <div class="card">${renderPlainForm(form, texts, issues)}</div>
    </div>`,
  });
}

/** Repeats what a form without script sent, and asks for the click that stands for a proof. */
export function renderConfirmation(
  form: FormDefinition,
  fields: Fields,
  token: string,
  sandbox: string | undefined,
): string {
  return renderPage({
    title: en.confirm.title,
    lang: form.lang,
    main: html`<div class="narrow">
      <h1>${en.confirm.title}</h1>
      ${sandboxBanner(sandbox)}
      <p>${en.confirm.explanation}</p>
      <div class="card">
        <dl class="pairs">
          ${form.fields
            .filter(({ name }) => fields[name] !== undefined)
            .map(
              ({ name, label }) =>
                html`<dt>${label}</dt>
                  <dd>${fields[name]}</dd>`,
            )}
        </dl>
        <form class="plain-form" method="post" action=${actionOf(form)}>
          ${renderHidden({ ...fields, token })}
          <button>${en.confirm.button}</button>
        </form>
      </div>
    </div>`,
  });
}

/** What a browser without scripts gets for an accepted sign-up. */
export function renderThanks(sandbox: string | undefined): string {
  return renderPage({
    title: en.texts.accepted,
    lang: en.lang,
    main: html`<div class="narrow">
      <h1>${en.texts.accepted}</h1>
      ${sandboxBanner(sandbox)}
    </div>`,
  });
}

/** The same words that the widget would say, on a page. */
export function renderProblem({ code }: Problem): string {
  return renderPage({
    title: en.texts.problems[code],
    lang: en.lang,
    main: html`<div class="narrow"><h1>${en.texts.problems[code]}</h1></div>`,
  });
}

function actionOf(form: FormDefinition): string {
  return `/forms/${form.id}`;
}

function renderPlainForm(form: FormDefinition, fields: Fields, issues: Problem['issues'] = {}): Html {
  const asked = [...form.fields.map(({ name }) => name), honeypot, 'token', 'proof'];
  const rest = Object.entries(fields).filter(([name]) => !asked.includes(name) && issues[name] === undefined);
  return html`<form class="plain-form" method="post" action=${actionOf(form)}>
    ${form.fields.map((field) => renderField(field, form, fields[field.name], issues[field.name]))}
    ${renderHidden(Object.fromEntries(rest))}
    <p class="trap" aria-hidden="true">
      <label>${form.texts.leaveEmpty} <input name=${honeypot} tabindex="-1" autocomplete="off" /></label>
    </p>
    <button>${form.texts.submit}</button>
  </form>`;
}

function renderField(
  { name, type, label, required, maxLength, autocomplete, international, issues: words }: FormField,
  { texts }: FormDefinition,
  value: string | undefined,
  issue: IssueCode | undefined,
): Html {
  const problem = issue && (words?.[issue] ?? texts.issues[issue]);
  return html`<div class="field">
    <label>
      <span>${label} ${required ? '' : html`<span class="quiet">${texts.optional}</span>`}</span>
      <input
        name=${name}
        type=${international ? 'text' : type}
        inputmode=${type}
        maxlength=${maxLength}
        autocomplete=${autocomplete}
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
