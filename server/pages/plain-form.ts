import { nothing } from 'lit';
import {
  isLeftToRight,
  ticked,
  type AskedField,
  type CheckboxField,
  type ChoiceField,
  type FormDefinition,
  type NewslettersField,
  type TextField,
} from '../../shared/form.ts';
import { honeypot, type Problem } from '../../shared/signup.ts';
import { html, type Html } from './document.ts';

export type Values = Readonly<Record<string, string>>;

export interface PlainForm {
  readonly definition: FormDefinition;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
  /**
   * The values of the fields, by name. Values of hidden fields, and of names that are not fields, are sent
   * along in hidden inputs.
   */
  readonly values: Values;
  readonly issues?: Problem['issues'];
}

/**
 * The form that works without scripts. It has the same fields in the same order and with the same names as
 * the element, so that the element can take its place and keep what was typed.
 */
export function renderPlainForm({ definition, prefix, values, issues = {} }: PlainForm): Html {
  const asked = definition.fields.filter((field) => field.type !== 'hidden');
  const spent: readonly string[] = [honeypot, 'token', 'proof', ...asked.map(({ name }) => name)];
  const unseen = Object.entries(values).filter(
    ([name]) => !spent.includes(name) && issues[name] === undefined,
  );
  const firstWrong = asked.find(({ name }) => issues[name] !== undefined);
  return html`<form class="plain-form" method="post" action=${actionOf(definition, prefix)}>
    ${asked.map((field) =>
      renderField(field, {
        definition,
        value: values[field.name] ?? '',
        issue: issues[field.name],
        focused: field === firstWrong,
      }),
    )}
    ${renderHidden(Object.fromEntries(unseen))} ${renderHoneypot(definition)}
    <button type="submit">${definition.texts.submit}</button>
  </form>`;
}

/** Includes the language, so that the following pages use the same one. */
export function actionOf({ id, lang }: FormDefinition, prefix: string): string {
  return `${prefix}/forms/${encodeURIComponent(id)}?lang=${lang}`;
}

