import type { AskedField, FormDefinition } from '../../shared/form.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import type { Problem } from '../../shared/signup.ts';
import type { Form } from '../forms/forms.ts';
import { layOut, layOutOwn } from './branded.ts';
import { html, renderPage, sandboxLine, type Html } from './document.ts';
import { hiddenValues, hostedPath, languageToKeep, queryToKeep, type Visit } from './hosted-address.ts';
import { actionOf, renderHidden, renderPlainForm, type Values } from './plain-form.ts';

/** The parts that all pages of a form need: the form, its texts in one language, and the sandbox notice. */
export interface FormPage {
  readonly form: Pick<Form, 'brandIn' | 'definitionIn' | 'languages'>;
  /** The texts of one of the languages that the form is offered in. */
  readonly words: Messages;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
  /** The visitor can do at once with scripts what he cannot do without. */
  readonly helpsScripts?: boolean | undefined;
  /** Whether there is a page to leave. */
  readonly mayLeave?: boolean;
}

/** A plain form that waits for its click. */
export interface Unconfirmed {
  readonly fields: Values;
  readonly token: string;
  /** The click came too soon. */
  readonly isEarly: boolean;
}

/**
 * A form on its own page: plain HTML that works without scripts, which the element replaces if scripts run.
 * Printed, the page is a poster with a QR code that leads back to it.
 */
export function renderHostedForm(page: FormPage, visit: Visit): string {
  const { form, words, prefix, sandbox } = page;
  const definition = form.definitionIn(words);
  const { id, title, intro } = definition;
  const address = visit.publicUrl + hostedPath(id) + languageToKeep(definition, visit);
  return renderPage({
    title,
    ...languageOf(definition),
    prefix,
    listing: {
      publicUrl: visit.publicUrl,
      address,
      languages: form.languages.length > 1 ? form.languages.map((offered) => offered.lang) : [],
      description: intro ?? words.page.description,
    },
    scripts: ['/embed.js'],
    ...layOutOwn(
      page,
      {
        title,
        intro,
        wayOut: page.mayLeave ? renderWayOut(words, prefix) : '',
        sandbox: sandboxLine(sandbox),
        poster: renderPoster(
          `${prefix}${hostedPath(id)}/qr.svg${queryToKeep(definition, visit)}`,
          address,
          words,
        ),
      },
      html`<rasa-signup src=${actionOf(definition, prefix)}>
        ${intro ? html`<p class="intro">${intro}</p>` : ''}
        ${renderPlainForm({ definition, prefix, values: hiddenValues(definition, visit) })}
      </rasa-signup>`,
    ),
  });
}

/**
 * The form again, with the values that were entered and the problem: with one of the fields, or temporarily
 * with the service.
 */
export function renderRefused(
  page: FormPage,
  { code, issues = {} }: Problem,
  fields: Readonly<Record<string, unknown>>,
): string {
  const { form, prefix, sandbox } = page;
  const definition = form.definitionIn(page.words);
  const values = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, value]];
      const isTicks = definition.fields.some((field) => field.name === name && field.type === 'newsletters');
      return isTicks && Array.isArray(value) ? [[name, value.join(',')]] : [];
    }),
  );
  return renderPage({
    title: definition.texts.problems[code],
    ...languageOf(definition),
    prefix,
    ...layOut(
      page,
      html`<p class="quiet crumb">${definition.title}</p>
        <h1>${definition.texts.problems[code]}</h1>
        ${renderScriptsHelp(page, definition)} ${renderOtherIssues(definition, issues)}
        <div class="card">${renderPlainForm({ definition, prefix, values, issues })}</div>
        ${sandboxLine(sandbox)}`,
    ),
  });
}

/**
 * Repeats the answers of a form sent without scripts, and asks for the click that replaces a proof of work.
 */
export function renderConfirmation(page: FormPage, { fields, token, isEarly }: Unconfirmed): string {
  const { form, words, prefix, sandbox } = page;
  const definition = form.definitionIn(words);
  const { title, explanation, tooSoon, button } = words.confirm;
  return renderPage({
    title,
    ...languageOf(definition),
    prefix,
    ...layOut(
      page,
      html`<p class="quiet crumb">${definition.title}</p>
        <h1>${title}</h1>
        <p>${isEarly ? tooSoon : explanation}</p>
        <div class="card">
          ${renderAnswers(definition, fields)}
          <form class="plain-form" method="post" action=${actionOf(definition, prefix)}>
            ${renderHidden({ ...fields, token })}
            <button class="unhurried" type="submit">${button}</button>
          </form>
        </div>
        ${sandboxLine(sandbox)}`,
    ),
  });
}

