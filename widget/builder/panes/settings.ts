import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { renderColours } from './colour-settings.ts';
import { pick, renderChoice, renderSelect, type Part, type SettingsOptions } from './controls.ts';
import { isFont } from '../design.ts';
import { renderOpening } from './opening-settings.ts';
import { renderTexts } from './text-settings.ts';

/** All settings of the form, in groups of which one is open at a time. */
export function renderSettings(options: SettingsOptions): TemplateResult {
  const { words, state } = options;
  const { groups } = words;
  return html`<section class="settings" aria-labelledby="settings">
    <h2 id="settings">${words.settings}</h2>
    ${renderGroup(groups.form, renderPlace(options), true)}
    ${state.design.display === 'inline' ? nothing : renderGroup(groups.opening, renderOpening(options))}
    ${renderGroup(groups.colours, renderColours(options))} ${renderGroup(groups.shape, renderShape(options))}
    ${renderGroup(groups.texts, renderTexts(options))}
  </section>`;
}

function renderGroup(title: string, content: Part, isOpen = false): TemplateResult {
  return html`<details name="settings" ?open=${isOpen}>
    <summary><h3>${title}</h3></summary>
    <div class="group">${content}</div>
  </details>`;
}

function renderPlace(options: SettingsOptions): TemplateResult {
  const { state, words, setup } = options;
  const { form, lang, layout, display } = state.design;
  const nameOf = new Intl.DisplayNames(words.lang, { type: 'language' });
  const offered = setup.forms.find(({ id }) => id === form)?.languages ?? [];
  // A language that was chosen for another form stays selected; this form then shows its own first language.
  const languages = [...new Set([...offered, ...(lang ? [lang] : [])])]
    .map((tag) => [tag, nameOf.of(tag) ?? tag] as const)
    .sort(([, one], [, other]) => one.localeCompare(other, words.lang));
  return html`${
      setup.forms.length > 1
        ? renderSelect({
            id: 'form',
            label: words.form,
            options: setup.forms.map(({ id, title }) => [id, `${title} (${id})`]),
            chosen: form,
            choose: pick(options, 'form'),
          })
        : nothing
    }
    ${renderChoice({ name: 'display', legend: words.display, choices: words.displays, chosen: display, choose: pick(options, 'display') })}
    <p class="help">${words.displayHelp[display]}</p>
    ${renderChoice({ name: 'layout', legend: words.layout, choices: words.layouts, chosen: layout, choose: pick(options, 'layout') })}
    ${renderSelect({
      id: 'lang',
      label: words.language,
      options: [['', words.languageOfPage], ...languages],
      chosen: lang,
      choose: pick(options, 'lang'),
    })}`;
}

/** Font stacks that exist on every machine; https://modernfontstacks.com has more. */
const fontStacks = {
  inherit: '',
  system: 'system-ui, sans-serif',
  serif: 'Georgia, "Times New Roman", serif',
  rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, sans-serif',
  mono: 'ui-monospace, Menlo, Consolas, monospace',
};

function renderShape(options: SettingsOptions): TemplateResult {
  const { state, words, dispatch } = options;
  const { mistyped } = state;
  const { font, radius } = state.design;
  const stacks = Object.entries(fontStacks) as [keyof typeof fontStacks, string][];
  const known = stacks.find(([, stack]) => stack === font)?.[0] ?? 'own';
  const isWrong = mistyped?.name === 'font';
  const chosen = isWrong ? 'own' : known;
  return html`${renderSelect({
      id: 'font',
      label: words.font,
      options: Object.entries(words.fonts),
      chosen,
      choose: (name) => {
        const stack = stacks.find(([stack]) => stack === name)?.[1];
        pick(options, 'font')(stack ?? 'Verdana, sans-serif');
      },
    })}
    ${
      chosen === 'own'
        ? html`<div class="setting">
            <label for="own-font">${words.ownFont}</label>
            <input
              type="text"
              id="own-font"
              spellcheck="false"
              aria-invalid=${isWrong ? 'true' : 'false'}
              aria-describedby="own-font-help"
              .value=${live(mistyped?.name === 'font' ? mistyped.value : font)}
              @change=${(event: Event) => {
                const { value } = event.target as HTMLInputElement;
                if (isFont(value)) pick(options, 'font')(value);
                else dispatch({ is: 'mistyped', name: 'font', value });
              }}
            />
            <p class="help" id="own-font-help">
              ${isWrong ? html`<span class="wrong" role="alert">${words.notAFont}</span>` : words.fontHelp}
            </p>
          </div>`
        : nothing
    }
    <div class="setting">
      <label for="radius">${words.radius}</label>
      <input
        type="range"
        id="radius"
        min="0"
        max="1.5"
        step="0.1"
        .value=${live(radius || '0.4')}
        @input=${(event: Event) => {
          const { value } = event.target as HTMLInputElement;
          dispatch({ is: 'set', name: 'radius', value: value === '0.4' ? '' : value });
        }}
        @change=${() => {
          dispatch({ is: 'settled' });
        }}
      />
    </div>`;
}