export function renderHidden(values: Values): readonly Html[] {
  return Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name=${name} value=${value} />`,
  );
}

interface State {
  readonly definition: FormDefinition;
  readonly value: string;
  readonly issue: NonNullable<Problem['issues']>[string] | undefined;
  /** Whether this is the first field to correct. */
  readonly focused: boolean;
}

function renderField(field: AskedField, state: State): Html {
  switch (field.type) {
    case 'radio':
    case 'newsletters':
      return renderChoices(field, state);
    case 'checkbox':
      return renderBox(field, state);
    case 'select':
      return renderLabelled(field, state, renderSelect(field, state));
    case 'text':
    case 'email':
    case 'tel':
    case 'url':
    case 'number':
    case 'date':
      return renderLabelled(field, state, renderInput(field, state));
  }
}

function renderLabelled(field: AskedField, state: State, control: Html): Html {
  return html`<div class="field">
    <label for=${field.name}>${renderLabel(field, state)}</label>
    ${renderHelp(field)} ${control} ${renderIssue(field, state)}
  </div>`;
}

function renderInput(field: TextField, state: State): Html {
  const { name, type, international } = field;
  const isText = type !== 'number' && type !== 'date';
  return html`<input
    id=${name}
    name=${name}
    type=${international ? 'text' : type}
    inputmode=${inputModes[type] ?? nothing}
    dir=${isLeftToRight(type) ? 'ltr' : nothing}
    maxlength=${isText ? field.maxLength : nothing}
    pattern=${(isText ? field.pattern : undefined) ?? nothing}
    placeholder=${(type === 'date' ? undefined : field.placeholder) ?? nothing}
    min=${(isText ? undefined : field.min) ?? nothing}
    max=${(isText ? undefined : field.max) ?? nothing}
    step=${type === 'number' ? 'any' : nothing}
    autocomplete=${field.autocomplete ?? nothing}
    value=${state.value}
    ?required=${field.required}
    ?autofocus=${state.focused}
    aria-invalid=${state.issue ? 'true' : nothing}
    aria-describedby=${describedBy(field, state)}
  />`;
}

/** The phone's keyboard. The type alone does not select it if letters of all scripts are allowed. */
const inputModes: Partial<Readonly<Record<TextField['type'], string>>> = {
  email: 'email',
  tel: 'tel',
  url: 'url',
  number: 'decimal',
};

function renderSelect(field: ChoiceField, state: State): Html {
  return html`<select
    id=${field.name}
    name=${field.name}
    ?required=${field.required}
    ?autofocus=${state.focused}
    aria-invalid=${state.issue ? 'true' : nothing}
    aria-describedby=${describedBy(field, state)}
  >
    <option value="">–</option>
    ${field.options.map(
      ({ value, label }) => html`<option value=${value} ?selected=${value === state.value}>${label}</option>`,
    )}
  </select>`;
}

/** HTML cannot require one of several boxes: the proxy does. */
function renderChoices(field: ChoiceField | NewslettersField, state: State): Html {
  const isMany = field.type === 'newsletters';
  const chosen = isMany ? state.value.split(',') : [state.value];
  return html`<fieldset
    class="field"
    role=${isMany ? 'group' : 'radiogroup'}
    aria-invalid=${state.issue ? 'true' : nothing}
    aria-describedby=${describedBy(field, state)}
  >
    <legend>${renderLabel(field, state)}</legend>
    ${renderHelp(field)}
    ${field.options.map(
      ({ value, label }, index) =>
        html`<label class="option">
          <input
            type=${isMany ? 'checkbox' : 'radio'}
            name=${field.name}
            value=${value}
            ?checked=${chosen.includes(value)}
            ?required=${field.required && !isMany}
            ?autofocus=${state.focused && index === 0}
          />
          <span>${label}</span>
        </label>`,
    )}
    ${renderIssue(field, state)}
  </fieldset>`;
}

function renderBox(field: CheckboxField, state: State): Html {
  const { name, label, required, link } = field;
  return html`<div class="field">
    <label class="option">
      <input
        type="checkbox"
        name=${name}
        value=${ticked}
        ?checked=${state.value === ticked}
        ?required=${required}
        ?autofocus=${state.focused}
        aria-invalid=${state.issue ? 'true' : nothing}
        aria-describedby=${describedBy(field, state)}
      />
      <span>${label}</span>
    </label>
    ${link && isWebAddress(link.href) ? html`<a href=${link.href} target="_blank" rel="noopener">${link.label}</a>` : ''}
    ${renderHelp(field)} ${renderIssue(field, state)}
  </div>`;
}

/**
 * The forms file allows no other URLs. Checked again here, because this is where another one would do harm.
 */
function isWebAddress(href: string): boolean {
  return /^(https?:\/\/|\/(?!\/))/i.test(href);
}

/** A checkbox needs no "optional" mark: an unticked box is a valid answer by itself. */
function renderLabel({ label, required }: AskedField, { definition }: State): Html | string {
  return required ? label : html`${label} <span class="quiet">${definition.texts.optional}</span>`;
}

function renderHelp({ name, help }: AskedField): Html | '' {
  return help ? html`<p class="help" id=${`${name}-help`}>${help}</p>` : '';
}

function renderIssue({ name, issues }: AskedField, { definition, issue }: State): Html | '' {
  if (!issue) return '';
  return html`<p class="wrong" id=${`${name}-wrong`}>
    ${issues?.[issue] ?? definition.texts.issues[issue]}
  </p>`;
}

function describedBy({ name, help }: AskedField, { issue }: State): string | typeof nothing {
  return [help && `${name}-help`, issue && `${name}-wrong`].filter(Boolean).join(' ') || nothing;
}

/** The honeypot for robots: off the page for people, and marked so that password managers skip it. */
function renderHoneypot({ texts }: FormDefinition): Html {
  return html`<p class="trap" aria-hidden="true">
    <label
      >${texts.leaveEmpty}
      <input
        name=${honeypot}
        type="text"
        tabindex="-1"
        autocomplete="off"
        data-1p-ignore
        data-bwignore
        data-form-type="other"
        data-lpignore="true"
        data-protonpass-ignore
    /></label>
  </p>`;
}