/** The answer to an accepted sign-up for a browser without scripts. */
export function renderThanks(page: FormPage): string {
  const { form, prefix, sandbox } = page;
  const definition = form.definitionIn(page.words);
  const { accepted } = definition.texts;
  return renderPage({
    title: accepted,
    ...languageOf(definition),
    prefix,
    ...layOut(
      page,
      html`<h1>${accepted}</h1>
        ${sandboxLine(sandbox)}`,
      'answer accepted',
    ),
  });
}

/** A page with the same text that the widget would show for the problem. */
export function renderProblem(words: Messages, { code }: Problem, prefix: string): string {
  const title = words.texts.problems[code];
  return renderPage({
    title,
    ...languageOf(words),
    prefix,
    main: html`<div class="narrow answer"><h1>${title}</h1></div>`,
  });
}

/** As `renderProblem`, for a form that exists: with a link to the form. */
export function renderFormProblem(page: FormPage, { code }: Problem): string {
  const { form, words, prefix } = page;
  const definition = form.definitionIn(words);
  const title = definition.texts.problems[code];
  return renderPage({
    title,
    ...languageOf(definition),
    prefix,
    ...layOut(
      page,
      html`<p class="quiet crumb">${definition.title}</p>
        <h1>${title}</h1>
        ${page.helpsScripts ? html`<p>${words.confirm.useScripts}</p>` : ''}
        <p><a class="button" href=${actionOf(definition, prefix)}>${words.page.toForm}</a></p>`,
      'answer',
    ),
  });
}

/** With a link to the hosted form, since the page that the visitor comes from may have a plain one only. */
function renderScriptsHelp({ helpsScripts, words, prefix }: FormPage, definition: FormDefinition): Html | '' {
  if (!helpsScripts) return '';
  return html`<p>
    ${words.confirm.useScripts} <a href=${actionOf(definition, prefix)}>${words.page.toForm}</a>
  </p>`;
}

function languageOf({ lang, dir }: Pick<Messages, 'lang' | 'dir'>): Pick<Messages, 'lang' | 'dir'> {
  return { lang, dir };
}

/** Out of a frame: the page to leave is shown in none. */
function renderWayOut({ lang, leave }: Messages, prefix: string): Html {
  return html`<a href=${`${prefix}/leave?lang=${lang}`} target="_top">${leave.already}</a>`;
}

/** Only in print. The builder has a link to the code. */
function renderPoster(code: string, address: string, { page }: Messages): Html {
  return html`<aside class="poster">
    <p>${page.scan}</p>
    <img src=${code} width="512" height="512" alt=${page.qrCode} />
    <p class="address" dir="ltr">${address.replace(/^https?:\/\//, '')}</p>
  </aside>`;
}

/**
 * Lists the problems with names that are not fields of the form, since no field on the page can show them.
 */
function renderOtherIssues(
  { fields, texts }: FormDefinition,
  issues: NonNullable<Problem['issues']>,
): Html | '' {
  const asked = fields.filter(({ type }) => type !== 'hidden').map(({ name }) => name);
  const others = Object.entries(issues).filter(([name]) => !asked.includes(name));
  if (others.length === 0) return '';
  return html`<ul class="notice danger">
    ${others.map(([name, issue]) => html`<li><bdi>${name}</bdi> – ${texts.issues[issue]}</li>`)}
  </ul>`;
}

/** Shows answers by the labels that visitors read, not by the values that are sent. */
function renderAnswers({ fields }: FormDefinition, values: Values): readonly (Html | string)[] {
  const given = fields.flatMap((field) => {
    const value = values[field.name];
    return field.type === 'hidden' || value === undefined ? [] : [{ field, value }];
  });
  const boxes = given.filter(({ field }) => field.type === 'checkbox');
  return [
    html`<dl class="answers">
      ${given
        .filter((answer) => !boxes.includes(answer))
        .map(
          ({ field, value }) =>
            html`<div>
              <dt>${field.label}</dt>
              <dd><bdi>${labelOf(field, value)}</bdi></dd>
            </div>`,
        )}
    </dl>`,
    boxes.length === 0
      ? ''
      : html`<ul class="ticked">
          ${boxes.map(({ field }) => html`<li>${field.label}</li>`)}
        </ul>`,
  ];
}

function labelOf(field: AskedField, value: string): string {
  if (!('options' in field)) return value;
  const values = field.type === 'newsletters' ? value.split(',') : [value];
  const labels = values.map((one) => field.options.find((option) => option.value === one)?.label ?? one);
  return labels.join(', ');
}
