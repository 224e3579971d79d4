import { html, nothing, type TemplateResult } from 'lit/html.js';
import { isLeftToRight, ticked, type AskedField, type FormTexts } from '../../shared/form.ts';
import { honeypot } from '../../shared/signup.ts';
import type { Issues } from './issues.ts';

type Part = TemplateResult | typeof nothing;

/** A field with its label, help and error, built from native controls, which browsers can fill in. */
export function renderField(
  field: AskedField,
  texts: FormTexts,
  issues: Issues,
  sending: boolean,
  enterKey: 'next' | 'send',
): TemplateResult {
  const { name, type, label, required, help } = field;
  const issue = issues[name];
  const words = issue && (field.issues?.[issue] ?? texts.issues[issue]);
  const helpId = `${name}-help`;
  const errorId = `${name}-error`;
  const invalid = issue ? 'true' : nothing;
  const describedBy = [help && helpId, issue && errorId].filter(Boolean).join(' ') || nothing;
  // A checkbox needs no mark, because it is visibly optional.
  const isMarked = !required && type !== 'checkbox';
  const isMail = type === 'email';
  // The names stand side by side where there is room, and then the mark moves into the empty field.
  const isName = 'autocomplete' in field && /^(given|family)-name$/.test(field.autocomplete ?? '');
  const hint = 'placeholder' in field ? field.placeholder : undefined;
  const moves = isName && !required && !hint;
  const kind = isMail ? 'mail' : isName ? 'half' : 'wide';
  const said = isMarked
    ? // In one text, because Chromium drops a space that stands alone from the name of the field.
      html`${`${label} `}<span class="optional">${texts.optional}</span>`
    : html`${label}`;
  const helped = help ? html`<p class="help" part="help" id=${helpId}>${help}</p>` : nothing;
  const wrong = html`<p class="error" part="error" id=${errorId} .textContent=${words ?? ''}></p>`;

  if (type === 'radio') {
    return html`<fieldset
      class="field wide"
      part="field"
      role="radiogroup"
      aria-invalid=${invalid}
      aria-describedby=${describedBy}
    >
      <legend part="label">${said}</legend>
      ${helped}
      <div class="options">
        ${field.options.map(({ value, label }) =>
          renderOption(
            html`<input part="input" type="radio" name=${name} value=${value} ?required=${required} />`,
            label,
          ),
        )}
      </div>
      ${wrong}
    </fieldset>`;
  }

  if (type === 'checkbox') {
    const box = html`<input
      part="input"
      type="checkbox"
      name=${name}
      value=${ticked}
      ?required=${required}
      aria-invalid=${invalid}
      aria-describedby=${describedBy}
    />`;
    return html`<div class="field wide" part="field">
      ${renderOption(box, said)} ${renderLink(field.link)} ${helped} ${wrong}
    </div>`;
  }

  return html`<div class="field ${kind} ${moves ? 'moves' : ''}" part="field">
    <label part="label" for=${name}>${said}</label>
    ${helped}
    ${
      'options' in field
        ? html`<select
            part="input"
            id=${name}
            name=${name}
            ?required=${required}
            aria-invalid=${invalid}
            aria-describedby=${describedBy}
          >
            <option value="">–</option>
            ${field.options.map(({ value, label }) => html`<option value=${value}>${label}</option>`)}
          </select>`
        : html`<input
            part="input"
            id=${name}
            name=${name}
            type=${type}
            dir=${isLeftToRight(field.type) ? 'ltr' : nothing}
            autocomplete=${field.autocomplete ?? nothing}
            placeholder=${moves ? texts.optional.replace(/[()（）]/g, '') : (hint ?? nothing)}
            pattern=${field.pattern ?? nothing}
            min=${field.min ?? nothing}
            max=${field.max ?? nothing}
            step=${type === 'number' ? 'any' : nothing}
            enterkeyhint=${enterKey}
            ?required=${required}
            ?readonly=${sending}
            aria-invalid=${invalid}
            aria-describedby=${describedBy}
          />`
    }
    ${wrong} ${isMail ? html`<div class="suggestion" aria-live="polite"></div>` : nothing}
  </div>`;
}

/** The honeypot: off the screen, not in the tab order, not announced, and ignored by password managers. */
export function renderHoneypot(texts: FormTexts): TemplateResult {
  return html`<label class="honeypot" aria-hidden="true">
    ${texts.leaveEmpty}
    <input
      name=${honeypot}
      tabindex="-1"
      autocomplete="off"
      data-1p-ignore
      data-bwignore
      data-form-type="other"
      data-lpignore="true"
      data-protonpass-ignore
    />
  </label>`;
}

function renderOption(box: TemplateResult, label: string | TemplateResult): TemplateResult {
  return html`<label class="option" part="option">${box}<span>${label}</span></label>`;
}

function renderLink(link: { readonly href: string; readonly label: string } | undefined): Part {
  return link
    ? html`<a part="link" href=${link.href} target="_blank" rel="noopener">${link.label}</a>`
    : nothing;
}
