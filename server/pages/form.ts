import type { FormDefinition, FormField } from '../../shared/form.ts';
import { en } from '../../shared/messages/en.ts';
import type { Problem } from '../../shared/signup.ts';
import { html, renderPage, sandboxBanner, type Html } from './page.ts';

/** A form on a page of its own: plain HTML that works without scripts, and the element that takes its place with them. */
export function renderHostedForm(form: FormDefinition, sandbox: string | undefined): string {
  const action = `/forms/${form.id}`;
  return renderPage({
    title: form.texts.submit,
    lang: form.lang,
    scripts: ['/embed.js'],
    main: html`<div class="narrow">
      <h1>${form.texts.submit}</h1>
      ${sandboxBanner(sandbox)}
      <div class="card">
        <rasa-signup src=${action}>
          <form class="plain-form" method="post" action=${action}>
            ${form.fields.map((field) => renderField(field, form))}
            <button>${form.texts.submit}</button>
          </form>
        </rasa-signup>
      </div>
    </div>`,
  });
}

function renderField(field: FormField, { texts }: FormDefinition): Html {
  return html`<label>
    <span>${field.label} ${field.required ? '' : html`<span class="quiet">${texts.optional}</span>`}</span>
    <input
      name=${field.name}
      type=${field.type}
      maxlength=${field.maxLength}
      autocomplete=${field.autocomplete}
      ?required=${field.required}
    />
  </label>`;
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
export function renderProblem({ code, issues = {} }: Problem): string {
  const labels: Readonly<Record<string, string>> = en.labels;
  return renderPage({
    title: en.texts.problems[code],
    lang: en.lang,
    main: html`<div class="narrow">
      <h1>${en.texts.problems[code]}</h1>
      <ul>
        ${Object.entries(issues).map(
          ([name, issue]) => html`<li>${labels[name] ?? name}: ${en.texts.issues[issue]}</li>`,
        )}
      </ul>
    </div>`,
  });
}
